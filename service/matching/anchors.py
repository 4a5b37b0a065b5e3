"""What an article must have for a rule to be looked at: the rarest of the parts that the rule requires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Near, NoneOf, OneOf, Term, Within
from service.matching.groups import Group
from service.matching.text import Phrase

Key = Phrase | Group  # a phrase that occurs, or a group of which one does
AnyKey = frozenset[Key]  # at least one of them
Cost = Callable[[Key], float]  # how often articles have it, on any scale

ENOUGH = 4  # requirements; more would hardly rule out another article


@dataclass(frozen=True, slots=True)
class Anchors:
    """What a condition requires, the rarest first; None where it requires nothing."""

    first: AnyKey | None
    others: tuple[AnyKey, ...] = ()


def anchors_of(condition: Condition, cost: Cost) -> Anchors:
    """The anchors of `condition`: wherever it holds, a key of each of them is there."""
    rarest = sorted(dict.fromkeys(_required(condition, cost)), key=lambda keys: _total(keys, cost))[:ENOUGH]
    return Anchors(rarest[0], tuple(rarest[1:])) if rarest else Anchors(None)


def _required(condition: Condition, cost: Cost) -> list[AnyKey]:
    """Sets of keys; wherever `condition` holds, each set has one that is there."""
    match condition:
        case Term(phrase):
            return [frozenset({phrase})]
        case OneOf(group):
            return _required_by_group(group, cost)
        case AllOf(conditions):
            return [keys for each in conditions for keys in _required(each, cost)]
        case AnyOf(conditions):
            return _required_by_any([_required(each, cost) for each in conditions], cost)
        case Near(left, right):
            return _required(left, cost) + _required(right, cost)
        case AtLeast(_, inner) | Within(_, inner):
            return _required(inner, cost)
        case NoneOf():
            return []


def _required_by_group(group: Group, cost: Cost) -> list[AnyKey]:
    """Its own forms, or a member of what says the same together."""
    own: AnyKey = frozenset(group.keys)
    if not group.together:
        return [own]
    rarest = min((_required_by_group(each, cost)[0] for each in group.together), key=lambda keys: _total(keys, cost))
    return [own | rarest]


def _required_by_any(branches: list[list[AnyKey]], cost: Cost) -> list[AnyKey]:
    if not all(branches):
        return []  # one branch requires nothing, so the whole does not
    rarest = (branch[0] if len(branch) == 1 else min(branch, key=lambda keys: _total(keys, cost)) for branch in branches)
    return [frozenset().union(*rarest)]


def _total(keys: AnyKey, cost: Cost) -> float:
    return sum(map(cost, keys))
