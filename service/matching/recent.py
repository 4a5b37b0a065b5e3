"""The recent articles by their terms: how rare each term is among them, and which of them share most with another one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from heapq import nlargest
from itertools import islice
from math import log

_MOST_WEIGHT = 8.5  # of a term: beyond one in 5,000 articles rare is rare, however many articles there are
_NEWEST = 300  # articles of a term that are looked at: to be in more of them tells little
_COMMON = 0.02  # of the articles: a term that more of them have is not looked for


class Squares(dict[str, float]):
    """The squares of the weights of terms: the logarithm of how many articles there are to one that has the term."""

    def __init__(self, count: Callable[[str], int], articles: int) -> None:
        super().__init__()
        self._having, self._articles = count, articles

    def __missing__(self, term: str) -> float:
        square = self[term] = min(_MOST_WEIGHT, log(self._articles / (self._having(term) + 1))) ** 2
        return square


class Recent:
    """Articles by number, the oldest first, each with its terms.

    `usual`: how many of `of` articles have each of the commonest terms, so that the first articles of all are judged well too.
    """

    def __init__(self, usual: Mapping[str, int], of: int) -> None:
        self._usual, self._of = usual, of
        self._with: dict[str, deque[int]] = {}
        self._articles = 0

    def add(self, number: int, terms: Iterable[str]) -> None:
        """Take in an article; its number is greater than all others'."""
        for term in terms:
            self._with.setdefault(term, deque()).append(number)
        self._articles += 1

    def discard(self, number: int, terms: Iterable[str]) -> None:
        """Forget the oldest article."""
        for term in terms:
            numbers = self._with[term]
            numbers.remove(number)  # at its left end
            if not numbers:
                del self._with[term]
        self._articles -= 1

    def squares(self) -> Squares:
        """How telling terms are, as of now."""
        return Squares(self._count, self._articles + self._of + 2)

    def nearest(self, terms: Iterable[str], squares: Squares, most: int) -> list[int]:
        """The articles that share most with these terms, by weight; of equal ones the newest."""
        shared: dict[int, float] = {}
        for term in terms:
            numbers = self._with.get(term)
            if numbers and len(numbers) <= max(_NEWEST, _COMMON * self._articles):
                telling = squares[term]
                for number in islice(reversed(numbers), _NEWEST):
                    shared[number] = shared.get(number, 0.0) + telling
        return nlargest(most, shared, key=lambda number: (shared[number], number))

    def _count(self, term: str) -> int:
        return len(self._with.get(term, ())) + self._usual.get(term, 0)
