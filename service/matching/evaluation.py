"""Whether a condition holds for one article, and by which words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from service.domain.evidence import Evidence
from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Near, NoneOf, OneOf, Term, Within
from service.matching.groups import Known, see
from service.matching.query import MOST_TIMES
from service.matching.reading import Place, Reading

SPANS_PER_TERM = 3
SPANS = 30  # of one rule in one article
# What no news text has as many of, and hostile ones have thousands or millions:
_PAIRS = 300  # of one Near inside another
_FEW = 100  # places of the rarer operand of a Near
_ENOUGH = 2_000  # places of all branches of an OR inside a Near


_Span = tuple[Place, str, str]  # with the part and the term as written
_Spans = list[_Span]


class _Stretch(NamedTuple):
    """The words that an operand of Near takes in one place, from the first to the last, with its terms' spans."""

    rank: int
    first: int
    last: int
    spans: tuple[_Span, ...]


class _Operand:
    """The stretches of one side of a Near, and which of them are near a stretch of the other."""

    def __init__(self, stretches: list[_Stretch]) -> None:
        self.stretches = stretches

    def behind(self, one: _Stretch, words: int) -> Sequence[_Stretch]:
        """Those that begin behind it with at most so many words between."""
        stretches, firsts = self._by_first
        at, limit = bisect_left(firsts, (one.rank, one.last + 1)), (one.rank, one.last + 1 + words)
        return stretches[at : bisect_right(firsts, limit, lo=at)] if at < len(firsts) and firsts[at] <= limit else ()

    def before(self, one: _Stretch, words: int) -> Sequence[_Stretch]:
        """Those that end before it, likewise."""
        stretches, lasts = self._by_last
        at, limit = bisect_left(lasts, (one.rank, one.first - 1 - words)), (one.rank, one.first)
        return stretches[at : bisect_left(lasts, limit, lo=at)] if at < len(lasts) and lasts[at] < limit else ()

    @cached_property
    def _by_first(self) -> tuple[Sequence[_Stretch], Sequence[tuple[int, int]]]:
        stretches = sorted(self.stretches)
        return stretches, [(each.rank, each.first) for each in stretches]

    @cached_property
    def _by_last(self) -> tuple[Sequence[_Stretch], Sequence[tuple[int, int]]]:
        stretches = sorted(self.stretches, key=lambda each: (each.rank, each.last))
        return stretches, [(each.rank, each.last) for each in stretches]


class _Article(NamedTuple):
    """What is known of the article; `field` is the only one to look at, None for all of its text."""

    reading: Reading
    day: date | None
    known: Known
    operands: dict[tuple[Condition, str | None], _Operand]
    field: str | None = None

    def within(self, field: str) -> _Article:
        return _Article(self.reading, self.day, self.known, self.operands, field)


class Evaluation:
    """Conditions held against one article of a day: what they have in common is looked at once."""

    def __init__(self, reading: Reading, day: date | None, known: Known) -> None:
        self._article = _Article(reading, day, known, {})

    def evidence(self, condition: Condition) -> tuple[Evidence, ...] | None:
        """The evidence that `condition` holds, title first, or None where it does not hold; see `evaluate`."""
        spans = _spans(condition, self._article)
        if spans is None:
            return None
        shown = _fair_share(sorted(spans))
        return tuple(Evidence(part, written, place.field, place.start, place.end, place.text) for place, part, written in shown)


def evaluate(condition: Condition, reading: Reading, day: date | None = None, known: Known | None = None) -> tuple[Evidence, ...] | None:
    """The evidence that `condition` holds for an article of this day, title first, or None where it does not hold.

    Pass the same `known` for all conditions of one article: what they share is then evaluated once.

    Every branch that holds gives evidence: at most 3 spans a term and 30 in all, none of the parts left out for
    another's sake while there is room. It recurses: whoever builds conditions bounds their depth.
    """
    return Evaluation(reading, day, Known() if known is None else known).evidence(condition)


