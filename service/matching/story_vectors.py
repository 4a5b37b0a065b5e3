"""The vectors of the recent articles: how near each is to another one, and which are nearest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.matching.meaning import WIDTH, load_background, unpack
from service.matching.once import once

_MODEL = "multilingual-e5-small-q4"
_MORE = 1024  # rows, at least, that it grows by
_FINEST = 32767
_SKETCH = 32  # numbers of a vector that are looked at first: the directions in which articles differ most
_NEAR = 0.3  # the least cosine of two articles of one event, nearly always

Floats = NDArray[np.float32]


class _Usual(NamedTuple):
    """What all news have in common, which alone makes any two vectors look alike, and the directions in which they differ most."""

    mean: Floats
    directions: Floats  # (384, _SKETCH)


class VectorShelf:
    """Vectors by number. Cosines are of what is left of them without what all news have in common.

    That is kept in 16 bits a number, which is finer than vectors are stored: cosines are right to five digits.
    """

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._numbers = np.full(0, -1, np.int64)
        self._vectors = np.zeros((0, WIDTH), np.int16)
        self._steps = np.zeros(0, np.float32)  # what 1 of a vector's numbers stands for
        self._sketches = np.zeros((0, _SKETCH), np.float32)
        self._free: list[int] = []

    def add(self, number: int, stored: bytes) -> None:
        """Take in a vector, as it is stored."""
        row = self._free.pop() if self._free else len(self._rows)
        if row >= len(self._numbers):
            self._grow()
        vector = _centred(stored)
        step = max(float(np.abs(vector).max()), 1e-6) / _FINEST
        self._vectors[row], self._steps[row] = np.rint(vector / step), step
        self._sketches[row], self._numbers[row] = _sketch(vector), number
        self._rows[number] = row

    def discard(self, number: int) -> None:
        """Forget it, if it is there."""
        row = self._rows.pop(number, None)
        if row is not None:
            self._sketches[row], self._numbers[row] = 0, -1
            self._free.append(row)

    def cosines(self, stored: bytes, numbers: list[int]) -> dict[int, float]:
        """Of those that have a vector, how near each is."""
        return self._near(_centred(stored), numbers)

    def cosines_of(self, number: int, numbers: list[int]) -> dict[int, float]:
        """How near each is to one of them; nothing where that has no vector."""
        row = self._rows.get(number)
        return {} if row is None else self._near(self._vectors[row] * self._steps[row], numbers)

    def nearest(self, stored: bytes, most: int) -> dict[int, float]:
        """The nearest, of those whose sketches are, and how near each is: nearest first, the newest of equal ones first."""
        vector = _centred(stored)
        likely = self._sketches @ _sketch(vector)
        rows = np.flatnonzero(likely > _NEAR)
        if len(rows) > 10 * most:
            rows = rows[np.argpartition(-likely[rows], 10 * most)[: 10 * most]]
        cosines = self._cosines(vector, rows)
        order = np.lexsort((-self._numbers[rows], -cosines))[:most]
        return {int(self._numbers[rows[place]]): float(cosines[place]) for place in order if cosines[place] > _NEAR}

    def _near(self, vector: Floats, numbers: list[int]) -> dict[int, float]:
        there = [number for number in numbers if number in self._rows]
        near = self._cosines(vector, np.array([self._rows[number] for number in there], np.intp))
        return dict(zip(there, near.tolist(), strict=True))

    def _cosines(self, vector: Floats, rows: NDArray[np.intp]) -> Floats:
        near: Floats = (self._vectors[rows].astype(np.float32) @ vector) * self._steps[rows]
        return near

    def _grow(self) -> None:
        """By an eighth, in place: to double would for a while take three times the room."""
        rows = len(self._numbers)
        more = rows + max(_MORE, rows // 8)
        for each in (self._numbers, self._vectors, self._steps, self._sketches):
            each.resize((more, *each.shape[1:]), refcheck=False)
        self._numbers[rows:] = -1


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
