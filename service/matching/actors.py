"""From an actor to the terms it goes by."""

from __future__ import annotations

from functools import lru_cache

from service.domain.rules import Actor
from service.matching.condition import Condition, Group, Term, any_of
from service.matching.text import phrase_of

_SHARED = 16  # terms, from which on the rules that name an actor share one group


@lru_cache(maxsize=20_000)
def terms_of_actor(actor: Actor, part: str) -> Condition:
    """The actor's name or any of its aliases, each as a whole phrase; `part` points to the actor in its rule."""
    phrases = {phrase_of(written): written for written in (*reversed(actor.aliases), actor.name)}  # the name wins over an equal alias
    terms = tuple(Term(phrase, written, part) for phrase, written in reversed(phrases.items()))
    return any_of(terms) if len(terms) < _SHARED else Group(terms)
