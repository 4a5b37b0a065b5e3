"""The vectors of the recent articles: how near each is to another one, and which are nearest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.matching.meaning import WIDTH, load_background, unpack
from service.matching.once import once

_MODEL = "multilingual-e5-small-q4"
_FIRST = 1024
_SKETCH = 32  # numbers of a vector that are looked at first: the directions in which articles differ most
_NEAR = 0.3  # the least cosine of two articles of one event, nearly always

Floats = NDArray[np.float32]


class _Usual(NamedTuple):
    """What all news have in common, which alone makes any two vectors look alike, and the directions in which they differ most."""

    mean: Floats
    directions: Floats  # (384, _SKETCH)


class VectorShelf:
    """Vectors by number. Cosines are of what is left of them without what all news have in common."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._numbers = np.full(_FIRST, -1, np.int64)
        self._vectors = np.zeros((_FIRST, WIDTH), np.float32)
        self._sketches = np.zeros((_FIRST, _SKETCH), np.float32)
        self._free: list[int] = []

    def add(self, number: int, stored: bytes) -> None:
        """Take in a vector, as it is stored."""
        row = self._free.pop() if self._free else len(self._rows)
        if row >= len(self._numbers):
            self._grow()
        vector = _centred(stored)
        self._vectors[row], self._sketches[row], self._numbers[row] = vector, _sketch(vector), number
        self._rows[number] = row

    def discard(self, number: int) -> None:
        """Forget it, if it is there."""
        row = self._rows.pop(number, None)
        if row is not None:
            self._sketches[row], self._numbers[row] = 0, -1
            self._free.append(row)

    def cosines(self, stored: bytes, numbers: list[int]) -> dict[int, float]:
        """Of those that have a vector, how near each is."""
        there = [number for number in numbers if number in self._rows]
        near = self._vectors[[self._rows[number] for number in there]] @ _centred(stored)
        return dict(zip(there, near.tolist(), strict=True))

    def nearest(self, stored: bytes, most: int) -> dict[int, float]:
        """The nearest, of those whose sketches are, and how near each is: nearest first, the newest of equal ones first."""
        vector = _centred(stored)
        likely = self._sketches @ _sketch(vector)
        rows = np.flatnonzero(likely > _NEAR)
        if len(rows) > 10 * most:
            rows = rows[np.argpartition(-likely[rows], 10 * most)[: 10 * most]]
        cosines = self._vectors[rows] @ vector
        order = np.lexsort((-self._numbers[rows], -cosines))[:most]
        return {int(self._numbers[rows[place]]): float(cosines[place]) for place in order if cosines[place] > _NEAR}

    def _grow(self) -> None:
        self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._sketches = np.concatenate([self._sketches, np.zeros_like(self._sketches)])
        self._numbers = np.concatenate([self._numbers, np.full_like(self._numbers, -1)])


@once
def _usual() -> _Usual:
    background = load_background(_MODEL)
    _, directions = np.linalg.eigh(background.covariance.astype(np.float64))  # the greatest come last
    return _Usual(background.mean, np.ascontiguousarray(directions[:, -_SKETCH:], np.float32))


def _centred(stored: bytes) -> Floats:
    return _unit(unpack(stored) - _usual().mean)


def _sketch(vector: Floats) -> Floats:
    return _unit(vector @ _usual().directions)


def _unit(vector: Floats) -> Floats:
    unit: Floats = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return unit
