"""A starter set: well-known public feeds by region, topic and language, to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "starter.tsv"


@dataclass(frozen=True, slots=True)
class StarterFeed:
    """A well-known feed; `tags` are its topics and its region."""

    name: str
    url: str
    language: str  # ISO 639-1
    tags: tuple[str, ...]


@cache
def starter_feeds() -> tuple[StarterFeed, ...]:
    """All of them, in the file's order."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return tuple(_read(line) for line in lines if line and not line.startswith("#"))


def choose_starters(*, tag: str | None = None, language: str | None = None) -> tuple[StarterFeed, ...]:
    """Those with this tag and in this language; None: any."""
    return tuple(each for each in starter_feeds() if (tag is None or tag in each.tags) and (language is None or language == each.language))


def _read(line: str) -> StarterFeed:
    name, url, language, tags = line.split("\t")
    return StarterFeed(name, url, language, tuple(tags.split()))
