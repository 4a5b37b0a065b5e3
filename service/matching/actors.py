"""From an actor to the terms it goes by."""

from __future__ import annotations

from service.domain.rules import Actor
from service.matching.condition import Condition, Term, any_of
from service.matching.text import phrase_of


def terms_of_actor(actor: Actor, part: str) -> Condition:
    """The actor's name or any of its aliases, each as a whole phrase; `part` points to the actor in its rule."""
    phrases = {phrase_of(written): written for written in (*reversed(actor.aliases), actor.name)}  # the name wins over an equal alias
    return any_of(Term(phrase, written, part) for phrase, written in reversed(phrases.items()))
