"""The company an article comes in: what its nearest earlier articles matched makes its own matches likelier, or less likely.

An article in other words than a rule's, about an event that many told of before it in words the rule knows, is found by it.
This is the weighted vote of the k nearest neighbours (Dudani 1976), with one vote more for nothing at all.
The vectors come with the `meaning` extra.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from service.matching.meaning import Vectors, pack
from service.matching.story_vectors import VectorShelf

NEIGHBOURS = 6  # that are asked
WINDOW = timedelta(days=4)  # in which they must have come
SURE = 0.5  # the least probability of a match that counts
_FAR, _STEEP = 0.3, 8.0  # the cosine from which on a neighbour counts, and how quickly it then comes to count
_NOTHING = 1.0  # the weight of the vote for no rule: a single far neighbour tells little


class Neighbour(NamedTuple):
    """An earlier article, and the cosine to it of what is special about both."""

    article: str
    cosine: float


def company_of(neighbours: Iterable[Neighbour], matched: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """By rule, from 0 to 1: how far the neighbours say that it matches; rules that none of them matched are left out.

    `matched`: by article and rule, the probability that what the rule watches comes up.
    """
    company: dict[str, float] = {}
    total = _NOTHING
    for article, cosine in neighbours:
        weight = max(0.0, (cosine - _FAR) * _STEEP)
        total += weight
        for rule, probability in matched.get(article, {}).items():
            if probability >= SURE and weight:
                company[rule] = company.get(rule, 0.0) + weight * probability
    return {rule: votes / total for rule, votes in company.items()}


class RecentMatches:
    """The recent articles of a stream by their meaning, and what they matched. Not for several threads at once."""

    def __init__(self) -> None:
        self._shelf = VectorShelf()
        self._kept: deque[tuple[int, date]] = deque()
        self._matched: dict[str, Mapping[str, float]] = {}  # by number, written out
        self._next = 0
        self._clock = date.min

    def company(self, vector: Vectors) -> dict[str, float]:
        """By rule, how far the nearest of them say that the next article matches it."""
        nearest = self._shelf.nearest(pack(vector), NEIGHBOURS)
        return company_of((Neighbour(str(number), cosine) for number, cosine in nearest.items()), self._matched)

    def add(self, vector: Vectors, day: date | None, matched: Mapping[str, float]) -> None:
        """Take in the next article: its vector, and the probability of each rule that it matched. What is too old is forgotten.

        One without a day, or from an earlier one, has come when the one before it came.
        """
        self._clock = max(self._clock, day or self._clock)
        while self._kept and self._clock - self._kept[0][1] > WINDOW:
            number, _ = self._kept.popleft()
            self._shelf.discard(number)
            del self._matched[str(number)]
        self._shelf.add(self._next, pack(vector))
        self._kept.append((self._next, self._clock))
        self._matched[str(self._next)] = matched
        self._next += 1
