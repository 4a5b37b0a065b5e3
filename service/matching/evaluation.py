"""Whether a condition holds for one article, and by which words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple

from service.domain.evidence import Evidence
from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Group, Near, NoneOf, Term, Within
from service.matching.text import Phrase

SPANS_PER_TERM = 3
SPANS = 30  # of one rule in one article
_PAIRS = 1_000  # of one Near inside another: no news text has as many, and hostile ones would have millions


class Place(NamedTuple):
    """Where a phrase stands; `rank` is its field's: 0 for the title. Places sort in reading order.

    `start` and `end` are code points of the field, `first` and `last` its words, counted from 0.
    """

    rank: int
    start: int
    end: int
    field: str
    text: str
    first: int
    last: int


Occurrences = Mapping[Phrase, Sequence[Place]]  # of the phrases that occur, in reading order
_Span = tuple[Place, str, str]  # with the part and the term as written
_Spans = list[_Span]


class _Stretch(NamedTuple):
    """The words that an operand of Near takes in one place, from the first to the last, with its terms' spans."""

    rank: int
    first: int
    last: int
    spans: tuple[_Span, ...]


Known = dict[Group, "_Spans | None"]  # what was found out about an article's groups


@dataclass(frozen=True, slots=True)
class _Article:
    """What is known of the article; `field` is the only one to look at, None for all of its text."""

    found: Occurrences
    day: date | None
    known: Known
    field: str | None = None

    def within(self, field: str) -> _Article:
        return _Article(self.found, self.day, {}, field)


def evaluate(condition: Condition, found: Occurrences, day: date | None = None, known: Known | None = None) -> tuple[Evidence, ...] | None:
    """The evidence that `condition` holds for an article of this day, title first, or None where it does not hold.

    Pass the same `known` for all conditions of one article: what they share is then evaluated once.

    Every branch that holds gives evidence: at most 3 spans a term and 30 in all, none of the parts left out for
    another's sake while there is room. It recurses: whoever builds conditions bounds their depth.
    """
    spans = _spans(condition, _Article(found, day, {} if known is None else known))
    if spans is None:
        return None
    shown = _fair_share(sorted(spans))
    return tuple(Evidence(part, written, place.field, place.start, place.end, place.text) for place, part, written in shown)


def _spans(condition: Condition, article: _Article) -> _Spans | None:
    match condition:
        case Term(_, written, part):
            places = _places(condition, article)
            return [(place, part, written) for place in places[:SPANS_PER_TERM]] if places else None
        case Group():
            return _group_spans(condition, article)
        case AllOf(conditions):
            return _all_spans(conditions, article)
        case AnyOf(conditions):
            # Most branches of long lists are terms that do not occur: they are passed over without a call.
            branches = [each for each in conditions if type(each) is not Term or each.phrase in article.found]
            holding = [spans for each in branches if (spans := _spans(each, article)) is not None]
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


def _group_spans(group: Group, article: _Article) -> _Spans | None:
    if group not in article.known:
        there = [term for term in group.terms if term.phrase in article.found]
        article.known[group] = [span for term in there for span in _spans(term, article) or ()] or None
    return article.known[group]


def _places(term: Term, article: _Article) -> Sequence[Place]:
    places = article.found.get(term.phrase, ())
    day = article.day
    if day is not None and ((term.since is not None and day < term.since) or (term.until is not None and day > term.until)):
        return ()
    return places if article.field is None else [place for place in places if place.field == article.field]


def _stretches(condition: Condition, article: _Article, most: int = _PAIRS) -> list[_Stretch] | None:
    """Where `condition` stands, or None where it does not hold; of pairs and of what is counted, `most` are enough."""
    match condition:
        case Term(_, written, part):
            places = _places(condition, article)
            return [_Stretch(place.rank, place.first, place.last, ((place, part, written),)) for place in places] or None
        case Group(branches) | AnyOf(branches):
            return _joined(_stretches(each, article) for each in _worth_a_look(branches, article)) or None
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


def _worth_a_look(branches: Sequence[Condition], article: _Article) -> list[Condition]:
    """The branches without terms that do not occur, and with no phrase twice: their stretches would be the same."""
    several = [each for each in branches if not isinstance(each, Term)]
    once = {each.phrase: each for each in reversed(branches) if isinstance(each, Term) and each.phrase in article.found}
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
