"""What an article must have for a rule to be looked at: the rarest of the parts that the rule requires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.matching.condition import AllOf, AnyOf, Condition, NoneOf, Term
from service.matching.text import Phrase

AnyPhrase = frozenset[Phrase]  # at least one of them
Cost = Callable[[Phrase], float]  # how often articles have a phrase, on any scale


@dataclass(frozen=True, slots=True)
class Anchors:
    """Two requirements, the rarest first; None where the condition does not require so much."""

    first: AnyPhrase | None
    second: AnyPhrase | None


def anchors_of(condition: Condition, cost: Cost) -> Anchors:
    """The anchors of `condition`: wherever it holds, a phrase of each of them occurs."""
    rarest = sorted(set(_required(condition, cost)), key=lambda phrases: (_total(phrases, cost), sorted(phrases)))[:2]
    return Anchors(*rarest, *[None] * (2 - len(rarest)))


def _required(condition: Condition, cost: Cost) -> list[AnyPhrase]:
    """Sets of phrases; wherever `condition` holds, each set has a phrase that occurs."""
    match condition:
        case Term(phrase):
            return [frozenset({phrase})]
        case AllOf(conditions):
            return [phrases for each in conditions for phrases in _required(each, cost)]
        case AnyOf(conditions):
            return _required_by_any([_required(each, cost) for each in conditions], cost)
        case NoneOf():
            return []


def _required_by_any(branches: list[list[AnyPhrase]], cost: Cost) -> list[AnyPhrase]:
    if not all(branches):
        return []  # one branch requires nothing, so the whole does not
    rarest = (branch[0] if len(branch) == 1 else min(branch, key=lambda phrases: _total(phrases, cost)) for branch in branches)
    return [frozenset().union(*rarest)]


def _total(phrases: AnyPhrase, cost: Cost) -> float:
    return sum(map(cost, phrases))
