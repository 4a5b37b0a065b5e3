"""A lexicon: every term that some article has, as a small number."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]

STATE, PERSON, OTHER_ACTOR = 1, 2, 3
_KINDS = {"state:": STATE, "person:": PERSON, "org:": OTHER_ACTOR, "office:": OTHER_ACTOR}
_BEGINNING = 4  # letters of a name that its people and its adjective share


class Lexicon:
    """Terms by number, each as long as it is held; a number that is free is given again."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._terms: list[str] = []
        self._held = array("I")  # how often
        self._kinds = bytearray()
        self._beginnings = array("I")
        self._free: list[int] = []

    def __len__(self) -> int:
        """One more than the greatest number that was ever given."""
        return len(self._terms)

    def hold(self, terms: Iterable[str]) -> list[int]:
        """The numbers of the terms, which stay theirs until they are let go as often."""
        ids = []
        for term in terms:
            known = self._ids.get(term)
            each = self._add(term) if known is None else known
            self._held[each] += 1
            ids.append(each)
        return ids

    def let_go(self, ids: Iterable[int]) -> None:
        """The opposite of `hold`."""
        for each in ids:
            self._held[each] -= 1
            if not self._held[each]:
                del self._ids[self._terms[each]]
                self._terms[each] = ""
                self._free.append(each)

    def term(self, number: int) -> str:
        """The term of a number that is held."""
        return self._terms[number]

    def kinds(self, ids: Ids) -> NDArray[np.uint8]:
        """What sort of actor each is: STATE, PERSON, OTHER_ACTOR, or 0 for all else."""
        return np.frombuffer(self._kinds, np.uint8)[ids]

    def beginnings(self, ids: Ids) -> Ids:
        """A number for the beginning of each, the same for what begins alike."""
        return np.frombuffer(self._beginnings, np.uint32)[ids]

    def _add(self, term: str) -> int:
        sort, colon, _ = term.partition(":")
        kind, beginning = _KINDS.get(sort + colon, 0), crc32(term[:_BEGINNING].encode("utf-8", "surrogatepass"))
        if self._free:
            number = self._free.pop()
            self._terms[number], self._kinds[number], self._beginnings[number] = term, kind, beginning
        else:
            number = len(self._terms)
            self._terms.append(term)
            self._kinds.append(kind)
            self._beginnings.append(beginning)
            self._held.append(0)
        self._ids[term] = number
        return number
