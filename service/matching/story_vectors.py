"""The vectors of the recent articles: how near each is to another one, and which are nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.matching.meaning import WIDTH, load_background, unpack

_MODEL = "multilingual-e5-small-q4"
_FIRST = 1024


class VectorShelf:
    """Vectors by number. They are held against what all news have in common, which alone makes any two of them look alike."""

    def __init__(self) -> None:
        self._usual = load_background(_MODEL).mean
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._vectors = np.zeros((_FIRST, WIDTH), np.float32)

    def add(self, number: int, stored: bytes) -> None:
        """Take in a vector, as it is stored."""
        row = self._free.pop() if self._free else len(self._rows)
        if row >= len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[row] = self._centred(stored)
        self._rows[number] = row

    def discard(self, number: int) -> None:
        """Forget it, if it is there."""
        row = self._rows.pop(number, None)
        if row is not None:
            self._free.append(row)

    def cosines(self, stored: bytes, numbers: list[int]) -> dict[int, float]:
        """Of those that have a vector, how near each is."""
        there = [number for number in numbers if number in self._rows]
        near = self._vectors[[self._rows[number] for number in there]] @ self._centred(stored)
        return dict(zip(there, near.tolist(), strict=True))

    def _centred(self, stored: bytes) -> NDArray[np.float32]:
        vector = unpack(stored) - self._usual
        centred: NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-6)
        return centred
