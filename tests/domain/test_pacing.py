"""What good polls teach, told as rows of polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.domain.feeds import FeedToPoll, FeedUpdate, ParsedFeed, Trust, Validators
from service.domain.pacing import Reading, pace
from service.domain.polling import Fetched, after_success, is_conditional
from service.domain.rhythm import Limits, Listing
from service.domain.schedule import Schedule
from tests.domain.test_polling import DAY, FEED, GOOD, HOUR, NOW, PARSED, UNMODIFIED, stored

MINUTE = timedelta(minutes=1)
LIMITS = Limits.of(5 * MINUTE, MINUTE, HOUR)
FULL = replace(GOOD, conditional=False)
SOME, NONE = Listing(20, 2), Listing(20, 0)


def polled(
    feed: FeedToPoll,
    fetched: Fetched,
    listing: Listing | None = None,
    *,
    parsed: ParsedFeed | None = None,
    now: datetime = NOW,
    jitter: float = 0.5,
) -> FeedUpdate:
    read = (parsed or PARSED) if listing is not None else None
    update = after_success(feed, fetched, read, now=now, interval=LIMITS.usual, jitter=jitter)
    return pace(feed, update, Reading(fetched, read, listing), now=now, limits=LIMITS, jitter=jitter)


def wait(update: FeedUpdate, now: datetime = NOW) -> timedelta:
    assert update.next_at is not None
    return update.next_at - now


def test_the_next_poll_is_at_the_learned_interval_give_or_take() -> None:
    assert wait(polled(FEED, GOOD, NONE)) == 5 * MINUTE
    assert wait(polled(FEED, GOOD, NONE, jitter=0)) == 0.95 * 5 * MINUTE


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.99])
def test_what_the_server_asks_is_never_undercut(jitter: float) -> None:
    assert 20 * MINUTE <= wait(polled(FEED, replace(GOOD, fresh_for=20 * MINUTE), NONE, jitter=jitter)) <= 22 * MINUTE


def test_what_the_server_asks_is_granted_up_to_the_longest_interval() -> None:
    assert wait(polled(FEED, replace(GOOD, fresh_for=400 * DAY), NONE, jitter=0)) == HOUR


def test_a_feeds_own_wish_holds_also_while_it_is_not_modified() -> None:
    update = polled(FEED, GOOD, NONE, parsed=replace(PARSED, schedule=Schedule(ttl_minutes=30)), jitter=0)
    assert wait(update) == 30 * MINUTE
    assert wait(polled(stored(FEED, update), UNMODIFIED, jitter=0)) == 30 * MINUTE


def test_skipped_hours_are_waited_for() -> None:
    schedule = Schedule(skip_hours=(NOW.hour,))
    assert wait(polled(FEED, GOOD, NONE, parsed=replace(PARSED, schedule=schedule))) == HOUR


def test_at_the_latest_every_six_hours_the_whole_document_is_fetched() -> None:
    feed = stored(FEED, polled(FEED, GOOD, NONE))
    feed = stored(feed, polled(feed, UNMODIFIED, now=NOW + HOUR))
    assert is_conditional(feed, NOW + 5.9 * HOUR)
    assert not is_conditional(feed, NOW + 6 * HOUR)


def test_a_304_that_hid_news_is_found_out_and_believed_no_more() -> None:
    feed = replace(FEED, polls_since_full=11)
    assert not is_conditional(feed, NOW)
    feed = stored(feed, polled(feed, FULL, SOME))
    assert (feed.watch.trust, feed.validators) == (Trust.TESTED, FEED.validators), "the old validators are tried again"
    assert is_conditional(feed, NOW + MINUTE)
    feed = stored(feed, polled(feed, UNMODIFIED, now=NOW + MINUTE))
    assert (feed.watch.trust, feed.validators) == (Trust.LOST, Validators())
    feed = stored(feed, polled(feed, FULL, SOME, now=NOW + 2 * MINUTE))
    assert feed.watch.trust is Trust.LOST
    assert not is_conditional(feed, NOW + 3 * MINUTE)


def test_an_honest_server_passes_the_test_and_is_asked_as_before() -> None:
    feed = replace(FEED, polls_since_full=11)
    feed = stored(feed, polled(feed, FULL, SOME))
    feed = stored(feed, polled(feed, GOOD, NONE, now=NOW + MINUTE))
    assert (feed.watch.trust, feed.validators) == (Trust.GIVEN, GOOD.validators)
    assert is_conditional(feed, NOW + 2 * MINUTE)


@pytest.mark.parametrize(
    ("feed", "fetched", "listing"),
    [
        pytest.param(FEED, FULL, SOME, id="no 304 came before"),
        pytest.param(replace(FEED, polls_since_full=11), FULL, NONE, id="nothing new"),
        pytest.param(replace(FEED, polls_since_full=5), GOOD, SOME, id="the server said itself that it changed"),
        pytest.param(replace(FEED, polls_since_full=5, validators=Validators()), FULL, SOME, id="it has no validators"),
    ],
)
def test_nobody_is_doubted_without_reason(feed: FeedToPoll, fetched: Fetched, listing: Listing) -> None:
    assert polled(feed, fetched, listing).watch.trust is Trust.GIVEN


def test_a_window_that_rolled_over_is_noted() -> None:
    feed = stored(FEED, polled(FEED, GOOD, NONE))
    rolled = polled(feed, GOOD, Listing(20, 20), now=NOW + HOUR)
    assert rolled.watch.rolled_at == NOW + HOUR
    assert wait(rolled, NOW + HOUR) == 10 * MINUTE


def test_a_baseline_is_no_roll_over() -> None:
    feed = replace(stored(FEED, polled(FEED, GOOD, NONE)), baselined_at=None)
    assert polled(feed, GOOD, Listing(20, 20), now=NOW + HOUR).watch.rolled_at is None
