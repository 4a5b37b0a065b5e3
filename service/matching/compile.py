"""From a query to the condition it means."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from service.domain.rules import Actor
from service.matching.actors import condition_of_actor
from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Near, NoneOf, Term, Within
from service.matching.marks import as_written, known_about, open_ended
from service.matching.printer import print_query
from service.matching.query import METADATA, And, In, Named, Nearby, Not, Or, Query, Times, Words
from service.matching.text import Phrase, phrase_of
from service.matching.topics import condition_of_topic


def no_rule(_named: Named) -> Condition:
    """For where no rules are saved: none of them holds."""
    return AnyOf(())


def by_its_name(name: str) -> Actor:
    """For where nothing is said of actors."""
    return Actor(name=name)


def condition_of_query(
    query: Query,
    part: str,
    about: str | None = None,
    *,
    saved: Callable[[Named], Condition] = no_rule,
    actor: Callable[[str], Actor] = by_its_name,
) -> Condition:
    """What `query` means; `part` points to it in its rule. `about`: it asks of this metadata field, not of the text.

    `saved` tells what a saved rule in it means, `actor` whom a name in it means.
    """
    inner = partial(condition_of_query, part=part, about=about, saved=saved, actor=actor)
    match query:
        case Words():
            return _term(query, part, about)
        case Named("rule"):
            return saved(query)
        case Named(kind, name):
            return condition_of_actor(actor(name), part) if kind == "actor" else condition_of_topic(name, part)
        case And(parts):
            return AllOf(tuple(map(inner, parts)))
        case Or(parts):
            return AnyOf(tuple(map(inner, parts)))
        case Not(negated):
            return NoneOf((inner(negated),))
        case Nearby(left, right, words, ordered):
            return Near(inner(left), inner(right), words, ordered)
        case Times(count, counted):
            return AtLeast(count, inner(counted))
        case In(field, inside):
            return inner(inside, about=field) if field in METADATA else Within(field, inner(inside, about=None))


def _term(words: Words, part: str, about: str | None) -> Term:
    phrase = _phrase(words)
    if about is None:
        return Term(phrase, print_query(words), part)
    return Term(known_about(about, phrase), print_query(In(about, words)), part)


def _phrase(words: Words) -> Phrase:
    phrase = as_written(words.written) if words.cased else phrase_of(words.written)
    return open_ended(phrase) if words.open_end else phrase
