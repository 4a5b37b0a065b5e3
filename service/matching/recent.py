"""The recent articles by their terms: how rare each term is among them, and which of them share most with another one."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from service.matching.lexicon import Ids

Floats = NDArray[np.float64]

_MOST_WEIGHT = 8.5  # of a term: beyond one in 5,000 articles rare is rare, however many articles there are
_NEWEST = 300  # articles of a term that are looked at: to be in more of them tells little
_LITTLE = 0.06  # of the weight of its terms: of one event, hardly any two articles of one language share less
_COMMON = 0.02  # of the articles: a term that more of them have is not looked for


class Recent:
    """Articles by number, the oldest first, each with its terms, which are numbers, too.

    `newest`: so many articles of a term are known by number, the others counted. Most terms have one article, so its bare number stands
    for a row of one.
    """

    def __init__(self, newest: int = _NEWEST) -> None:
        self._most = newest
        self._newest: list[int | array[int] | None] = []  # by term
        self._having = array("I")
        self._usual = array("I")
        self._of = self._oldest = self._articles = 0

    def expect(self, terms: Ids, counts: Ids, of: int) -> None:
        """Of usual articles so many have each of these terms, so that the first articles of all are judged well, too."""
        self._make_room(terms)
        np.frombuffer(self._usual, np.uint32)[terms] = counts
        self._of = of

    def add(self, number: int, terms: Ids) -> None:
        """Take in an article; its number follows the one before it."""
        if not self._articles:
            self._oldest = number
        self._articles += 1
        self._make_room(terms)
        np.frombuffer(self._having, np.uint32)[terms] += 1
        for term in terms.tolist():
            self._add(number, term)

    def discard(self, number: int, terms: Ids) -> None:
        """Forget the oldest article."""
        self._oldest = number + 1
        self._articles -= 1
        for term in terms.tolist():
            self._discard(term)
        np.frombuffer(self._having, np.uint32)[terms] -= 1

    def squares(self, terms: Ids) -> Floats:
        """The squares of the weights of terms: the logarithm of how many articles there are to one that has the term."""
        self._make_room(terms)
        counts = np.frombuffer(self._having, np.uint32)[terms] + np.frombuffer(self._usual, np.uint32)[terms]
        weights: Floats = np.minimum(_MOST_WEIGHT, np.log((self._articles + self._of + 2) / (counts + 1.0)))
        return weights**2

    def nearest(self, terms: Ids, most: int) -> list[int]:
        """The articles that share most with these terms, by weight; of equal ones the newest. Not those that share next to nothing."""
        squares = self.squares(terms)
        numbers, weights, lengths = array("I"), list[float](), list[int]()
        for square, newest in self._looked_for(terms, squares):
            numbers.extend(newest)
            weights.append(square)
            lengths.append(len(newest))
        if not numbers:
            return []
        shared = np.bincount(np.frombuffer(numbers, np.uint32) - self._oldest, np.repeat(weights, lengths))
        enough = np.flatnonzero(shared >= _LITTLE * squares.sum())
        if len(enough) > most:
            enough = enough[shared[enough] >= np.partition(shared[enough], -most)[-most]]
        best = np.lexsort((-enough, -shared[enough]))[:most]
        return [each + self._oldest for each in enough[best].tolist()]

    def _looked_for(self, terms: Ids, squares: Floats) -> Iterator[tuple[float, array[int]]]:
        """The terms that are not too common to tell anything: what each weighs, and the newest articles that have it."""
        common = np.frombuffer(self._having, np.uint32)[terms] <= max(self._most, _COMMON * self._articles)
        for term, square in zip(terms[common].tolist(), squares[common].tolist(), strict=True):
            newest = self._newest[term]
            if newest is not None:
                yield square, array("I", (newest,)) if isinstance(newest, int) else newest

    def _add(self, number: int, term: int) -> None:
        newest = self._newest[term]
        if newest is None:
            self._newest[term] = number
        elif isinstance(newest, int):
            self._newest[term] = array("I", (newest, number))
        else:
            newest.append(number)
            if len(newest) > self._most:
                del newest[0]

    def _discard(self, term: int) -> None:
        newest = self._newest[term]
        if not isinstance(newest, array):
            self._newest[term] = None
        elif self._having[term] == len(newest):
            del newest[0]
            if len(newest) == 1:
                self._newest[term] = newest[0]

    def _make_room(self, terms: Ids) -> None:
        more = int(terms.max(initial=0)) + 1 - len(self._newest)
        if more > 0:
            self._newest.extend([None] * more)
            self._having.extend([0] * more)
            self._usual.extend([0] * more)
