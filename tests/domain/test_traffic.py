"""How sending goes at a channel, and who gets how much of a claim."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.traffic import (
    ENDPOINT_SHARE,
    FAILS_FOR_LONG,
    FIRST_REST,
    LONGEST_REST,
    MAIL,
    SHARE,
    TROUBLED,
    Traffic,
    UnderWay,
    Waiting,
    after_attempts,
    allot,
    fails_for_long,
)
from tests.make import NOON

HOUR = timedelta(hours=1)
BROKEN = Traffic("dead.example", TROUBLED, NOON - HOUR)


def waits(channel: str, traffic: Traffic | None = None, *, ordered: bool = False, late: int = 0, shared: Traffic | None = None) -> Waiting:
    return Waiting(channel, ordered, NOON - timedelta(seconds=late), traffic or Traffic(f"{channel}.example"), shared or Traffic())


@pytest.mark.parametrize(
    ("waiting", "under_way", "limit", "shares"),
    [
        pytest.param([waits("a")], [], 400, {"a": SHARE}, id="one channel gets its share, not the whole run"),
        pytest.param([waits("a", late=9), waits("b")], [], 10, {"a": 5, "b": 5}, id="who has waited for long takes no more than others"),
        pytest.param([waits("a", late=9), waits("b"), waits("c")], [], 2, {"a": 1, "b": 1}, id="too little for all: the oldest"),
        pytest.param([waits("a", BROKEN)], [], 400, {"a": 1}, id="where all fails one is tried"),
        pytest.param([waits("a", BROKEN), waits("b")], [], 60, {"a": 1, "b": SHARE}, id="what it leaves goes to the others"),
        pytest.param([waits("a", BROKEN)], [UnderWay("a", "a.example", "t", 1)], 400, {}, id="where all fails one at a time"),
        pytest.param([waits("a", ordered=True)], [], 400, {"a": 1}, id="in order: the oldest alone"),
        pytest.param([waits("a", ordered=True)], [UnderWay("a", None, "t", 1)], 400, {}, id="in order: the next when that is done"),
        pytest.param([waits("a")], [UnderWay("a", "a.example", "t", 30)], 400, {"a": SHARE - 30}, id="what the run has counts"),
        pytest.param([waits("a")], [UnderWay("b", "a.example", "other", 1)], 400, {}, id="another run serves the endpoint"),
        pytest.param([waits("a", Traffic())], [UnderWay("a", None, "other", 1)], 400, {}, id="another run serves the channel"),
        pytest.param([waits("a", Traffic(MAIL))], [UnderWay("b", MAIL, "other", 9)], 400, {"a": SHARE}, id="all may serve the mail server"),
        pytest.param(
            [waits(name, Traffic("one.example")) for name in "abc"], [], 400, {"a": 50, "b": 50}, id="channels of one host share its room"
        ),
        pytest.param(
            [waits(name, Traffic(MAIL), shared=Traffic(failures=TROUBLED)) for name in "abc"],
            [],
            400,
            {"a": 1},
            id="a mail server that fails",
        ),
    ],
)
def test_shares(waiting: list[Waiting], under_way: list[UnderWay], limit: int, shares: dict[str, int]) -> None:
    assert allot(waiting, under_way, token="t", limit=limit) == shares
    assert sum(shares.values()) <= limit
    assert ENDPOINT_SHARE == 2 * SHARE


def test_rests_grow_with_the_failures_and_end_with_a_success() -> None:
    traffic, rests = Traffic(), []
    for _ in range(20):
        traffic = after_attempts(traffic, endpoint="e", delivered=0, failed=1, now=NOON)
        rests.append(traffic.rest_until and traffic.rest_until - NOON)
    assert rests[:TROUBLED] == [None] * (TROUBLED - 1) + [FIRST_REST]
    assert rests[TROUBLED] == 2 * FIRST_REST
    assert rests[-1] == LONGEST_REST
    well = after_attempts(traffic, endpoint="e", delivered=1, failed=3, now=NOON)
    assert (well.failures, well.failing_since, well.rest_until) == (0, None, None)


@pytest.mark.parametrize(
    ("asked", "rest"),
    [
        pytest.param(timedelta(minutes=2), timedelta(minutes=2), id="as asked, at the first failure"),
        pytest.param(timedelta(days=9), timedelta(days=1), id="a day at most"),
        pytest.param(timedelta(0), None, id="none"),
    ],
)
def test_a_receiver_that_asks_for_peace_gets_it(asked: timedelta, rest: timedelta | None) -> None:
    traffic = after_attempts(Traffic(), endpoint="e", delivered=0, failed=1, now=NOON, retry_after=asked)
    assert traffic.rest_until == (rest and NOON + rest)


def test_a_channel_fails_for_long_from_its_first_failure_since_a_success() -> None:
    first = after_attempts(Traffic(), endpoint="e", delivered=0, failed=1, now=NOON)
    later = after_attempts(first, endpoint="e", delivered=0, failed=1, now=NOON + HOUR)
    assert later.failing_since == NOON
    assert not fails_for_long(later, NOON + FAILS_FOR_LONG - HOUR)
    assert fails_for_long(later, NOON + FAILS_FOR_LONG)


def test_failures_that_are_not_the_channels_leave_it_as_it_was() -> None:
    before = Traffic("e", 2, NOON - HOUR)
    after = after_attempts(before, endpoint="e", delivered=0, failed=0, now=NOON)
    assert (after.failures, after.failing_since, after.rest_until) == (2, NOON - HOUR, None)