def _spans(condition: Condition, article: _Article) -> _Spans | None:
    match condition:
        case Term() | OneOf():
            places = _places(condition, article)  # most are not there
            return [(place, condition.part, condition.written) for place in places[:SPANS_PER_TERM]] if places else None
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
            return None if stretches is None else list(dict.fromkeys(span for each in stretches[:SPANS_PER_TERM] for span in each.spans))


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


def _stretches(condition: Condition, article: _Article, most: int = _ENOUGH) -> list[_Stretch] | None:
    """Where `condition` stands, or None where it does not hold; of each thing that it asks for, `most` places are enough."""
    match condition:
        case Term() | OneOf():
            return _operand(condition, article).stretches[:most] or None
        case AnyOf(branches):
            return _joined(_until_enough(_stretches(each, article, most) for each in _once(branches))) or None
        case AllOf(conditions):
            each_holds = [_stretches(each, article, most) for each in conditions]
            return None if None in each_holds else _joined(each_holds)
        case NoneOf(conditions):
            return [] if all(_spans(each, article) is None for each in conditions) else None
        case Within(field, inner):
            return _stretches(inner, article.within(field), most)
        case Near(left, right, words, ordered):
            pairs = _pairs(_operand(left, article), _operand(right, article), words, ordered)
            return list(islice(pairs, min(3 * most, _PAIRS))) or None
        case AtLeast(count, inner):
            counted = _stretches(inner, article, MOST_TIMES) or []
            return counted[:most] if len({(each.rank, each.first) for each in counted}) >= count else None


def _operand(condition: Condition, article: _Article) -> _Operand:
    """Where `condition` stands; remembered, as rules repeat their terms, and whoever explains a Near asks for those inside it, too."""
    known = article.operands.get((condition, article.field))
    if known is None:
        stretches = _leaf_stretches(condition, article) if isinstance(condition, Term | OneOf) else _stretches(condition, article)
        known = article.operands[condition, article.field] = _Operand(stretches or [])
    return known


def _leaf_stretches(leaf: Term | OneOf, article: _Article) -> list[_Stretch]:
    return [_Stretch(place.rank, place.first, place.last, ((place, leaf.part, leaf.written),)) for place in _places(leaf, article)]


def _once(branches: Sequence[Condition]) -> list[Condition]:
    """The branches, with no phrase twice: their stretches would be the same."""
    several = [each for each in branches if not isinstance(each, Term)]
    once = {each.phrase: each for each in reversed(branches) if isinstance(each, Term)}
    return [*once.values(), *several]


def _until_enough(several: Iterable[list[_Stretch] | None]) -> Iterator[list[_Stretch]]:
    count = 0
    for stretches in several:
        if count >= _ENOUGH:
            return
        count += len(stretches or ())
        yield stretches or []


def _joined(several: Iterable[list[_Stretch] | None]) -> list[_Stretch]:
    """All of them in reading order, one for each place."""
    by_place = {stretch[:3]: stretch for stretches in several for stretch in stretches or ()}
    return sorted(by_place.values())


def _pairs(lefts: _Operand, rights: _Operand, words: int, ordered: bool) -> Iterator[_Stretch]:
    """Pairs of one field with at most `words` words between: what is near each of the rarer operand."""
    rights_are_fewer = len(rights.stretches) < len(lefts.stretches)
    few, many = (rights, lefts) if rights_are_fewer else (lefts, rights)
    behind, before = not (ordered and rights_are_fewer), not ordered or rights_are_fewer
    if not few.stretches:
        return
    for one in few.stretches[:_FEW]:
        for other in (*(many.behind(one, words) if behind else ()), *(many.before(one, words) if before else ())):
            spans = other.spans + one.spans if rights_are_fewer else one.spans + other.spans
            yield _Stretch(one.rank, min(one.first, other.first), max(one.last, other.last), spans)


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
