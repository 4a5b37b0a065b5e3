"""A rule in the index: what it is filed under, and what it becomes when an article brings it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sys import intern
from typing import TypeAlias

from service.domain.rules import Rule
from service.matching.anchors import Anchors, Key
from service.matching.groups import Group
from service.matching.text import Phrase

Short: TypeAlias = "Key | str"  # a key; a phrase of one item is that item alone: it takes less, and is faster to find


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A rule and its anchors: the rarest keys of which an article must have one, None where it need not, then others."""

    rule: Rule
    first: tuple[Short, ...] | None
    others: tuple[tuple[Short, ...], ...]

    @property
    def keys(self) -> set[Short]:
        """Those of all anchors."""
        return {*(self.first or ()), *(key for keys in self.others for key in keys)}


def entry_of(rule: Rule, anchors: Anchors) -> Entry:
    """The rule, filed under these."""
    return Entry(rule, None if anchors.first is None else _filed_under(anchors.first), tuple(map(_filed_under, anchors.others)))


def short(key: Key) -> Short:
    """How an index writes the key."""
    return intern(key[0]) if isinstance(key, tuple) and len(key) == 1 else key


def _filed_under(keys: Iterable[Key]) -> tuple[Short, ...]:
    return tuple(map(short, keys))


def keys_of(group: Group) -> tuple[frozenset[Short], frozenset[Short]]:
    """What an index files a group under, and what of that is its own."""
    own = frozenset(map(short, group.own_keys))
    return (frozenset(map(short, group.keys)) if group.base else own), own


def phrases_of(key: Short) -> Sequence[Phrase]:
    """Of which an article has one if it has the key."""
    if isinstance(key, Group):
        return key.hints
    return ((key,),) if isinstance(key, str) else (key,)
