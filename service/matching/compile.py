"""From a query to the condition it means."""

from __future__ import annotations

from service.domain.rules import Actor
from service.matching.actors import terms_of_actor
from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Near, NoneOf, Term, Within
from service.matching.marks import as_written, known_about, open_ended
from service.matching.printer import print_query
from service.matching.query import METADATA, And, In, Named, Nearby, Not, Or, Query, Times, Words
from service.matching.text import Phrase, phrase_of
from service.matching.topics import condition_of_topic


def condition_of_query(query: Query, part: str, about: str | None = None) -> Condition:
    """What `query` means; `part` points to it in its rule. `about`: it asks of this metadata field, not of the text."""
    match query:
        case Words():
            return _term(query, part, about)
        case Named(kind, name):
            return terms_of_actor(Actor(name=name), part) if kind == "actor" else condition_of_topic(name, part)
        case And(parts):
            return AllOf(tuple(condition_of_query(each, part, about) for each in parts))
        case Or(parts):
            return AnyOf(tuple(condition_of_query(each, part, about) for each in parts))
        case Not(negated):
            return NoneOf((condition_of_query(negated, part, about),))
        case Nearby(left, right, words, ordered):
            return Near(condition_of_query(left, part, about), condition_of_query(right, part, about), words, ordered)
        case Times(count, counted):
            return AtLeast(count, condition_of_query(counted, part, about))
        case In(field, inner):
            return condition_of_query(inner, part, field) if field in METADATA else Within(field, condition_of_query(inner, part))


def _term(words: Words, part: str, about: str | None) -> Term:
    phrase = _phrase(words)
    if about is None:
        return Term(phrase, print_query(words), part)
    return Term(known_about(about, phrase), print_query(In(about, words)), part)


def _phrase(words: Words) -> Phrase:
    phrase = as_written(words.written) if words.cased else phrase_of(words.written)
    return open_ended(phrase) if words.open_end else phrase
