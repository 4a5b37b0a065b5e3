"""From an actor to what finds it."""

from __future__ import annotations

from functools import lru_cache, partial

from service.domain.rules import Actor
from service.matching.actor_pack import expand_actor, expand_known, id_of_actor, typed_forms
from service.matching.condition import OneOf
from service.matching.groups import Forms, Group, group_of, hints_of
from service.matching.name_shadows import longer_names
from service.matching.names import forms_of_name
from service.matching.strikes import phrase_of_strike


def condition_of_actor(actor: Actor, part: str) -> OneOf:
    """The actor by all it goes by; `part` points to it in its rule."""
    return OneOf(group_of_actor(actor), actor.name, part)


@lru_cache(maxsize=20_000)
def group_of_actor(actor: Actor) -> Group:
    """One group for all rules that name the actor so."""
    known = id_of_actor(actor.name, actor.aliases)
    base = _group_of_known(known) if known else _group_of_name(actor.name)
    typed = (actor.name, *actor.aliases) if known else actor.aliases
    hints = dict.fromkeys(hint for each in typed for hint in hints_of(Forms(typed_forms(each))))
    return Group(tuple(hints), partial(forms_of_actor, actor), base=base)


@lru_cache(maxsize=4_000)
def forms_of_actor(actor: Actor) -> Forms:
    """All the forms that the actor goes by, without what the rule strikes."""
    known = expand_actor(actor.name, actor.aliases)
    struck = tuple(map(phrase_of_strike, actor.strikes))
    return Forms(known.forms, known.needs_context, known.context, longer=longer_names(known), struck=struck)


@lru_cache(maxsize=4_000)
def _group_of_known(actor_id: str) -> Group:
    known = expand_known(actor_id)
    return group_of(Forms(known.forms, known.needs_context, known.context))


@lru_cache(maxsize=50_000)
def _group_of_name(name: str) -> Group:
    """What finds the bearer of a name that is in no pack; without the forms: they would take a lot of memory."""
    forms = partial(lambda name: Forms(*forms_of_name(name)), name)
    return Group(hints_of(forms()), forms)
