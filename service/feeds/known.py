"""What a reader is told of the last poll, so that it may leave out what was read then, and where it says what it left out."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import blake2b

from service.domain.feeds import Entry, Items


@dataclass(frozen=True, slots=True)
class KnownItems:
    """The hashes of items that were read before, in this `context`."""

    context: str
    hashes: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class Placed:
    """The items of a document by their hashes, what they inherit from around them, and which of them are read."""

    context: str
    hashes: Sequence[int]
    fresh: Sequence[bool]

    @property
    def left_out(self) -> int:
        """How many are not read, for they are known."""
        return self.fresh.count(False)

    def items(self, entries: Sequence[Entry | None]) -> Items:
        """Each item with its place among those entries of the read ones that are left when the empty ones are gone."""
        numbers, following = [], 0
        for entry in entries:
            numbers.append(None if entry is None else following)
            following += entry is not None
        read = iter(numbers)
        places = tuple(next(read) if fresh else None for fresh in self.fresh)
        return Items(self.context, tuple(self.hashes), places)


def place(context: str, hashes: Sequence[int], known: KnownItems | None) -> Placed:
    """Which of these items are to be read: those that are not known in this very context."""
    theirs = known.hashes if known is not None and known.context == context else frozenset()
    return Placed(context, hashes, [digest not in theirs for digest in hashes])


def hash_item(data: bytes) -> int:
    """The hash by which an item is known again."""
    return int.from_bytes(blake2b(data, digest_size=8).digest())


def hash_context(*parts: bytes) -> str:
    """One hash of all that decides how items read, beside themselves."""
    context = blake2b(digest_size=16)
    for part in parts:
        context.update(b"%d:" % len(part) + part)
    return context.hexdigest()
