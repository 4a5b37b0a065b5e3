"""One article beside several others: what it shares with each of them, and what keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.matching.lexicon import PERSON, STATE, Ids, Lexicon
from service.matching.recent import Floats
from service.matching.traces import COUNTERS, LEDE, NAMES, OTHER_NUMBERS, OTHER_THINGS, PARTS, TITLE, TITLE_NUMBERS, TITLE_THINGS, Trace

Bools = NDArray[np.bool_]


class Parts(NamedTuple):
    """Some parts of an article: a bit for each, and a column for each, 1 or 0."""

    bits: int
    columns: Floats


def parts(*some: int) -> Parts:
    """These parts."""
    return Parts(sum(1 << part for part in some), np.isin(np.arange(PARTS), some).astype(float))


TITLE_WORDS, TEXT = parts(TITLE), parts(TITLE, LEDE)
TOLD, THINGS = parts(TITLE_THINGS), parts(TITLE_THINGS, OTHER_THINGS)
NUMBERS_OF_TITLE, NUMBERS = parts(TITLE_NUMBERS), parts(TITLE_NUMBERS, OTHER_NUMBERS)
TITLE_NAMES, COUNTED = parts(NAMES), parts(COUNTERS)


class Beside:
    """A trace beside others. What is told of the others is an array, in their order.

    All terms of the others lie in one array, and each in a cell: its article, and the part of it in which it stands. What is asked is
    answered by sums over the cells. `squares`: those of the weights of terms.
    """

    def __init__(self, one: Trace, others: Sequence[Trace], lexicon: Lexicon, squares: Callable[[Ids], Floats]) -> None:
        self.one, self.others, self._lexicon = one, others, lexicon
        self._ids = np.frombuffer(b"".join(each.row for each in others), np.uint32)
        places = np.frombuffer(b"".join(each.row_parts for each in others), np.uint8)
        self._cells = np.repeat(np.arange(len(others)) * PARTS, [len(each.row_parts) for each in others]) + places
        self._mine, self._my_parts = _parts_in(one, self._ids), 1 << one.parts
        self._kinds, self._my_kinds = lexicon.kinds(self._ids), lexicon.kinds(one.ids)
        self._squares = squares(self._ids)
        self._shared = dict[int, Floats]()
        self._lengths, self._my_lengths = self._sums(self._squares), np.bincount(one.parts, squares(one.ids), PARTS)

    def alike(self, mine: Parts, theirs: Parts) -> Floats:
        """The cosine of its terms in these parts with theirs in those, each of its weight."""
        if mine.bits not in self._shared:
            self._shared[mine.bits] = self._sums(self._squares * self._in_mine(mine))
        shared = self._shared[mine.bits] @ theirs.columns
        lengths = (self._my_lengths @ mine.columns) * (self._lengths @ theirs.columns)
        cosines: Floats = shared / np.sqrt(np.where(lengths > 0, lengths, 1.0))
        return cosines

    def share(self, parts: Parts) -> Bools:
        """Whether they have a term of these parts in common."""
        return self._any(self._in_mine(parts), parts) if self._has(parts) else self._never()

    def differ(self, parts: Parts) -> Bools:
        """Whether both have terms in these parts, and none in common."""
        return self._any(np.ones(len(self._ids)), parts) & ~self.share(parts) if self._has(parts) else self._never()

    def name_others(self) -> Bools:
        """Whether both titles have actors, and none in common."""
        if not self._my_kinds[self._mine_are_in(TOLD)].any():
            return self._never()
        actors = self._kinds > 0
        return self._any(actors, TOLD) & ~self._any(actors & self._in_mine(TOLD), TOLD)

    def swap(self) -> Bools:
        """Whether each title has a state the other article lacks, or each a person: "floods in Poland", "floods in Brazil".

        Of other kinds each may be the other's: the Pentagon, the US Army.
        """
        return self._swap(STATE) | self._swap(PERSON)

    def _swap(self, kind: int) -> Bools:
        of_mine = int((self._my_kinds[self._mine_are_in(TOLD)] == kind).sum())
        if not of_mine:
            return self._never()
        of_kind = self._kinds == kind
        lacking: Bools = self._sum(of_kind & self._in_mine(TOLD), THINGS) < of_mine
        return lacking & self._any(of_kind & ~self._in_mine(THINGS), TOLD)

    def swap_names(self) -> Bools:
        """Whether each title has a name of which the other article has no word with its beginning."""
        mine = self._lexicon.beginnings(self.one.ids)
        my_names = set(mine[self._mine_are_in(TITLE_NAMES)].tolist())
        if not my_names:
            return self._never()
        beginnings = self._lexicon.beginnings(self._ids)
        my_text = set(mine[self._mine_are_in(TEXT)].tolist())
        lacking: Bools = np.logical_or.reduce([~self._any(beginnings == name, TEXT) for name in my_names])
        return lacking & self._any(~_are_among(beginnings, my_text), TITLE_NAMES)

    def count_on(self) -> Bools:
        """Whether both count the same, one with another number: day 448, day 449."""
        if not self._has(COUNTED):
            return self._never()
        mine = _counters(self.one, self._lexicon)
        return np.array([_count_apart(mine, _counters(each, self._lexicon)) for each in self.others], bool)

    def _never(self) -> Bools:
        return np.zeros(len(self.others), bool)

    def _has(self, parts: Parts) -> bool:
        return bool(self._mine_are_in(parts).any())

    def _mine_are_in(self, parts: Parts) -> Bools:
        """Which of its own terms stand in these parts."""
        found: Bools = (self._my_parts & parts.bits) > 0
        return found

    def _in_mine(self, parts: Parts) -> Bools:
        """Which of their terms stand in these parts of its own."""
        found: Bools = (self._mine & parts.bits) > 0
        return found

    def _any(self, which: Floats | Bools, parts: Parts) -> Bools:
        found: Bools = self._sum(which, parts) > 0
        return found

    def _sum(self, values: Floats | Bools, parts: Parts) -> Floats:
        """By article, the sum of what stands in these parts of it."""
        return self._sums(values) @ parts.columns

    def _sums(self, values: Floats | Bools) -> Floats:
        sums = np.bincount(self._cells, values, PARTS * len(self.others))
        return sums.reshape(-1, PARTS).astype(np.float64, copy=False)


def _parts_in(one: Trace, ids: Ids) -> NDArray[np.uint8]:
    """In which parts of the article each term stands, a bit for each part."""
    bits = dict[int, int]()
    for term, part in zip(one.ids.tolist(), one.row_parts, strict=True):
        bits[term] = bits.get(term, 0) | 1 << part
    return np.array([bits.get(term, 0) for term in ids.tolist()], np.uint8)


def _are_among(numbers: Ids, some: Collection[int]) -> Bools:
    return np.array([each in some for each in numbers.tolist()], bool)


def _counters(each: Trace, lexicon: Lexicon) -> set[str]:
    return {lexicon.term(number) for number in each.ids[each.parts == COUNTERS].tolist()}


def _count_apart(one: set[str], other: set[str]) -> bool:
    counted = {each.partition(" ")[0] for each in one} & {each.partition(" ")[0] for each in other}
    return bool(counted) and one.isdisjoint(other)
