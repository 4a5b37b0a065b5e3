"""How many outlets report on their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from service.matching.prints import Print

_SAME_TEXT = 0.8  # of the words of both
_ENOUGH = 12  # words of a text that tell whether it is another's
_COMPARED = 200  # articles


def independent_outlets(prints: Iterable[Print]) -> int:
    """How many of the outlets do not merely repeat another one.

    Outlets that only print what they credit to the same agency count as one, together with the agency; so do those that have the
    same text. An outlet that also reports in words of its own, without a credit, counts by itself.
    """
    by_outlet: dict[str, list[Print]] = {}
    for each in prints:
        by_outlet.setdefault(each.source.casefold(), []).append(each)
    groups = {outlet: outlet for outlet in by_outlet}
    for outlet, several in by_outlet.items():
        if all(each.credits for each in several):
            for agency in sorted({name for each in several for name in each.credits}):
                _unite(groups, outlet, f"agency {agency}")
    for one, other in _same_texts([each for several in by_outlet.values() for each in several][:_COMPARED]):
        _unite(groups, one, other)
    return len({_root(groups, outlet) for outlet in by_outlet})


def _same_texts(prints: list[Print]) -> Iterator[tuple[str, str]]:
    words = [(each.source.casefold(), frozenset((*each.title, *each.lede))) for each in prints]
    for (one, mine), (other, theirs) in combinations([each for each in words if len(each[1]) >= _ENOUGH], 2):
        if one != other and len(mine & theirs) >= _SAME_TEXT * len(mine | theirs):
            yield one, other


def _root(groups: dict[str, str], name: str) -> str:
    while groups.setdefault(name, name) != name:
        name = groups[name]
    return name


def _unite(groups: dict[str, str], one: str, other: str) -> None:
    groups[_root(groups, one)] = _root(groups, other)
