"""A stream's alerts: how they are counted, sampled, and estimated from the sample."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cli.article_file import WrittenArticle
from tools.exam import Pair
from tools.replay import Alerts, alerts_of, estimate, in_date_order, sample_of, stream_of

PAIRS = st.sets(st.tuples(st.sampled_from("abcd"), st.text("xyz", min_size=1, max_size=4)), max_size=40)


def pairs_of(**counts: int) -> set[Pair]:
    return {(rule, str(number)) for rule, count in counts.items() for number in range(count)}


def test_a_stream_is_what_has_a_date() -> None:
    written = [("late", "2026-03-02T23:30:00-05:00"), ("b", "2026-03-02"), ("a", "2026-03-02T08:00:00Z"), ("none", None)]
    articles = [WrittenArticle(id=name, date=date) for name, date in written]
    assert [article.id for article in in_date_order(articles)] == ["a", "b", "late", "none"], "days are in UTC"
    stream = stream_of(articles)
    assert (stream.articles, stream.days, stream.undated) == (3, 2, 1)
    assert stream.a_day(5) == 2.5
    assert stream.per_thousand(6) == 2000


def test_a_stream_of_nothing_has_no_alerts() -> None:
    assert stream_of([]).a_day(0) == stream_of([]).per_thousand(0) == 0


def test_alerts_by_what_a_reader_says() -> None:
    labels = {("a", "0"): 2, ("a", "1"): 0, ("b", "0"): 1, ("b", "9"): 2}
    alerts = alerts_of(pairs_of(a=3, b=3), labels)
    assert alerts == Alerts(is_about=1, comes_up=1, false=1, unjudged=3)
    assert alerts.all == 6


def test_a_sample_is_as_even_over_the_rules_as_there_are() -> None:
    drawn = Counter(rule for rule, _ in sample_of(pairs_of(a=50, b=2, c=50), 12))
    assert drawn == {"a": 5, "b": 2, "c": 5}


@given(PAIRS, st.integers(1, 50))
def test_a_sample_is_within_a_larger_one(pairs: set[Pair], size: int) -> None:
    drawn = sample_of(pairs, size)
    assert len(drawn) == min(size, len(pairs))
    assert set(drawn) <= set(sample_of(pairs, size + 1)) <= pairs


def test_a_sample_of_one_rule_is_by_chance() -> None:
    several = [sample_of({(rule, str(number)) for number in range(100)}, 10) for rule in ("a", "b")]
    first, second = ({article for _, article in drawn} for drawn in several)
    assert first != second


def test_each_rules_share_stands_for_the_rule() -> None:
    unjudged = pairs_of(a=100, b=10, c=5)
    sampled = {("a", str(number)): 2 * (number < 8) for number in range(10)} | {("b", str(number)): 0 for number in range(10)}
    found = estimate(Alerts(0, 0, 3, 115), unjudged, sampled)
    assert found is not None
    assert (found.sampled, found.false_in_sample) == (20, 12)
    assert found.false == pytest.approx(3 + 100 * 0.2 + 10 + 5 * 12 / 20), "rule c has nothing in the sample"
    of_a, of_c = 100**2 * 0.9 * 0.2 * 0.8 / 9, 5**2 * 0.6 * 0.4 / 19
    assert found.error == pytest.approx((of_a + of_c) ** 0.5)


@given(st.dictionaries(st.tuples(st.sampled_from("abc"), st.text("xyz", max_size=3)), st.integers(0, 2), min_size=1))
def test_where_all_is_judged_nothing_is_estimated(labels: dict[Pair, int]) -> None:
    found = estimate(Alerts(0, 0, 7, len(labels)), labels, {**labels, ("d", "elsewhere"): 0})
    assert found is not None
    assert found.false == pytest.approx(7 + list(labels.values()).count(0))
    assert found.error == 0


def test_without_a_sample_there_is_no_estimate() -> None:
    assert estimate(Alerts(0, 0, 0, 3), pairs_of(a=3), {("b", "0"): 0}) is None
