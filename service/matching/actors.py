"""From an actor to what finds it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from weakref import WeakValueDictionary

from service.domain.rules import Actor
from service.matching.acting import Sort
from service.matching.actor_index import find_actor
from service.matching.actor_pack import expand_actor, expand_known, expand_unknown, id_of_actor, written_beside
from service.matching.aliases import forms_of_alias
from service.matching.condition import OneOf
from service.matching.expansion import Expansion
from service.matching.full_names import given_names
from service.matching.groups import Forms, Group, group_of, hints_of
from service.matching.name_shadows import is_longer_name, longer_names
from service.matching.strikes import phrase_of_strike
from service.matching.text import Phrase, phrase_of
from service.matching.towns import town_of
from service.matching.typed import typed_forms

_SORTS: Mapping[str, Sort] = {"company": "firm", "media": "firm", "agency": "firm", "party": "party", "union": "party", "club": "club"}
_LETTERS = 2  # of what comes before an alias's last word: more would take more memory, one brings rules that are not meant


def condition_of_actor(actor: Actor, part: str) -> OneOf:
    """The actor by all it goes by; `part` points to it in its rule."""
    return OneOf(group_of_actor(actor), actor.name, part)


_shared: WeakValueDictionary[Actor, Group] = WeakValueDictionary()  # as long as a rule has it or an index is filed by it


@lru_cache(maxsize=20_000)
def group_of_actor(actor: Actor) -> Group:
    """One group for all rules that name the actor so; what goes by a name of its own besides has a base in common."""
    group = _shared.get(actor)
    if group is None:
        _shared[actor] = group = _group_of(actor)
    return group


def _group_of(actor: Actor) -> Group:
    known = id_of_actor(actor.name, actor.aliases)
    base = _group_of_known(known) if known else _group_of_name(actor.name)
    written = written_beside(known, actor.name, actor.aliases)
    own = {each: hints for each in written if (hints := _hints_of_written(each, actor.name, known))}
    if not own and not actor.strikes:
        return base
    alike = not actor.strikes and not any(is_longer_name(phrase_of(each)) for each in own)
    own_hints = tuple(dict.fromkeys(hint for hints in own.values() for hint in hints))
    return Group(own_hints, partial(forms_of_actor, actor), base=base, alike=alike)


def forms_of_actor(actor: Actor) -> Forms:
    """All the forms that the actor goes by, without what the rule strikes."""
    return _forms_of(actor.name, actor.aliases, actor.strikes)


@lru_cache(maxsize=4_000)
def _forms_of(name: str, aliases: tuple[str, ...] = (), strikes: tuple[str, ...] = ()) -> Forms:
    town = town_of(name)
    return _forms(expand_actor(name, aliases), tuple(map(phrase_of_strike, strikes)), town.homes if town else frozenset())


@lru_cache(maxsize=4_000)
def _group_of_known(actor_id: str) -> Group:
    return group_of(_forms(expand_known(actor_id)))


@lru_cache(maxsize=50_000)
def _group_of_name(name: str) -> Group:
    """What finds the bearer of a name that is in no pack; without the forms: they would take a lot of memory."""
    return Group(hints_of(_forms(expand_unknown(name, cases=False))), partial(_forms_of, name))


@lru_cache(maxsize=20_000)
def _hints_of_written(written: str, name: str, known: str | None) -> tuple[Phrase, ...]:
    """What tells that a name or an alias stands there in a way of its own; nothing of one that the actor is known by anyway."""
    other_ways = () if find_actor(written) else forms_of_alias(written, name, cases=False)
    typed = (*typed_forms(written), *(form for forms in other_ways for form in forms))
    further = tuple(form for form in typed if not (known and any(each.covers(form) for each in expand_known(known).forms)))
    return hints_of(Forms(further), letters=_LETTERS)


def _forms(actor: Expansion, struck: tuple[Phrase, ...] = (), homes: frozenset[str] = frozenset()) -> Forms:
    given = given_names(actor.forms) if actor.kind in (None, "person") else None
    names = longer_names(actor)
    sort = _SORTS.get(actor.kind or "")
    return Forms(actor.forms, actor.needs_context, actor.context, longer=names, struck=struck, given=given, sort=sort, homes=homes)
