"""When a feed is polled again, told as a row of polls."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.feeds import Entry, FeedState, FeedToPoll, FeedUpdate, ParsedFeed, Validators
from service.domain.polling import Fetched, after_answer, after_failure, after_success, is_conditional

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
INTERVAL = timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "https://n.example/feed"
NEW = Validators('"2"', "Mon")
FEED = FeedToPoll("fd_1", URL, "lease", state=FeedState.OK, validators=Validators('"1"', None), body_hash="hash", baselined_at=NOW - DAY)
GOOD = Fetched(200, URL, b"<rss/>", NEW, "hash2", complete=True, conditional=True)
UNMODIFIED = Fetched(304, URL, None, Validators(), None, complete=True, conditional=True)
PARSED = ParsedFeed("The Gazette", "https://n.example/", "en", (Entry("g", None, "A"),))


def good(feed: FeedToPoll = FEED, fetched: Fetched = GOOD, parsed: ParsedFeed | None = PARSED, now: datetime = NOW) -> FeedUpdate:
    return after_success(feed, fetched, parsed, now=now, interval=INTERVAL, jitter=0.5)


def answered(status: int, feed: FeedToPoll = FEED, *, retry_after: timedelta | None = None, now: datetime = NOW) -> FeedUpdate:
    fetched = replace(GOOD, status=status, retry_after=retry_after)
    return after_answer(feed, fetched, now=now, interval=INTERVAL, jitter=0)


def stored(feed: FeedToPoll, update: FeedUpdate) -> FeedToPoll:
    """The feed as the next poll claims it."""
    common = {each.name for each in fields(FeedToPoll)} & {each.name for each in fields(FeedUpdate)} - {"url"}
    return replace(feed, **{name: getattr(update, name) for name in common}, url=update.url or feed.url)


def test_a_good_document_is_taken_over() -> None:
    update = good(replace(FEED, failures=3, polls_since_full=4, gone_since=NOW))
    assert (update.state, update.reason, update.next_at) == (FeedState.OK, None, NOW + INTERVAL)
    assert (update.validators, update.body_hash, update.failures, update.polls_since_full) == (NEW, "hash2", 0, 0)
    assert (update.gone_since, update.last_success_at) == (None, NOW)
    assert (update.title, update.site_url, update.language) == ("The Gazette", "https://n.example/", "en")


def test_the_first_complete_poll_is_the_baseline_and_stays_it() -> None:
    assert good(replace(FEED, baselined_at=None)).baselined_at == NOW
    assert good().baselined_at == FEED.baselined_at
    assert good(replace(FEED, baselined_at=None), replace(GOOD, complete=False)).baselined_at is None


def test_not_modified_keeps_what_is_known() -> None:
    update = good(fetched=UNMODIFIED, parsed=None)
    assert (update.validators, update.body_hash, update.polls_since_full) == (FEED.validators, "hash", 1)
    assert (update.state, update.title) == (FeedState.OK, None)


def test_every_twelfth_get_is_unconditional_for_304_may_lie() -> None:
    feed, conditional = stored(FEED, good()), []
    for _ in range(24):
        conditional.append(is_conditional(feed, NOW))
        feed = stored(feed, good(feed, UNMODIFIED, None) if conditional[-1] else good(feed))
    assert conditional == ([True] * 11 + [False]) * 2


def test_without_validators_no_get_is_conditional() -> None:
    assert not is_conditional(replace(FEED, validators=Validators()), NOW)


@pytest.mark.parametrize(
    ("fetched", "parsed"),
    [
        pytest.param(replace(GOOD, complete=False), PARSED, id="cut on the way"),
        pytest.param(GOOD, replace(PARSED, complete=False), id="cut at its origin"),
    ],
)
def test_a_document_that_breaks_off_counts_as_failed(fetched: Fetched, parsed: ParsedFeed) -> None:
    update = good(fetched=fetched, parsed=parsed)
    assert (update.state, update.failures, update.validators, update.body_hash) == (FeedState.FAILING, 1, Validators(), None)
    assert update.reason is not None
    assert "1 whole entries" in update.reason
    assert update.last_success_at is None


def test_failures_are_tried_again_ever_more_slowly_and_never_given_up() -> None:
    feed, waits = FEED, []
    for _ in range(400):
        update = after_failure(feed, "No.", FeedState.FAILING, now=NOW, interval=INTERVAL, jitter=0.5)
        assert update.next_at is not None
        waits.append(update.next_at - NOW)
        feed = stored(feed, update)
    assert waits[:3] == [INTERVAL, 2 * INTERVAL, 3 * INTERVAL]
    assert waits == sorted(waits)
    assert waits[-1] == DAY
    assert feed.failures == 400


def test_an_error_clears_the_validators() -> None:
    update = after_failure(FEED, "No.", FeedState.NOT_A_FEED, now=NOW, interval=INTERVAL, jitter=0)
    assert (update.validators, update.body_hash, update.polls_since_full) == (Validators(), None, 0)
    assert (update.state, update.reason, update.baselined_at) == (FeedState.NOT_A_FEED, "No.", FEED.baselined_at)


@pytest.mark.parametrize(
    ("status", "retry_after", "wait"),
    [
        pytest.param(503, HOUR, HOUR, id="honoured"),
        pytest.param(429, timedelta(seconds=1), INTERVAL, id="no shorter than the interval"),
        pytest.param(429, timedelta(hours=88), DAY, id="no longer than a day"),
        pytest.param(503, None, INTERVAL * 0.95, id="not given"),
        pytest.param(500, HOUR, INTERVAL * 0.95, id="of another status"),
    ],
)
def test_retry_after(status: int, retry_after: timedelta | None, wait: timedelta) -> None:
    update = answered(status, retry_after=retry_after)
    assert update.next_at == NOW + wait
    assert update.reason is not None
    assert str(status) in update.reason


def test_retry_after_is_spread_by_up_to_a_fifth() -> None:
    fetched = replace(GOOD, status=503, retry_after=HOUR)
    assert after_answer(FEED, fetched, now=NOW, interval=INTERVAL, jitter=0.5).next_at == NOW + 1.1 * HOUR


def test_a_feed_that_is_gone_is_asked_daily_for_a_week_and_then_no_more() -> None:
    feed, now, states = FEED, NOW, []
    for _ in range(8):
        update = answered(410, feed, now=now)
        states.append(update.state)
        assert update.next_at == (now + DAY if update.state is FeedState.FAILING else None)
        feed, now = stored(feed, update), now + DAY
    assert states == [FeedState.FAILING] * 7 + [FeedState.GONE]
    assert feed.gone_since == NOW


def test_another_answer_ends_the_row_of_410s() -> None:
    feed = stored(FEED, answered(410))
    assert stored(feed, answered(500, feed)).gone_since is None
    assert good(feed).gone_since is None


def test_a_permanent_redirect_is_adopted_only_once_it_has_proved_stable() -> None:
    feed, now = FEED, NOW
    moved = replace(GOOD, permanent_url="https://new.example/feed")
    urls = []
    for _ in range(12):
        update = good(feed, moved, now=now)
        urls.append(update.url)
        feed, now = stored(feed, update), now + timedelta(hours=12)
    assert urls[:9] == [None] * 9
    assert urls[9] == "https://new.example/feed"
    assert feed.url == "https://new.example/feed"


@pytest.mark.parametrize(
    ("since", "polls", "to"),
    [
        pytest.param(timedelta(days=2), 50, "https://new.example/feed", id="many polls, too few days"),
        pytest.param(timedelta(days=30), 8, "https://new.example/feed", id="many days, too few polls"),
        pytest.param(timedelta(days=30), 50, "https://other.example/feed", id="it leads elsewhere now"),
    ],
)
def test_a_redirect_that_has_not_proved_stable_is_not_adopted(since: timedelta, polls: int, to: str) -> None:
    feed = replace(FEED, moved_to="https://new.example/feed", moved_since=NOW - since, moved_polls=polls)
    update = good(feed, replace(GOOD, permanent_url=to))
    assert update.url is None
    assert update.moved_to == to


def test_a_redirect_that_is_gone_is_forgotten_and_an_outage_is_no_such_sign() -> None:
    feed = replace(FEED, moved_to="https://new.example/feed", moved_since=NOW, moved_polls=5)
    assert good(feed).moved_to is None
    assert answered(500, feed).moved_polls == 5


@given(st.integers(0, 10_000), st.floats(0, 0.999), st.integers(1, 400_000), st.none() | st.integers(0, 10**9))
def test_the_next_poll_is_never_sooner_than_nearly_an_interval_nor_later_than_a_day_and_a_fifth(
    failures: int, jitter: float, interval: int, retry_after: int | None
) -> None:
    every = timedelta(seconds=interval)
    wish = None if retry_after is None else timedelta(seconds=retry_after)
    feed = replace(FEED, failures=failures)
    update = after_failure(feed, "No.", FeedState.FAILING, now=NOW, interval=every, jitter=jitter, retry_after=wish)
    assert update.next_at is not None
    assert every * 0.949 <= update.next_at - NOW <= max(DAY, every) * 1.2


def test_a_feed_that_always_breaks_off_ends_its_baseline_at_the_third_try() -> None:
    feed, baselines = replace(FEED, baselined_at=None), []
    for _ in range(3):
        feed = stored(feed, good(feed, replace(GOOD, complete=False)))
        baselines.append(feed.baselined_at)
    assert baselines == [None, None, NOW]


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        pytest.param("the host name n.example could not be resolved", "The host name n.example could not be resolved.", id="a phrase"),
        pytest.param("No feed: a page.", "No feed: a page.", id="a sentence"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_why_a_feed_fails_is_a_sentence(reason: str, shown: str) -> None:
    assert after_failure(FEED, reason, FeedState.FAILING, now=NOW, interval=INTERVAL, jitter=0).reason == shown
