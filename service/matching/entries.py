"""A rule in the index: what it is filed under, and what it becomes when an article brings it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from sys import intern
from typing import NamedTuple, TypeAlias

from service.domain.rules import Rule
from service.matching.anchors import Anchors, Key
from service.matching.groups import Group, Known
from service.matching.text import Phrase
from service.matching.verdict import CompiledRule, compile_rule

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


class Ready(NamedTuple):
    """A rule that is ready to be held against articles, and those of its groups of which the index knows whether their own keys are there.

    A base stands before what it is the base of.
    """

    rule: CompiledRule
    told: tuple[tuple[Group, tuple[Short, ...]], ...]

    def learn(self, present: Set[Short], known: Known) -> None:
        """What an article with these keys may have, and what it cannot have."""
        for group, keys in self.told:
            if group not in known.hinted:
                known.tell(group, not present.isdisjoint(keys))


def entry_of(rule: Rule, anchors: Anchors) -> Entry:
    """The rule, filed under these."""
    return Entry(rule, None if anchors.first is None else _filed_under(anchors.first), tuple(map(_filed_under, anchors.others)))


def short(key: Key) -> Short:
    """How an index writes the key."""
    return intern(key[0]) if isinstance(key, tuple) and len(key) == 1 else key


def _filed_under(keys: Iterable[Key]) -> tuple[Short, ...]:
    return tuple(map(short, keys))


def make_ready(entry: Entry) -> Ready:
    """The rule, compiled."""
    rule = compile_rule(entry.rule.spec, entry.rule.saved)
    groups = dict.fromkeys(each for leaf in rule.watch.leaves for each in (leaf.group.base, leaf.group) if each and not each.together)
    looked_for = entry.keys
    return Ready(rule, tuple((group, keys) for group in groups if looked_for.issuperset(keys := _filed_under(group.own_keys))))


def phrases_of(key: Short) -> Sequence[Phrase]:
    """Of which an article has one if it has the key."""
    if isinstance(key, Group):
        return key.hints
    return ((key,),) if isinstance(key, str) else (key,)
