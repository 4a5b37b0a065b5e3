"""When deliveries are tried again, and what an attempt makes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.deliveries import DeliveryError, DeliveryState, Receipt
from service.domain.timing import WAITS, after_failure, after_success, next_attempt_at
from tests.delivery.builders import NOW, a_channel, a_delivery

HOUR = timedelta(hours=1)


def test_ten_tries_take_three_days() -> None:
    times = [next_attempt_at(tries, NOW, jitter=0) for tries in range(11)]
    waits = [time - NOW for time in times if time is not None]
    assert len(waits) == 10
    assert sum(waits, timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert times[10] is None


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        pytest.param(None, timedelta(minutes=5), id="none: the schedule's wait"),
        pytest.param(timedelta(seconds=10), timedelta(minutes=5), id="a shorter one is not honoured"),
        pytest.param(timedelta(days=-3), timedelta(minutes=5), id="a past one is not honoured"),
        pytest.param(HOUR, HOUR, id="a longer one is honoured"),
        pytest.param(timedelta(days=30), 24 * HOUR, id="a very long one is cut to a day"),
    ],
)
def test_retry_after(retry_after: timedelta | None, wait: timedelta) -> None:
    assert next_attempt_at(2, NOW, 0, retry_after) == NOW + wait


@given(st.integers(0, len(WAITS) - 1), st.floats(0, 1), st.one_of(st.none(), st.timedeltas()))
def test_jitter_adds_at_most_a_tenth(tries: int, jitter: float, retry_after: timedelta | None) -> None:
    exact, later = next_attempt_at(tries, NOW, 0, retry_after), next_attempt_at(tries, NOW, jitter, retry_after)
    assert exact is not None
    assert later is not None
    assert exact <= later <= exact + (exact - NOW) * 0.1 + timedelta(microseconds=1)


def test_a_failure_is_tried_again() -> None:
    outcome = after_failure(a_delivery(a_channel()), DeliveryError("HTTP 500", status=500), NOW, 0)
    assert (outcome.state, outcome.next_at, outcome.delivered) == (DeliveryState.PENDING, NOW + timedelta(seconds=5), False)
    assert (outcome.status, outcome.detail, outcome.disable_channel) == (500, "HTTP 500", None)


def test_the_tenth_failure_is_the_last() -> None:
    outcome = after_failure(a_delivery(a_channel(), tries=9, number=19), DeliveryError("HTTP 500", status=500), NOW, 0)
    assert (outcome.state, outcome.next_at) == (DeliveryState.DEAD, None)
    assert outcome.detail == "HTTP 500; given up after 10 tries"
    assert outcome.disable_channel is None


def test_a_permanent_failure_ends_the_delivery_but_not_the_channel() -> None:
    outcome = after_failure(a_delivery(a_channel()), DeliveryError("550 no such user", permanent=True), NOW, 0)
    assert (outcome.state, outcome.next_at, outcome.disable_channel) == (DeliveryState.DEAD, None, None)


def test_a_receiver_that_is_gone_ends_the_channel_too() -> None:
    outcome = after_failure(a_delivery(a_channel()), DeliveryError("HTTP 410", gone=True), NOW, 0)
    assert (outcome.state, outcome.disable_channel) == (DeliveryState.DEAD, "HTTP 410")


def test_a_success_ends_the_delivery() -> None:
    outcome = after_success(Receipt(204, "HTTP 204"))
    assert (outcome.state, outcome.next_at, outcome.delivered, outcome.status) == (DeliveryState.SENT, None, True, 204)
