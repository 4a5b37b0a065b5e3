"""Whether only new items are read or every document from end to end: the same articles are stored, and the same is learned."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select, update

from service.domain.feeds import FeedState, FeedToPoll, ParsedFeed, Validators, Watch
from service.domain.listing import Listing
from service.domain.polling import Fetched, after_success
from service.edges import Edges
from service.feeds.errors import NotAFeed
from service.feeds.known import KnownItems
from service.feeds.parse import parse_document
from service.pipeline.documents import Document
from service.pipeline.settling import FeedPoll, Terms
from service.pipeline.storing import store_polls
from service.storage.audit import Caller
from service.storage.polls import SavedPoll
from service.storage.tables import article
from service.storage.tables import feed as feed_table
from tests.conftest import Clock
from tests.feeds.odd_feeds import URL, Item, Version, histories
from tests.feeds.odd_lists import JsonVersion, Listed, ListVersion, SitemapVersion, list_histories

NUMBERS = itertools.count()


class Polled:
    """A feed that is polled by hand, on the short way or the long one."""

    def __init__(self, edges: Edges, clock: Clock, *, short: bool) -> None:
        self.store, self.clock, self.short = edges.store, clock, short
        self.terms = Terms.of(edges.settings)
        self.left_out, self.watch, self.state = 0, Watch(), FeedState.NEW
        self.baselined_at: datetime | None = None
        edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=clock.at)
        caller = Caller("ws_1", "test", clock.at, edges.new_id("au"))
        url = f"https://news.example/{next(NUMBERS)}"
        self.id = edges.store.feeds.follow(url, new_id=edges.new_id("fd"), tags=[], alert_existing=False, caller=caller)[0].id

    def poll(self, body: bytes) -> None:
        """Read this document as a poll would."""
        with self.store.database.write() as connection:  # of all the feeds here it is this one's turn
            connection.execute(update(feed_table).where(feed_table.c.id == self.id).values(lease_token="token"))
        feed = FeedToPoll(self.id, URL, "token", baselined_at=self.baselined_at, state=self.state, watch=self.watch)
        listing = self.store.listings.find_listings([self.id])[0] if self.short and feed.baselined_at else None
        if not self._store(feed, body, listing):
            assert self._store(feed, body, None)

    def _store(self, feed: FeedToPoll, body: bytes, listing: Listing | None) -> bool:
        known = KnownItems(listing.context, listing.items.keys()) if listing and listing.is_usable(self.clock.at) else None
        try:
            parsed = parse_document(body, {}, URL, known)
        except NotAFeed:
            parsed = ParsedFeed("", None, None, ())
        fetched = Fetched(200, URL, body, Validators(), None, complete=True, conditional=False)
        outcome = after_success(feed, fetched, parsed, now=self.clock.at, interval=timedelta(minutes=1), jitter=0)
        self.baselined_at = outcome.baselined_at
        document = Document(parsed, listing if parsed.left_out else None)
        read = FeedPoll(feed, self.clock.at, 0, 0, outcome, fetched, document)
        (saved,) = store_polls(self.store, self.terms, [read], Lock())
        if not isinstance(saved, SavedPoll):
            return False
        self.left_out += parsed.left_out
        self.watch, self.state = saved.outcome.watch, saved.outcome.state
        return True

    def articles(self) -> list[Mapping[str, Any]]:
        """What is stored, but for what the feed's own id goes into."""
        own = [column for column in article.c if column.name not in ("id", "feed", "dedup_key", "source")]
        with self.store.database.read() as connection:
            rows = connection.execute(select(*own).where(article.c.feed == self.id)).mappings()
            return sorted((dict(row) for row in rows), key=str)


def both(edges: Edges, clock: Clock, bodies: Sequence[bytes]) -> int:
    """Poll these documents on both ways; the articles must be equal after each. Returns how many items were left out."""
    short, whole = Polled(edges, clock, short=True), Polled(edges, clock, short=False)
    for body in bodies:
        for each in (short, whole):
            each.poll(body)
        assert short.articles() == whole.articles()
        assert (short.watch, short.state) == (whole.watch, whole.state), "the same is learned of the feed"
        clock.advance(minutes=5)
    return short.left_out


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=histories())
def test_odd_feeds(edges: Edges, clock: Clock, versions: list[Version]) -> None:
    both(edges, clock, [version.written() for version in versions])


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(versions=list_histories())
def test_odd_json_feeds_and_sitemaps(edges: Edges, clock: Clock, versions: list[ListVersion]) -> None:
    both(edges, clock, [version.written() for version in versions])


@pytest.mark.parametrize("kind", [JsonVersion, SitemapVersion])
def test_a_list_that_goes_on(edges: Edges, clock: Clock, kind: type[ListVersion]) -> None:
    listed = tuple(Listed(number, f"Title {number}") for number in range(30, 0, -1))
    assert both(edges, clock, [kind(listed[start : start + 20]).written() for start in range(10, 0, -2)]) == 4 * 18


def rss(*items: Item) -> bytes:
    return Version("rss", items).written()


def item(number: int, title: str = "", guid: str = "", link: str = "") -> Item:
    parts = (
        f"<guid>{guid or number}</guid>",
        f"<link>https://news.example/{link or number}</link>",
        f"<description>Text {number}</description>",
    )
    return Item(number, title or f"Title {number}", parts)


def test_a_feed_that_goes_on(edges: Edges, clock: Clock) -> None:
    listed = [item(number) for number in range(30)]
    assert both(edges, clock, [rss(*reversed(listed[start : start + 20])) for start in range(0, 10, 2)]) == 4 * 18


def test_one_guid_for_all(edges: Edges, clock: Clock) -> None:
    listed = [item(number, guid="same", link="same") for number in range(9)]
    assert both(edges, clock, [rss(*listed[start : start + 5][::-1]) for start in range(4)]) == 0


def test_an_old_guid_is_used_again_beside_its_first_bearer(edges: Edges, clock: Clock) -> None:
    listed = [item(number) for number in range(9)]
    both(edges, clock, [rss(*listed), rss(item(50, guid="3"), *listed), rss(item(51, guid="3", link="4"), *listed)])


def test_an_item_takes_the_old_link_of_one_that_is_still_listed(edges: Edges, clock: Clock) -> None:
    listed = [item(number) for number in range(9)]
    moved = [*listed[:3], item(3, link="3-moved"), *listed[4:]]
    both(edges, clock, [rss(*listed), rss(*moved), rss(item(60, link="3"), *moved), rss(item(61, "Title 3"), *moved)])


def test_items_roll_out_and_in_and_are_edited(edges: Edges, clock: Clock) -> None:
    listed = [item(number) for number in range(12)]
    edited = [item(0, "Corrected"), *listed[1:]]
    assert both(edges, clock, [rss(*listed), rss(*listed[3:]), rss(*listed), rss(*edited), rss(*listed)]) > 30


def test_once_a_day_all_is_read_and_marked_as_listed(edges: Edges, clock: Clock) -> None:
    feed = Polled(edges, clock, short=True)
    listed = [item(number) for number in range(60)]
    left_out = []
    for day in range(4):
        feed.left_out = 0
        feed.poll(rss(*listed[day : day + 40]))
        left_out.append(feed.left_out)
        clock.advance(hours=13)
    assert left_out == [0, 39, 0, 39]
