"""Polls saved many at once: what goes wrong with one is its own affair."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service.domain.feeds import Entry, FeedState, FeedToPoll, FeedUpdate, ParsedFeed, Validators
from service.domain.identity import keys_of, recognise
from service.domain.listing import Listing, list_items
from service.domain.polling import Fetched, after_failure, after_success
from service.edges import Edges
from service.storage.audit import Caller
from service.storage.claims import LeaseLost
from service.storage.polls import PollToSave, SavedPoll, save_polls
from service.storage.quiet_polls import save_quiet_polls
from service.storage.tables import feed as feed_table
from service.storage.tables import feed_host
from tests.conftest import Clock

MINUTE = timedelta(minutes=1)


@pytest.fixture
def claimed(edges_on_both: Edges, clock: Clock) -> tuple[FeedToPoll, ...]:
    """Three feeds in our hands."""
    edges_on_both.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=clock.at)
    for number in range(3):
        caller = Caller("ws_1", "test", clock.at, edges_on_both.new_id("au"))
        url = f"https://news-{number}.example/feed"  # a claim takes one feed of each host
        edges_on_both.store.feeds.follow(url, new_id=edges_on_both.new_id("fd"), tags=[], alert_existing=False, caller=caller)
    return edges_on_both.store.feeds.claim_feeds(now=clock.at, token="ours", limit=9)


def row(edges: Edges, feed: FeedToPoll) -> Any:
    with edges.store.database.read() as connection:
        return connection.execute(select(feed_table).where(feed_table.c.id == feed.id)).one()


def as_poll(feed: FeedToPoll, outcome: FeedUpdate, now: datetime) -> PollToSave:
    """A poll that brought nothing."""
    return PollToSave(feed, outcome, [], feed.url, now, host_free_at=now + MINUTE)


def failed(feed: FeedToPoll, clock: Clock) -> PollToSave:
    return as_poll(feed, after_failure(feed, "down", FeedState.FAILING, now=clock.at, interval=MINUTE, jitter=0), clock.at)


def unchanged(feed: FeedToPoll, clock: Clock) -> PollToSave:
    fetched = Fetched(304, feed.url, None, Validators('"2"'), None, complete=True, conditional=True)
    return as_poll(feed, after_success(feed, fetched, None, now=clock.at, interval=MINUTE, jitter=0), clock.at)


def with_entry(feed: FeedToPoll, title: str, clock: Clock) -> PollToSave:
    parsed = ParsedFeed("T", None, None, (Entry("g", None, title),))
    fetched = Fetched(200, feed.url, b"", Validators(), "h", complete=True, conditional=False)
    outcome = after_success(feed, fetched, parsed, now=clock.at, interval=MINUTE, jitter=0)
    return PollToSave(feed, outcome, recognise(parsed.entries, keys_of(parsed.entries), {}), "T", clock.at, Listing("", clock.at))


def test_quiet_polls_of_every_kind_are_written_together(edges_on_both: Edges, claimed: tuple[FeedToPoll, ...], clock: Clock) -> None:
    one, two, three = claimed
    save_quiet_polls(edges_on_both.store.database, [failed(one, clock), unchanged(two, clock), failed(three, clock)])
    rows = [row(edges_on_both, each) for each in claimed]
    assert [each.state for each in rows] == ["failing", "ok", "failing"]
    assert [each.failures for each in rows] == [1, 0, 1]
    assert (rows[1].etag, rows[1].last_success_at, rows[0].last_success_at) == ('"2"', clock.at, None)
    assert all((each.lease_token, each.lease_until, each.claims, each.polled_at) == (None, None, 0, clock.at) for each in rows)
    assert all(clock.at < each.next_at <= clock.at + MINUTE for each in rows)
    with edges_on_both.store.database.read() as connection:
        theirs = select(feed_host.c.free_at).where(feed_host.c.name.in_([each.host for each in claimed]))
        assert list(connection.execute(theirs).scalars()) == [clock.at + MINUTE] * 3, "their hosts rest"


def test_a_quiet_poll_of_a_lost_lease_changes_nothing(edges_on_both: Edges, claimed: tuple[FeedToPoll, ...], clock: Clock) -> None:
    lost = replace(claimed[0], lease_token="theirs")
    save_quiet_polls(edges_on_both.store.database, [failed(lost, clock), failed(claimed[1], clock)])
    assert (row(edges_on_both, claimed[0]).state, row(edges_on_both, claimed[0]).lease_token) == ("new", "ours")
    assert row(edges_on_both, claimed[1]).state == "failing"


def test_a_feed_made_due_during_a_quiet_poll_stays_due(edges_on_both: Edges, claimed: tuple[FeedToPoll, ...], clock: Clock) -> None:
    later = clock.advance(seconds=1)
    edges_on_both.store.feeds.poll_now(claimed[0].id, caller=Caller("ws_1", "test", later, edges_on_both.new_id("au")))
    save_quiet_polls(edges_on_both.store.database, [unchanged(claimed[0], clock)])
    assert row(edges_on_both, claimed[0]).next_at == later


def test_a_lost_lease_costs_its_own_poll_only(edges_on_both: Edges, claimed: tuple[FeedToPoll, ...], clock: Clock) -> None:
    polls = [with_entry(each, f"Bridge {number}", clock) for number, each in enumerate(claimed)]
    polls[1] = with_entry(replace(claimed[1], lease_token="theirs"), "Bridge", clock)
    first, lost, last = save_polls(edges_on_both.store.database, polls)
    assert [(each.added, each.edited) for each in (first, last) if isinstance(each, SavedPoll)] == [(1, 0)] * 2
    assert isinstance(lost, LeaseLost)
    assert {each.article.title for each in edges_on_both.store.articles.list_articles("ws_1").items} == {"Bridge 0", "Bridge 2"}
    assert row(edges_on_both, claimed[1]).state == "new"


def test_what_the_database_refuses_costs_its_own_poll_only(edges_on_both: Edges, claimed: tuple[FeedToPoll, ...], clock: Clock) -> None:
    polls = [with_entry(each, f"Bridge {number}", clock) for number, each in enumerate(claimed)]
    polls[2] = replace(polls[2], source=None)  # type: ignore[arg-type]  # no article without one
    saved = save_polls(edges_on_both.store.database, polls)
    assert [(each.added, each.edited) for each in saved[:2] if isinstance(each, SavedPoll)] == [(1, 0)] * 2
    assert isinstance(saved[2], IntegrityError)
    assert len(edges_on_both.store.articles.list_articles("ws_1").items) == 2


def test_a_listing_is_kept_as_it_was(edges_on_both: Edges, claimed: tuple[FeedToPoll, ...], clock: Clock) -> None:
    poll = with_entry(claimed[0], "Bridge", clock)
    parsed = ParsedFeed("T", None, None, (Entry("g", "https://n.example/1", "Bridge"),))
    listing = list_items(None, parsed, keys_of(parsed.entries), poll.entries, feed_id=claimed[0].id, now=clock.at)
    save_polls(edges_on_both.store.database, [replace(poll, listing=listing)])
    assert edges_on_both.store.listings.find_listings([claimed[1].id, claimed[0].id]) == [None, listing]
