"""From an actor to what finds it."""

from __future__ import annotations

from functools import lru_cache, partial

from service.domain.rules import Actor
from service.matching.actor_pack import expand_actor
from service.matching.condition import OneOf
from service.matching.groups import Forms, Group, hints_of
from service.matching.name_shadows import longer_names
from service.matching.strikes import phrase_of_strike


def condition_of_actor(actor: Actor, part: str) -> OneOf:
    """The actor by all it goes by; `part` points to it in its rule."""
    return OneOf(group_of_actor(actor), actor.name, part)


@lru_cache(maxsize=20_000)
def group_of_actor(actor: Actor) -> Group:
    """One group for all rules that name the actor so."""
    return Group(hints_of(forms_of_actor(actor)), partial(forms_of_actor, actor))


@lru_cache(maxsize=4_000)
def forms_of_actor(actor: Actor) -> Forms:
    """All the forms that the actor goes by, without what the rule strikes."""
    known = expand_actor(actor.name, actor.aliases)
    struck = tuple(map(phrase_of_strike, actor.strikes))
    return Forms(known.forms, known.needs_context, known.context, longer=longer_names(known), struck=struck)
