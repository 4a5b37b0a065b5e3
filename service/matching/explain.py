"""Why a rule matched an article, or did not: its terms, found and missing, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Group, Near, NoneOf, Term, Within, conditions_in, terms_in
from service.matching.evaluation import Occurrences, evaluate
from service.matching.phrases import PhraseBook

_BRANCHES = 5  # of a group that are named


@dataclass(frozen=True, slots=True)
class PartFinding:
    """One part of a rule ("/actors/0", "/exclude/1", "/query") and which of its terms, as written, the article has and lacks.

    A found term of an exclusion is why a rule did not match. Where all terms are there and a query still asks for more (near,
    at least so often, in one field), what it asks for is missing: "peace NEAR/5 deal".
    """

    part: str
    found: tuple[str, ...]
    missing: tuple[str, ...]


def explain(condition: Condition, fields: Mapping[str, str], day: date | None = None) -> tuple[PartFinding, ...]:
    """A finding for each part of `condition`, in the rule's order, for an article of this day."""
    terms = list(terms_in(condition))
    present = PhraseBook(term.phrase for term in terms).find(fields)
    lacking = list(_lacking(condition, present, day))
    parts = dict.fromkeys(term.part for term in terms)
    return tuple(
        PartFinding(
            part,
            tuple(dict.fromkeys(term.written for term in terms if term.part == part and term.phrase in present)),
            tuple(
                dict.fromkeys(
                    [term.written for term in terms if term.part == part and term.phrase not in present]
                    + [asked for of, asked in lacking if of == part]
                )
            ),
        )
        for part in parts
    )


def _lacking(condition: Condition, present: Occurrences, day: date | None) -> Iterator[tuple[str, str]]:
    """What fails although its terms are there, each with its part."""
    for each in conditions_in(condition):
        if isinstance(each, Near | AtLeast | Within) and evaluate(each, present, day) is None:
            terms = list(terms_in(each))
            if terms and any(term.phrase in present for term in terms):
                yield terms[0].part, _written(each)


def _written(condition: Condition) -> str:
    match condition:
        case Term(_, written):
            return written
        case AllOf(conditions):
            return f"({' AND '.join(map(_written, conditions))})"
        case Group(conditions) | AnyOf(conditions):
            shown = dict.fromkeys(map(_written, conditions[:_BRANCHES]))
            return f"({' OR '.join(shown)}{' OR ...' if len(conditions) > _BRANCHES else ''})"
        case NoneOf(conditions):
            return f"NOT {' NOT '.join(map(_written, conditions))}"
        case Near(left, right, words, ordered):
            return f"{_written(left)} {'O' * ordered}NEAR/{words} {_written(right)}"
        case AtLeast(count, inner):
            return f"ATLEAST/{count} {_written(inner)}"
        case Within(field, inner):
            return f"{field}:{_written(inner)}"
