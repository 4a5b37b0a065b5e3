"""What owners see and are told of a feed, told as rows of polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate
from service.domain.health import judge
from service.domain.outage import OURS, Outcomes, excuse, is_ours
from service.domain.polling import after_answer, after_failure, after_success
from service.domain.rhythm import Listing, Rhythm
from tests.domain.test_pacing import polled
from tests.domain.test_polling import DAY, FEED, GOOD, HOUR, INTERVAL, NOW, PARSED, stored

FAILING, NOT_A_FEED = FeedState.FAILING, FeedState.NOT_A_FEED


def good(feed: FeedToPoll, now: datetime, *, new: int = 1) -> FeedUpdate:
    return judge(feed, polled(feed, GOOD, Listing(20, new), now=now), now)


def bad(feed: FeedToPoll, now: datetime, state: FeedState = FAILING) -> FeedUpdate:
    return judge(feed, after_failure(feed, "No.", state, now=now, interval=INTERVAL, jitter=0), now)


def answered(feed: FeedToPoll, status: int, now: datetime) -> FeedUpdate:
    update = after_answer(feed, replace(GOOD, status=status), now=now, interval=INTERVAL, jitter=0)
    return judge(feed, update, now)


def told(updates: list[FeedUpdate]) -> list[str]:
    """What owners were told at each poll."""
    return ["-" if each.change is None else str(each.change.state or "well") for each in updates]


def row(script: str, every: timedelta = timedelta(minutes=5)) -> list[str]:
    """What is told at the polls of a script: `.` is good, `x` fails, `?` is no feed."""
    feed, now, updates = FEED, NOW, []
    for step in script:
        now += every
        updates.append(good(feed, now) if step == "." else bad(feed, now, NOT_A_FEED if step == "?" else FAILING))
        feed = stored(feed, updates[-1])
    return told(updates)


@pytest.mark.parametrize(
    ("script", "tells"),
    [
        pytest.param("....", "- - - -", id="nothing is wrong"),
        pytest.param("xx.", "- - -", id="a hiccup"),
        pytest.param("xxxxx", "- - failing - -", id="at the third failure, once"),
        pytest.param("xxx..", "- - failing well -", id="and when it is over, once"),
        pytest.param("xxxx.xxx", "- - failing - well - - failing", id="a second time"),
        pytest.param("???", "- - not_a_feed", id="something else in its place"),
        pytest.param("xxx?x?", "- - failing - - -", id="failing in another way is no news"),
        pytest.param("xx?", "- - not_a_feed", id="the state that it is in by then"),
    ],
)
def test_owners_are_told_once_per_change(script: str, tells: str) -> None:
    assert row(script) == tells.split()


def test_owners_are_told_within_six_hours_however_few_polls_that_were() -> None:
    assert row("xx", every=timedelta(hours=6)) == ["-", "failing"]


def test_the_first_410_is_told_and_the_end_of_polling_too() -> None:
    feed, now, updates = FEED, NOW, []
    for _ in range(9):
        updates.append(answered(feed, 410, now))
        feed, now = stored(feed, updates[-1]), now + DAY
    assert told(updates)[:8] == ["failing", *["-"] * 6, "gone"]
    assert updates[7].next_at is None


def test_an_address_that_is_refused_is_told_at_once() -> None:
    assert told([bad(FEED, NOW, FeedState.REFUSED)]) == ["refused"]


def test_a_silent_feed_is_said_to_be_silent_until_news_come() -> None:
    rhythm = Rhythm(gap=HOUR, lull=2 * HOUR, news=50, news_at=NOW - timedelta(hours=25), read_at=NOW - HOUR, known_since=NOW - 9 * DAY)
    feed = replace(FEED, watch=replace(FEED.watch, rhythm=rhythm))
    silent = good(feed, NOW, new=0)
    assert (silent.state, told([silent])) == (FeedState.SILENT, ["silent"])
    assert silent.reason == "It answers, but has brought nothing for 25 hours; usually it brings something every 60 minutes."
    assert silent.next_at is not None
    heard = good(stored(feed, silent), NOW + HOUR)
    assert (heard.state, heard.reason, told([heard])) == (FeedState.OK, None, ["well"])


def test_a_window_that_rolled_over_is_shown_for_a_day_and_told_once() -> None:
    feed = stored(FEED, good(FEED, NOW))
    updates = [good(feed, NOW + HOUR, new=20)]
    assert updates[0].state is FeedState.ROLLED_OVER
    assert "2026-03-02 10:00 UTC" in (updates[0].reason or "")
    for hours in (2, 20, 25, 26):
        updates.append(good(stored(feed, updates[-1]), NOW + timedelta(hours=hours)))
    assert told(updates) == ["rolled_over", "-", "-", "well", "-"]


def test_a_feed_that_moved_says_so_for_a_day_and_that_is_no_trouble() -> None:
    feed = replace(FEED, moved_to="https://new.example/feed", moved_since=NOW - 4 * DAY, moved_polls=20)
    fetched = replace(GOOD, permanent_url="https://new.example/feed")
    moved = judge(feed, after_success(feed, fetched, PARSED, now=NOW, interval=INTERVAL, jitter=0), NOW)
    assert (moved.state, moved.url, told([moved])) == (FeedState.MOVED, "https://new.example/feed", ["moved"])
    assert FEED.url in (moved.reason or "")
    feed = stored(feed, moved)
    assert told([good(feed, NOW + HOUR), good(feed, NOW + 25 * HOUR)]) == ["-", "-"]
    assert good(feed, NOW + 25 * HOUR).state is FeedState.OK


def test_a_redirect_that_is_not_adopted_yet_is_shown_in_words() -> None:
    fetched = replace(GOOD, permanent_url="https://new.example/feed")
    update = judge(FEED, after_success(FEED, fetched, PARSED, now=NOW, interval=INTERVAL, jitter=0), NOW)
    assert (update.state, update.change) == (FeedState.OK, None)
    assert "https://new.example/feed" in (update.reason or "")


def test_what_is_encrypted_is_never_moved_to_what_is_not() -> None:
    feed, now = FEED, NOW
    for _ in range(40):
        fetched = replace(GOOD, permanent_url="http://new.example/feed")
        update = judge(feed, after_success(feed, fetched, PARSED, now=now, interval=INTERVAL, jitter=0), now)
        feed, now = stored(feed, update), now + HOUR * 12
    assert feed.url == FEED.url
    assert "not encrypted" in (update.reason or "")


@pytest.mark.parametrize(
    ("failed", "answered", "ours"),
    [
        pytest.param(10, 0, True, id="all fail"),
        pytest.param(6, 5, True, id="more than half"),
        pytest.param(5, 5, False, id="half"),
        pytest.param(2, 0, False, id="two may be chance"),
        pytest.param(3, 100, False, id="a few of many"),
    ],
)
def test_most_hosts_failing_at_once_is_our_own_fault(failed: int, answered: int, ours: bool) -> None:
    assert is_ours(Outcomes(failed, answered)) is ours


def test_what_is_our_fault_is_not_held_against_a_feed() -> None:
    feed = replace(FEED, failures=1, polls_since_full=3)
    update = after_failure(feed, "No.", FAILING, now=NOW, interval=INTERVAL, jitter=0.5)
    excused = excuse(feed, update, now=NOW, interval=INTERVAL, jitter=0.5)
    assert (excused.state, excused.reason, excused.failures, excused.next_at) == (FEED.state, OURS, 1, NOW + INTERVAL)
    assert (excused.validators, excused.body_hash, excused.polls_since_full) == (FEED.validators, FEED.body_hash, 3)
