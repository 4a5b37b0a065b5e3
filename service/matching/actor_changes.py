"""Which names mean the same actor, so that what a workspace says of one holds for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from service.domain.actors import ActorChange, joined, with_changes
from service.domain.rules import RuleSpec
from service.matching.actor_index import find_actor
from service.matching.strikes import takes_away
from service.matching.text import phrase_of
from service.matching.tokens import names_in


@lru_cache(maxsize=20_000)
def actor_key(name: str) -> str:
    """The same for all names of one actor: the pack's id, or for a name in no pack its normal form ("name:jeanne dupont")."""
    return find_actor(name) or f"name:{' '.join(phrase_of(name))}"


def keys_of(change: ActorChange) -> set[str]:
    """The key under which the change was stored, and that of its name today: the pack may know the name by now, or no more."""
    return {change.actor, actor_key(change.name)}


def by_actor(changes: Iterable[ActorChange]) -> dict[str, ActorChange]:
    """A workspace's changes, the newest first, by every key of their actors; what meets under one key is one change."""
    filed: dict[str, ActorChange] = {}
    for change in changes:
        for key in keys_of(change):
            filed[key] = joined(filed[key], change, takes_away) if key in filed else change
    return filed


def changed_spec(spec: RuleSpec, changes: Mapping[str, ActorChange]) -> RuleSpec:
    """The rule with what its workspace says of actors, filed by `by_actor`."""
    if not changes:
        return spec
    named = dict.fromkeys(names_in(spec.query, "actor"))
    return with_changes(spec, changes, named=named, key=actor_key, takes_away=takes_away)
