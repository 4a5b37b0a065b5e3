"""Whether an article is one of a row that has another event each time: a live blog, a briefing, a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise

from service.matching.once import once
from service.matching.reading import Reading
from service.matching.text import Phrase, Word, phrase_of


def counters_in(words: Sequence[Word]) -> frozenset[str]:
    """What a title counts on with: "day 448", "Tag 12", "12-й день"; a number beside a word that things are counted by."""
    pairs = [(one.form, other.form) for one, other in pairwise(words)]
    counted = _counted()
    named = [(word, number) for one, two in pairs for word, number in ((one, two), (two, one)) if word in counted and number.isdigit()]
    return frozenset(f"{counted[word]} {number}" for word, number in named)


def is_of_series(title: str) -> bool:
    """Whether the title has one of the words of such rows."""
    reading = Reading({"title": title})
    return any(reading.places(phrase) for phrase in _phrases())


@once
def _phrases() -> tuple[Phrase, ...]:
    return tuple(phrase_of(line) for line in _lines() if not line.startswith("count "))


@once
def _counted() -> Mapping[str, str]:
    """Each word that things are counted by, and the first of its line."""
    rows = [[phrase_of(word)[0] for word in line.split()[1:]] for line in _lines() if line.startswith("count ")]
    return {word: row[0] for row in rows for word in row}


def _lines() -> list[str]:
    lines = files("service.matching").joinpath("data/stories/series.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
