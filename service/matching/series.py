"""Whether an article is one of a row that has another event each time: a live blog, a briefing, a column."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from service.matching.reading import Reading
from service.matching.text import Phrase, phrase_of


def is_of_series(title: str) -> bool:
    """Whether the title has one of the words of such rows."""
    reading = Reading({"title": title})
    return any(reading.places(phrase) for phrase in _phrases())


@lru_cache(maxsize=1)
def _phrases() -> tuple[Phrase, ...]:
    lines = files("service.matching").joinpath("data/stories/series.txt").read_text("utf-8").splitlines()
    return tuple(phrase_of(line) for line in lines if line and not line.startswith("#"))
