"""The tree that a rule becomes, and its evaluation against one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.evidence import Evidence
from service.matching.text import Phrase

SPANS_PER_TERM = 3
SPANS = 30  # of one rule in one article


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase to be found; `written` and `part` say which words of the rule it comes from, for its evidence.

    An empty phrase is nowhere found.
    """

    phrase: Phrase
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


Condition = Term | AllOf | AnyOf | NoneOf


class Place(NamedTuple):
    """Where a phrase stands; `rank` is its field's: 0 for the title. Places sort in reading order."""

    rank: int
    start: int
    end: int
    field: str
    text: str


Occurrences = Mapping[Phrase, Sequence[Place]]  # of the phrases that occur, in reading order
_Spans = list[tuple[Place, str, str]]  # with the part and the term as written


def evaluate(condition: Condition, found: Occurrences) -> tuple[Evidence, ...] | None:
    """The evidence that `condition` holds, title first, or None where it does not hold.

    Every branch that holds gives evidence: at most 3 spans a term and 30 in all, none of the parts left out for
    another's sake while there is room. It recurses: whoever builds conditions bounds their depth.
    """
    spans = _spans(condition, found)
    if spans is None:
        return None
    spans.sort()
    return tuple(Evidence(part, written, field, start, end, text) for (_rank, start, end, field, text), part, written in _fair_share(spans))


def terms_in(condition: Condition) -> Iterator[Term]:
    """Every term of `condition`, the excluded ones too, in order."""
    waiting = [condition]
    while waiting:
        match waiting.pop():
            case Term() as term:
                yield term
            case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
                waiting.extend(reversed(conditions))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """AnyOf without needless levels."""
    flat = tuple(inner for each in conditions for inner in (each.conditions if isinstance(each, AnyOf) else (each,)))
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def _spans(condition: Condition, found: Occurrences) -> _Spans | None:
    match condition:
        case Term(phrase, written, part):
            places = found.get(phrase)
            return [(place, part, written) for place in places[:SPANS_PER_TERM]] if places else None
        case AllOf(conditions):
            return _all_spans(conditions, found)
        case AnyOf(conditions):
            # Most branches of long lists are terms that do not occur: they are passed over without a call.
            branches = [each for each in conditions if type(each) is not Term or each.phrase in found]
            holding = [spans for each in branches if (spans := _spans(each, found)) is not None]
            return [span for spans in holding for span in spans] if holding else None
        case NoneOf(conditions):
            return [] if all(_spans(each, found) is None for each in conditions) else None


def _all_spans(conditions: Iterable[Condition], found: Occurrences) -> _Spans | None:
    spans: _Spans = []
    for each in conditions:
        more = _spans(each, found)
        if more is None:
            return None
        spans += more
    return spans


def _fair_share(spans: _Spans) -> _Spans:
    """At most 30 of the spans, in the same order: each part's first, then each part's second, and so on."""
    if len(spans) <= SPANS:
        return spans
    taken: Counter[str] = Counter()
    turns = []
    for number, (_place, part, _written) in enumerate(spans):
        turns.append((taken[part], number))
        taken[part] += 1
    return [spans[number] for number in sorted(number for _turn, number in sorted(turns)[:SPANS])]
