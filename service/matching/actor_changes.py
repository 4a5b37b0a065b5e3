"""Which names mean the same actor, so that what a workspace says of one holds for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from service.domain.actors import ActorChange, with_changes
from service.domain.rules import RuleSpec
from service.matching.actor_index import find_actor
from service.matching.strikes import takes_away
from service.matching.text import phrase_of


@lru_cache(maxsize=20_000)
def actor_key(name: str) -> str:
    """The same for all names of one actor: the pack's id, or for a name in no pack its normal form ("name:jeanne dupont")."""
    return find_actor(name) or f"name:{' '.join(phrase_of(name))}"


def changed_spec(spec: RuleSpec, changes: Mapping[str, ActorChange]) -> RuleSpec:
    """The rule with what its workspace says of actors, filed by `actor_key`."""
    return with_changes(spec, changes, key=actor_key, takes_away=takes_away) if changes else spec
