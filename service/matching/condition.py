"""The tree that a rule becomes, and the terms in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.matching.groups import Group
from service.matching.text import Phrase


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase to be found; `written` and `part` say which words of the rule it comes from, for its evidence.

    The phrase may be marked (marks.py); an empty one is nowhere found.
    """

    phrase: Phrase
    written: str
    part: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any form of an actor or of a part of a topic, which the rule's `part` writes as `written`."""

    group: Group
    written: str
    part: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where each of its conditions does."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where at least one of its conditions does."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Holds where none of its conditions does; it gives no evidence."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Holds where both stand in one field with at most `words` words between their nearest edges; `ordered`: left first.

    The two share no word. A Near may be an operand: its place runs from the first word of its pair to the last.
    """

    left: Condition
    right: Condition
    words: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Holds where its condition's terms stand in `count` places or more."""

    count: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Within:
    """Holds where its condition does in one field of the text."""

    field: str
    condition: Condition


Condition = Term | OneOf | AllOf | AnyOf | NoneOf | Near | AtLeast | Within


def inside(condition: Condition) -> tuple[Condition, ...]:
    """What `condition` is directly made of."""
    match condition:
        case Term() | OneOf():
            return ()
        case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
            return conditions
        case Near(left, right):
            return (left, right)
        case AtLeast(_, inner) | Within(_, inner):
            return (inner,)


def conditions_in(condition: Condition) -> Iterator[Condition]:
    """`condition` and everything in it, in order."""
    waiting = [condition]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(inside(each)))


def leaves_of(condition: Condition) -> Iterator[Term | OneOf]:
    """What is looked for in an article, the excluded too, in order."""
    return (each for each in conditions_in(condition) if isinstance(each, Term | OneOf))


def as_part(condition: Condition, written: str, part: str) -> Condition:
    """`condition` with all its evidence given to the rule's `part`, which writes the whole of it as `written`."""
    match condition:
        case Term(phrase):
            return Term(phrase, written, part)
        case OneOf(group):
            return OneOf(group, written, part)
        case AllOf(conditions):
            return AllOf(tuple(as_part(each, written, part) for each in conditions))
        case AnyOf(conditions):
            return AnyOf(tuple(as_part(each, written, part) for each in conditions))
        case NoneOf(conditions):
            return NoneOf(tuple(as_part(each, written, part) for each in conditions))
        case Near(left, right, words, ordered):
            return Near(as_part(left, written, part), as_part(right, written, part), words, ordered)
        case AtLeast(count, inner):
            return AtLeast(count, as_part(inner, written, part))
        case Within(field, inner):
            return Within(field, as_part(inner, written, part))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """AnyOf without needless levels."""
    flat = tuple(inner for each in conditions for inner in (each.conditions if isinstance(each, AnyOf) else (each,)))
    return flat[0] if len(flat) == 1 else AnyOf(flat)
