"""What a reader is told of the last poll, so that it may leave out what was read then."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownItems:
    """The hashes of items that were read before, in this `context`."""

    context: str
    hashes: AbstractSet[int]
