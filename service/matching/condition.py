"""The tree that a rule becomes, and the terms in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from service.matching.forms import Form
from service.matching.marks import in_capitals, open_ended
from service.matching.text import Phrase


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase to be found; `written` and `part` say which words of the rule it comes from, for its evidence.

    The phrase may be marked (marks.py); an empty one is nowhere found. `weight` in (0, 1] says how strongly it speaks.
    `since` and `until`: the days between which it means what was written, both inclusive, None for no bound.
    """

    phrase: Phrase
    written: str
    part: str
    weight: float = 1.0
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Holds where at least one of its terms does: the many forms of one actor, made once and shared by the rules that name it.

    It is compared by identity, so that an index counts, files and evaluates it once, however many rules have it.
    """

    terms: tuple[Term, ...]


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


Condition = Term | Group | AllOf | AnyOf | NoneOf | Near | AtLeast | Within


def term_of_form(form: Form, written: str, part: str) -> Term:
    """The term that finds `form` of what a rule's `part` writes as `written`."""
    phrase = in_capitals(form.words) if form.cased else form.words
    return Term(open_ended(phrase) if form.open_end else phrase, written, part, form.weight, form.since, form.until)


def inside(condition: Condition) -> tuple[Condition, ...]:
    """What `condition` is directly made of."""
    match condition:
        case Term():
            return ()
        case Group(conditions) | AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
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


def terms_in(condition: Condition) -> Iterator[Term]:
    """Every term of `condition`, the excluded ones too, in order."""
    return (each for each in conditions_in(condition) if isinstance(each, Term))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """AnyOf without needless levels."""
    flat = tuple(inner for each in conditions for inner in (each.conditions if isinstance(each, AnyOf) else (each,)))
    return flat[0] if len(flat) == 1 else AnyOf(flat)
