"""Stage one: fetch what is due, read it, and store what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

import structlog

from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate
from service.domain.listing import Listing
from service.domain.polling import Fetched, after_answer, after_failure, after_success, is_conditional
from service.edges import Edges
from service.feeds.fetch import fetch_feed
from service.feeds.sandbox import NotAFeed, ParseFailed, Sandbox
from service.outbound import OutboundError, OutboundProblem, Session
from service.pipeline.documents import Document, is_unchanged, may_leave_out, read_document
from service.pipeline.gathering import Gathering
from service.pipeline.rolling import work_through
from service.pipeline.storing import ReadPoll, store_polls
from service.storage.articles import SavedPoll, Unsaved
from service.storage.claims import renew_leases
from service.storage.polls import EmptyPoll, save_empty_polls
from service.storage.tables import feed as feed_table

MANY_ENTRIES = 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DueFeeds:
    """The due feeds as work to be claimed under one lease token."""

    edges: Edges
    token: str
    # Two transactions over many rows of one token would lock them in different orders.
    writing: Lock = field(default_factory=Lock)

    def claim(self, limit: int) -> Sequence[FeedToPoll]:
        """Up to `limit` due feeds."""
        return self.edges.store.feeds.claim_feeds(now=self.edges.now(), token=self.token, limit=limit)

    def renew(self) -> None:
        """Keep what is under way."""
        with self.writing:
            renew_leases(self.edges.store.database, feed_table, token=self.token, now=self.edges.now())

    def save_empty(self, polls: Sequence[EmptyPoll]) -> Sequence[SavedPoll]:
        """Store polls that brought no document."""
        with self.writing:
            save_empty_polls(self.edges.store.database, polls)
        return [SavedPoll(0, 0)] * len(polls)

    def save_read(self, polls: Sequence[ReadPoll]) -> Sequence[SavedPoll | Unsaved | None]:
        """Store polls that brought one; None for those to be read from end to end."""
        return store_polls(self.edges.store, polls, self.writing)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the polls of one run share."""

    edges: Edges
    session: Session
    sandbox: Sandbox
    queue: DueFeeds
    listings: Gathering[str, Listing | None]
    empty: Gathering[EmptyPoll, SavedPoll]
    read: Gathering[ReadPoll, SavedPoll | Unsaved | None]


async def poll_due(edges: Edges, sandbox: Sandbox, on_news: Callable[[], None]) -> int:
    """Poll every due feed, calling `on_news` from a thread when one brought something; return how many were polled."""
    ringing = asyncio.Lock()
    queue = DueFeeds(edges, edges.new_id("lease"))
    async with edges.outbound.session() as session:
        listings = Gathering(edges.store.listings.find_listings)
        desk = Desk(edges, session, sandbox, queue, listings, Gathering(queue.save_empty), Gathering(queue.save_read))

        async def poll_one(feed: FeedToPoll) -> None:
            saved = await poll(desk, feed)
            if (saved.added or saved.edited) and not ringing.locked():
                async with ringing:  # a bell that hangs costs one thread, not the loop with all other feeds
                    await asyncio.to_thread(on_news)

        return await work_through(queue, poll_one, slots=edges.settings.poll_concurrency, renew_every=edges.settings.lease / 3)


async def poll(desk: Desk, feed: FeedToPoll) -> SavedPoll:
    """Poll one claimed feed and store what came of it, whatever that was."""
    read = await _read(desk, feed)
    saved = await _store(desk, feed, read)
    if saved is None:  # its new items cannot be told from those that were left out
        read = await _read_whole(desk, feed, read)
        saved = await _store(desk, feed, read)
    assert saved is not None, "nothing was left out of the whole"
    if isinstance(saved, Exception):
        raise saved
    tell = log.debug if read.document is None and read.update.state is feed.state else log.info
    tell("polled", feed=feed.id, state=str(read.update.state), added=saved.added, edited=saved.edited, reason=read.update.reason)
    return saved


async def _store(desk: Desk, feed: FeedToPoll, read: _Read) -> SavedPoll | Unsaved | None:
    if read.document is not None:
        errand = ReadPoll(feed, read.update, read.document, read.at)
        if len(read.document.parsed.entries) > MANY_ENTRIES:  # nobody else should wait for those
            return (await asyncio.to_thread(desk.queue.save_read, [errand]))[0]
        return await desk.read.ask(errand)
    if read.update.url is not None:  # the feed moves, and perhaps to where another one is
        save = desk.edges.store.articles.save_poll
        return await asyncio.to_thread(save, feed, read.update, [], source=feed.url, now=read.at)
    return await desk.empty.ask(EmptyPoll(feed, read.update, read.at))


@dataclass(frozen=True, slots=True)
class _Read:
    """What the feed's row becomes, and the document if there is one to store from."""

    at: datetime
    update: FeedUpdate
    fetched: Fetched | None = None
    document: Document | None = None


async def _read(desk: Desk, feed: FeedToPoll) -> _Read:
    """Fetch and parse; every way this can fail is an update of the feed's row, with a reason for its owner."""
    settings, jitter = desk.edges.settings, desk.edges.chance()
    interval = timedelta(seconds=settings.poll_interval)
    now = await asyncio.to_thread(desk.edges.now) if feed.claimed_at is None else feed.claimed_at
    try:
        fetched = await fetch_feed(
            desk.session,
            feed,
            conditional=is_conditional(feed),
            now=now,
            deadline=settings.fetch_deadline,
            max_bytes=settings.fetch_max_bytes,
        )
    except OutboundError as error:
        state = FeedState.REFUSED if error.kind is OutboundProblem.REFUSED else FeedState.FAILING
        return _Read(now, after_failure(feed, str(error), state, now=now, interval=interval, jitter=jitter))
    if not fetched.ok:
        return _Read(now, after_answer(feed, fetched, now=now, interval=interval, jitter=jitter))
    if is_unchanged(feed, fetched):
        return _Read(now, after_success(feed, fetched, None, now=now, interval=interval, jitter=jitter))
    listing = await desk.listings.ask(feed.id) if may_leave_out(feed, fetched) else None
    return await _parse(desk, feed, fetched, listing, now)


async def _parse(desk: Desk, feed: FeedToPoll, fetched: Fetched, listing: Listing | None, now: datetime) -> _Read:
    interval, jitter = timedelta(seconds=desk.edges.settings.poll_interval), desk.edges.chance()
    try:
        document = await read_document(desk.sandbox, fetched, listing, now)
    except (NotAFeed, ParseFailed) as error:
        # What breaks off before it shows what it is says nothing against the feed.
        state = FeedState.NOT_A_FEED if isinstance(error, NotAFeed) and fetched.complete else FeedState.FAILING
        return _Read(now, after_failure(feed, str(error), state, now=now, interval=interval, jitter=jitter))
    update = after_success(feed, fetched, document.parsed, now=now, interval=interval, jitter=jitter)
    return _Read(now, update, fetched, document)


async def _read_whole(desk: Desk, feed: FeedToPoll, read: _Read) -> _Read:
    assert read.fetched is not None, "a document was fetched"
    return await _parse(desk, feed, read.fetched, None, read.at)
