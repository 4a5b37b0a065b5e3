"""What is remembered of the recent articles: a trace of each, which of them are nearest to one, and how they compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from service.matching.beside import Beside
from service.matching.lexicon import Lexicon
from service.matching.likeness import Features, features_of, load_usual
from service.matching.prints import Print
from service.matching.recent import Recent
from service.matching.story_vectors import VectorShelf
from service.matching.traces import Trace, trace_of


class Remembered:
    """The traces of a window, by number, the oldest first; no more than `most`.

    The clock is the articles' own: the latest time that one of them had.
    """

    def __init__(self, window: timedelta, most: int) -> None:
        self._window, self._most = window, most
        self._lexicon, self._recent = Lexicon(), Recent()
        usual = load_usual()
        terms, counts = self._lexicon.hold(usual.counts), list(usual.counts.values())
        self._recent.expect(np.array(terms, np.uint32), np.array(counts, np.uint32), usual.articles)
        self._vectors = VectorShelf()
        self._traces: dict[int, Trace] = {}
        self._number_of: dict[str, int] = {}
        self._oldest = self._next = 0
        self._clock: datetime | None = None

    def __len__(self) -> int:
        """How many they are."""
        return len(self._traces)

    def number(self, article: str) -> int | None:
        """The number of an article, if it is remembered."""
        return self._number_of.get(article)

    def trace(self, number: int) -> Trace:
        """What is remembered of an article."""
        return self._traces[number]

    def forget(self, coming: Print) -> Iterator[int]:
        """Forget what is too old for the article that comes, or too much; the number of each before it is gone."""
        clock = self._clock_at(coming)
        while self._traces and (clock - self._traces[self._oldest].came_at > self._window or len(self._traces) >= self._most):
            yield self._oldest
            self._leave(self._oldest)
            self._oldest += 1

    def begin(self, coming: Print) -> Trace:
        """The trace of an article that comes; it has to be taken in."""
        return trace_of(coming, self._clock_at(coming), self._lexicon)

    def take_in(self, trace: Trace, vector: bytes) -> int:
        """Remember an article from now on; the number that it gets."""
        number = self._next
        self._next += 1
        self._clock = trace.came_at
        self._recent.add(number, trace.found_by)
        self._traces[number] = trace
        self._number_of[trace.article] = number
        if vector:
            self._vectors.add(number, vector)
        return number

    def nearest(self, trace: Trace, most: int) -> list[int]:
        """Those that share most words and things with an article."""
        return self._recent.nearest(trace.found_by, most)

    def nearest_in_meaning(self, vector: bytes, most: int) -> dict[int, float]:
        """Those whose meaning is nearest to a vector, and the cosine to each, the nearest first."""
        return self._vectors.nearest(vector, most) if vector else {}

    def cosines(self, vector: bytes, numbers: list[int]) -> dict[int, float]:
        """How near in meaning each is; of those of which that is known."""
        return self._vectors.cosines(vector, numbers) if vector else {}

    def cosines_of(self, number: int, numbers: list[int]) -> dict[int, float]:
        """How near in meaning each is to one of them; of those of which that is known."""
        return self._vectors.cosines_of(number, numbers)

    def features(self, trace: Trace, numbers: Sequence[int], cosines: Sequence[float | None]) -> Features:
        """What the models weigh of an article and each of these, as of now."""
        others = [self._traces[number] for number in numbers]
        return features_of(Beside(trace, others, self._lexicon, self._recent.squares), cosines)

    def shared(self, one: Trace, other: Trace) -> list[str]:
        """The terms that both have, those that tell most first."""
        both = np.intersect1d(one.found_by, other.found_by)
        weighed = zip(self._recent.squares(both).tolist(), both.tolist(), strict=True)
        return [term for _, term in sorted((-square, self._lexicon.term(each)) for square, each in weighed)]

    def _clock_at(self, coming: Print) -> datetime:
        return coming.at if self._clock is None else max(self._clock, coming.at)

    def _leave(self, number: int) -> None:
        trace = self._traces.pop(number)
        del self._number_of[trace.article]
        self._recent.discard(number, trace.found_by)
        self._lexicon.let_go(trace.ids.tolist())
        self._vectors.discard(number)
