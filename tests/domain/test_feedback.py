"""What feedback amounts to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.feedback import Feedback, Via, judge_alert, measure_precision, wilson
from tests.make import NOON

WORD = Feedback("fb_1", "ws_1", "ru_1", "al_1", True, "", Via.KEY, "key1", NOON)


def words(said: str) -> list[Feedback]:
    """One party a letter, `+` or `-`, each a minute after the one before."""
    return [
        replace(WORD, id=f"fb_{number}", relevant=letter == "+", given_by=f"key{number}", given_at=NOON + timedelta(minutes=number))
        for number, letter in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "relevant"),
    [
        pytest.param("+", True, id="one says yes"),
        pytest.param("-", False, id="one says no"),
        pytest.param("++-", True, id="the majority, whoever spoke last"),
        pytest.param("--+", False, id="the other majority"),
        pytest.param("-+", True, id="a tie that ends with yes"),
        pytest.param("+-", False, id="a tie that ends with no"),
    ],
)
def test_who_decides(said: str, relevant: bool) -> None:
    assert judge_alert(words(said)) is relevant
    assert judge_alert(words(said)[::-1]) is relevant, "the order in which they are read says nothing"


@pytest.mark.parametrize(
    ("relevant", "judged", "low", "high"),
    [  # R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(relevant: int, judged: int, low: float, high: float) -> None:
    assert wilson(relevant, judged) == pytest.approx((low, high), abs=6e-5)


def test_of_nothing_nothing_is_known() -> None:
    measured = measure_precision(0, 0)
    assert (measured.share, measured.low, measured.high) == (None, 0.0, 1.0)


@given(st.integers(0, 5000), st.integers(1, 5000))
def test_the_share_lies_in_its_interval_which_narrows_with_more_judgements(relevant: int, more: int) -> None:
    judged = relevant + more
    measured = measure_precision(relevant, judged)
    assert measured.share is not None
    assert 0 <= measured.low <= measured.share <= measured.high <= 1
    low, high = wilson(10 * relevant, 10 * judged)
    assert high - low < measured.high - measured.low
