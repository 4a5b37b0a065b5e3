"""Counts of matches beside a reader's labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.exam import Pair
from tools.match_quality import Counts, Rates, overall, quality_by, quality_of

LABELS: dict[Pair, int] = {("a", "1"): 2, ("a", "2"): 1, ("a", "3"): 0, ("a", "4"): 0, ("b", "1"): 2, ("c", "1"): 0}
TOLD: set[Pair] = {("a", "1"), ("a", "3"), ("b", "1"), ("b", "unjudged")}


def test_counts_at_both_labels() -> None:
    quality = quality_of(TOLD, LABELS)
    assert quality.comes_up == Counts(right=2, wrong=1, missed=1)
    assert quality.is_about == Counts(right=2, wrong=1, missed=0)
    assert (quality.judged, quality.unwanted, quality.false_alarms) == (6, 3, 1)


def test_in_passing_is_wrong_where_only_what_it_is_about_is_wanted() -> None:
    assert quality_of({("a", "2")}, LABELS).is_about == Counts(right=0, wrong=1, missed=2)


def test_the_mean_over_rules_leaves_out_those_for_which_nothing_is_wanted() -> None:
    every = overall(TOLD, LABELS)
    assert every.comes_up == pytest.approx(Rates((0.5 + 1) / 2, (0.5 + 1) / 2, (0.5 + 1) / 2))
    assert every.quality == quality_of(TOLD, LABELS)


@pytest.mark.parametrize(
    ("counts", "rates"),
    [
        pytest.param(Counts(3, 1, 2), (0.75, 0.6, 2 / 3), id="some right, some wrong"),
        pytest.param(Counts(0, 0, 2), (0, 0, 0), id="nothing told"),
        pytest.param(Counts(0, 2, 0), (0, 1, 0), id="nothing wanted, something told"),
        pytest.param(Counts(0, 0, 0), (1, 1, 1), id="nothing wanted, nothing told"),
    ],
)
def test_rates(counts: Counts, rates: tuple[float, float, float]) -> None:
    assert counts.rates == pytest.approx(rates)


@given(
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("123456")), st.integers(0, 2)),
    st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from("123456"))),
)
def test_groups_add_up(labels: dict[Pair, int], told: set[Pair]) -> None:
    groups, whole = quality_by(lambda pair: pair[0], told, labels).values(), quality_of(told, labels)
    assert sum(each.judged for each in groups) == whole.judged == len(labels)
    assert sum(each.false_alarms for each in groups) == whole.false_alarms == whole.comes_up.wrong
    assert sum(each.comes_up.right for each in groups) == whole.comes_up.right
