"""Whether a condition holds for one article, and by which words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple

from service.domain.evidence import Evidence
from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Near, NoneOf, OneOf, Term, Within
from service.matching.groups import Known, see
from service.matching.reading import Place, Reading

SPANS_PER_TERM = 3
SPANS = 30  # of one rule in one article
_PAIRS = 1_000  # of one Near inside another: no news text has as many, and hostile ones would have millions


_Span = tuple[Place, str, str]  # with the part and the term as written
_Spans = list[_Span]


class _Stretch(NamedTuple):
    """The words that an operand of Near takes in one place, from the first to the last, with its terms' spans."""

    rank: int
    first: int
    last: int
    spans: tuple[_Span, ...]


@dataclass(frozen=True, slots=True)
class _Article:
    """What is known of the article; `field` is the only one to look at, None for all of its text."""

    reading: Reading
    day: date | None
    known: Known
    field: str | None = None

    def within(self, field: str) -> _Article:
        return _Article(self.reading, self.day, self.known, field)


def evaluate(condition: Condition, reading: Reading, day: date | None = None, known: Known | None = None) -> tuple[Evidence, ...] | None:
    """The evidence that `condition` holds for an article of this day, title first, or None where it does not hold.

    Pass the same `known` for all conditions of one article: what they share is then evaluated once.

    Every branch that holds gives evidence: at most 3 spans a term and 30 in all, none of the parts left out for
    another's sake while there is room. It recurses: whoever builds conditions bounds their depth.
    """
    spans = _spans(condition, _Article(reading, day, {} if known is None else known))
    if spans is None:
        return None
    shown = _fair_share(sorted(spans))
    return tuple(Evidence(part, written, place.field, place.start, place.end, place.text) for place, part, written in shown)


def _spans(condition: Condition, article: _Article) -> _Spans | None:
    match condition:
        case Term(_, written, part) | OneOf(_, written, part):
            places = _places(condition, article)
            return [(place, part, written) for place in places[:SPANS_PER_TERM]] if places else None
        case AllOf(conditions):
            return _all_spans(conditions, article)
        case AnyOf(conditions):
            holding = [spans for each in conditions if (spans := _spans(each, article)) is not None]
            return [span for spans in holding for span in spans] if holding else None
        case NoneOf(conditions):
            return [] if all(_spans(each, article) is None for each in conditions) else None
        case Within(field, inner):
            return _spans(inner, article.within(field))
        case Near() | AtLeast():
            stretches = _stretches(condition, article, SPANS_PER_TERM)
            return None if stretches is None else list(dict.fromkeys(span for each in stretches for span in each.spans))


def _all_spans(conditions: Iterable[Condition], article: _Article) -> _Spans | None:
    spans: _Spans = []
    for each in conditions:
        more = _spans(each, article)
        if more is None:
            return None
        spans += more
    return spans


def _places(leaf: Term | OneOf, article: _Article) -> Sequence[Place]:
    if isinstance(leaf, Term):
        places = article.reading.places(leaf.phrase)
    else:
        seen = see(leaf.group, article.reading, article.day, article.known)
        places = seen.places if seen else ()
    return places if article.field is None else [place for place in places if place.field == article.field]


def _stretches(condition: Condition, article: _Article, most: int = _PAIRS) -> list[_Stretch] | None:
    """Where `condition` stands, or None where it does not hold; of pairs and of what is counted, `most` are enough."""
    match condition:
        case Term(_, written, part) | OneOf(_, written, part):
            places = _places(condition, article)
            return [_Stretch(place.rank, place.first, place.last, ((place, part, written),)) for place in places] or None
        case AnyOf(branches):
            return _joined(_stretches(each, article) for each in _once(branches)) or None
        case AllOf(conditions):
            each_holds = [_stretches(each, article) for each in conditions]
            return None if None in each_holds else _joined(each_holds)
        case NoneOf(conditions):
            return [] if all(_spans(each, article) is None for each in conditions) else None
        case Within(field, inner):
            return _stretches(inner, article.within(field), most)
        case Near(left, right, words, ordered):
            lefts, rights = _stretches(left, article), _stretches(right, article)
            return list(islice(_pairs(lefts, rights, words, ordered), most)) or None if lefts and rights else None
        case AtLeast(count, inner):
            counted = _stretches(inner, article) or []
            return counted[:most] if len({(each.rank, each.first) for each in counted}) >= count else None


def _once(branches: Sequence[Condition]) -> list[Condition]:
    """The branches, with no phrase twice: their stretches would be the same."""
    several = [each for each in branches if not isinstance(each, Term)]
    once = {each.phrase: each for each in reversed(branches) if isinstance(each, Term)}
    return [*once.values(), *several]


def _joined(several: Iterable[list[_Stretch] | None]) -> list[_Stretch]:
    """All of them in reading order, one for each place."""
    by_place = {stretch[:3]: stretch for stretches in several for stretch in stretches or ()}
    return sorted(by_place.values())


def _pairs(lefts: Sequence[_Stretch], rights: Sequence[_Stretch], words: int, ordered: bool) -> Iterator[_Stretch]:
    """Each pair of one field with at most `words` words between."""
    after = sorted(rights)
    firsts = [(each.rank, each.first) for each in after]
    before = [] if ordered else sorted(rights, key=lambda each: (each.rank, each.last))
    lasts = [(each.rank, each.last) for each in before]
    for left in lefts:
        behind = bisect_left(firsts, (left.rank, left.last + 1)), bisect_right(firsts, (left.rank, left.last + 1 + words))
        ahead = bisect_left(lasts, (left.rank, left.first - 1 - words)), bisect_left(lasts, (left.rank, left.first))
        for right in (*after[slice(*behind)], *before[slice(*ahead)]):
            yield _Stretch(left.rank, min(left.first, right.first), max(left.last, right.last), left.spans + right.spans)


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
