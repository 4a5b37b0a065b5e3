"""A trace: what a recent article leaves in memory, a fraction of its print."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from service.matching.lexicon import Ids, Lexicon
from service.matching.prints import Print

TITLE, LEDE, TITLE_THINGS, OTHER_THINGS, TITLE_NUMBERS, OTHER_NUMBERS, NAMES, COUNTERS = range(8)
PARTS = 8
FOUND_BY = (TITLE, LEDE, TITLE_THINGS, OTHER_THINGS)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A print without its credits and its vector. Its words, things, numbers and names stand in one row, as numbers of a lexicon.

    `came_at`: when it came, by the clock of the articles.
    """

    article: str
    at: datetime
    came_at: datetime
    source: str
    language: str
    series: bool
    row: bytes
    row_parts: bytes  # in which part of the print each of the row is

    @property
    def ids(self) -> Ids:
        """The numbers of all terms, in their order."""
        return np.frombuffer(self.row, np.uint32)

    @property
    def parts(self) -> NDArray[np.uint8]:
        """The part that each of `ids` stands in."""
        return np.frombuffer(self.row_parts, np.uint8)

    @property
    def found_by(self) -> Ids:
        """The numbers of its words and things, each once."""
        return self.ids[: len(self.row_parts.rstrip(bytes(range(FOUND_BY[-1] + 1, PARTS))))]


def trace_of(each: Print, came_at: datetime, lexicon: Lexicon) -> Trace:
    """The trace of a print, whose terms the lexicon holds from now on."""
    title = dict.fromkeys(each.title)
    parts = (
        title,
        [term for term in dict.fromkeys(each.lede) if term not in title],
        sorted(each.title_things),
        sorted(each.things - each.title_things),
        sorted(each.title_numbers),
        sorted(each.numbers - each.title_numbers),
        sorted(each.title_names),
        sorted(each.counters),
    )
    ids = array("I", lexicon.hold(term for part in parts for term in part))
    row_parts = b"".join(bytes((number,)) * len(part) for number, part in enumerate(parts))
    names = _shared(each.source), _shared(each.language)
    return Trace(each.article, each.at, came_at, *names, each.series, ids.tobytes(), row_parts)


@lru_cache(maxsize=4096)
def _shared(name: str) -> str:
    """Of equal names one object: there are few outlets to many articles."""
    return name
