"""What recent articles mean, as a fair sample of all of them, though those that some rule wants are embedded far more often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from service.domain.articles import Article
from service.matching.meaning import WIDTH, Vectors

SHARE = 20  # one in so many articles that no rule wants is embedded
MOST_A_MINUTE = 60  # of these in one process: about a twentieth of a core
LEARNED = 200  # vectors that are enough to be learned from
_MINUTE = timedelta(minutes=1)


class Sample:
    """The articles seen since it was last taken: of those that rules want every vector, of the others that of a few."""

    def __init__(self) -> None:
        self._wanted: list[Vectors] = []
        self._others: list[Vectors] = []
        self._others_seen = 0
        self._minute: datetime | None = None
        self._this_minute = 0

    def __len__(self) -> int:
        """How many vectors there are."""
        return sum(map(len, (*self._wanted, *self._others)))

    def choose(self, others: Sequence[Article], now: datetime) -> list[Article]:
        """Which of the articles that no rule wants are to be embedded: by their ids, so that all processes choose the same."""
        if self._minute is None or not self._minute <= now < self._minute + _MINUTE:
            self._minute, self._this_minute = now, 0
        chosen = [each for each in others if crc32(each.id.encode()) % SHARE == 0][: MOST_A_MINUTE - self._this_minute]
        self._this_minute += len(chosen)
        return chosen

    def add(self, wanted: Vectors, others: Vectors, others_seen: int) -> None:
        """Take in some articles: the vectors of the wanted, those of the chosen, and of how many these were chosen."""
        self._wanted.append(wanted)
        self._others.append(others)
        self._others_seen += others_seen

    def take(self) -> tuple[Vectors, NDArray[np.float64]]:
        """All vectors, each with how many articles it stands for; then begin anew."""
        wanted, others = _joined(self._wanted), _joined(self._others)
        each_stands_for = self._others_seen / len(others) if len(others) else 0.0
        weights = np.concatenate([np.ones(len(wanted)), np.full(len(others), each_stands_for)])
        self._wanted, self._others, self._others_seen = [], [], 0
        return np.concatenate([wanted, others]), weights


def _joined(several: Sequence[Vectors]) -> Vectors:
    return np.concatenate([np.zeros((0, WIDTH), np.float32), *several])
