"""Stage one: fetch what is due, read it, and store what is new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

import structlog

from service.domain.feeds import FeedState, FeedToPoll
from service.domain.listing import Listing
from service.domain.polling import Fetched, after_answer, after_failure, after_success, is_conditional
from service.edges import Edges
from service.feeds.fetch import fetch_feed
from service.feeds.sandbox import NotAFeed, ParseFailed, Sandbox
from service.outbound import OutboundError, OutboundProblem, Place, Room, Session
from service.pipeline.documents import is_unchanged, may_leave_out, read_document
from service.pipeline.gathering import Gathering
from service.pipeline.opening import open_access
from service.pipeline.rolling import work_through
from service.pipeline.settling import FeedPoll, Terms
from service.pipeline.stalls import Stalls
from service.pipeline.storing import store_polls
from service.pipeline.websub import as_fetched, offer_hub, seldom_until, uses_hubs
from service.storage.claims import forgive, renew_leases
from service.storage.feed_hosts import courtesy_of
from service.storage.polls import SavedPoll, Unsaved
from service.storage.sealing import Unsealable
from service.storage.tables import feed as feed_table
from service.storage.websub import Push

CLAIM_AGAIN = 0.5  # seconds; a host may be free again while others are still under way
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
        courtesy = courtesy_of(self.edges.settings)
        return self.edges.store.feeds.claim_feeds(now=self.edges.now(), token=self.token, limit=limit, courtesy=courtesy)

    def renew(self) -> None:
        """Keep what is under way."""
        with self.writing:
            renew_leases(self.edges.store.database, feed_table, token=self.token, now=self.edges.now())

    def forgive(self, rows: Sequence[FeedToPoll]) -> None:
        """Count nothing against them."""
        with self.writing:
            forgive(self.edges.store.database, feed_table, token=self.token, among=[each.id for each in rows])

    def save(self, polls: Sequence[FeedPoll]) -> Sequence[SavedPoll | Unsaved | None]:
        """Store polls; None for those to be read from end to end."""
        return store_polls(self.edges.store, Terms.of(self.edges.settings), polls, self.writing)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the polls of one run share."""

    edges: Edges
    session: Session
    sandbox: Sandbox
    queue: DueFeeds
    terms: Terms
    listings: Gathering[str, Listing | None]
    polls: Gathering[FeedPoll, SavedPoll | Unsaved | None]
    stalls: Stalls
    room: Room

    @classmethod
    def of(cls, edges: Edges, session: Session, sandbox: Sandbox, queue: DueFeeds) -> Desk:
        """The desk of one run."""
        listings = Gathering(edges.store.listings.find_listings)
        return cls(edges, session, sandbox, queue, Terms.of(edges.settings), listings, Gathering(queue.save), Stalls(), Room())


async def poll_due(edges: Edges, sandbox: Sandbox, on_news: Callable[[], None]) -> int:
    """Poll every due feed, calling `on_news` from a thread when one brought something; return how many were polled."""
    ringing = asyncio.Lock()
    queue = DueFeeds(edges, edges.new_id("lease"))
    async with edges.outbound.session() as session:
        desk = Desk.of(edges, session, sandbox, queue)

        async def poll_one(feed: FeedToPoll) -> None:
            saved = await poll(desk, feed)
            if (saved.added or saved.edited) and not ringing.locked():
                async with ringing:  # a bell that hangs costs one thread, not the loop with all other feeds
                    await asyncio.to_thread(on_news)

        slots, renew_every = edges.settings.poll_concurrency, edges.settings.lease / 3
        return await work_through(queue, poll_one, slots=slots, renew_every=renew_every, claim_every=CLAIM_AGAIN, stalled=desk.stalls.count)


async def poll(desk: Desk, feed: FeedToPoll) -> SavedPoll:
    """Poll one claimed feed and store what came of it, whatever that was. Raises what kept the database from storing it."""
    with desk.room.place() as place:
        return await _poll(desk, feed, place)


async def _poll(desk: Desk, feed: FeedToPoll, place: Place) -> SavedPoll:
    push = await asyncio.to_thread(desk.edges.store.websub.next_push, feed.id) if uses_hubs(desk.edges) else None
    told = await _read_push(desk, feed, push) if push is not None else None
    read = await _mind_hub(desk, told or await _read(desk, feed, place))
    saved = await _store(desk, read)
    if saved is None:  # its new items cannot be told from those that were left out
        read = await _mind_hub(desk, await _read_whole(desk, read))
        saved = await _store(desk, read)
    assert saved is not None, "nothing was left out of the whole"
    if isinstance(saved, Exception):
        raise saved
    if push is not None:
        await asyncio.to_thread(desk.edges.store.websub.forget_push, feed.id, push.id, now=read.at)
    outcome = saved.outcome
    tell = log.debug if read.document is None and outcome.state is feed.state else log.info
    tell("polled", feed=feed.id, state=str(outcome.state), added=saved.added, edited=saved.edited, reason=outcome.reason)
    return saved


async def _store(desk: Desk, read: FeedPoll) -> SavedPoll | Unsaved | None:
    if read.document is not None and len(read.document.parsed.entries) > MANY_ENTRIES:  # nobody else should wait for those
        return (await asyncio.to_thread(desk.queue.save, [read]))[0]
    return await desk.polls.ask(read)


async def _read(desk: Desk, feed: FeedToPoll, place: Place) -> FeedPoll:
    """Fetch and parse; every way this can fail is an update of the feed's row, with a reason for its owner."""
    settings, jitter, began = desk.edges.settings, desk.edges.chance(), time.monotonic()
    now = await asyncio.to_thread(desk.edges.now) if feed.claimed_at is None else feed.claimed_at
    interval = desk.terms.usual_interval(feed, now)
    try:
        access = None if feed.access is None else open_access(desk.edges, feed.access, feed.owner)
        with desk.stalls.waiting():
            fetched = await fetch_feed(
                desk.session,
                feed,
                conditional=is_conditional(feed, now),
                now=now,
                deadline=settings.fetch_deadline,
                max_bytes=settings.fetch_max_bytes,
                access=access,
                place=place,
            )
    except Unsealable as error:
        reason = f"Its headers or password cannot be read: {error}. Give them anew, or ask the operator."
        update = after_failure(feed, reason, FeedState.FAILING, now=now, interval=interval, jitter=jitter)
        return FeedPoll(feed, now, began, jitter, update)
    except OutboundError as error:
        state = FeedState.REFUSED if error.kind is OutboundProblem.REFUSED else FeedState.FAILING
        return FeedPoll(feed, now, began, jitter, after_failure(feed, str(error), state, now=now, interval=interval, jitter=jitter))
    if not fetched.ok:
        return FeedPoll(feed, now, began, jitter, after_answer(feed, fetched, now=now, interval=interval, jitter=jitter))
    unread = FeedPoll(feed, now, began, jitter, after_success(feed, fetched, None, now=now, interval=interval, jitter=jitter), fetched)
    if is_unchanged(feed, fetched):
        return unread
    return await _parse(desk, unread, fetched, await desk.listings.ask(feed.id) if may_leave_out(feed, fetched) else None)


async def _parse(desk: Desk, unread: FeedPoll, fetched: Fetched, listing: Listing | None) -> FeedPoll:
    feed, now, jitter = unread.feed, unread.at, unread.jitter
    interval = desk.terms.usual_interval(feed, now)
    try:
        document = await read_document(desk.sandbox, fetched, listing, now)
    except (NotAFeed, ParseFailed) as error:
        # What breaks off before it shows what it is says nothing against the feed.
        state = FeedState.NOT_A_FEED if isinstance(error, NotAFeed) and fetched.complete else FeedState.FAILING
        update = after_failure(feed, str(error), state, now=now, interval=interval, jitter=jitter)
        return replace(unread, update=update, document=None)
    update = after_success(feed, fetched, document.parsed, now=now, interval=interval, jitter=jitter)
    return replace(unread, update=update, document=document)


async def _mind_hub(desk: Desk, read: FeedPoll) -> FeedPoll:
    """Take up the hub that a good document names; a feed whose hub tells us of news is asked seldom."""
    if not uses_hubs(desk.edges):
        return read
    if read.document is not None and read.fetched is not None and not read.told and read.update.state is FeedState.OK:
        await asyncio.to_thread(offer_hub, desk.edges, read.feed, read.fetched, read.document.parsed)
    return replace(read, not_before=await asyncio.to_thread(seldom_until, desk.edges, read.feed, read.at))


async def _read_push(desk: Desk, feed: FeedToPoll, push: Push) -> FeedPoll | None:
    """What a hub has sent, read as if it had been fetched; None where only a fetch can tell: before the baseline, or if it is no feed."""
    if feed.baselined_at is None:
        return None
    fetched, began, jitter = as_fetched(feed, push), time.monotonic(), desk.edges.chance()
    now = await asyncio.to_thread(desk.edges.now)
    try:
        document = await read_document(desk.sandbox, fetched, None, now)
    except (NotAFeed, ParseFailed):
        return None
    update = after_success(feed, fetched, document.parsed, now=now, interval=desk.terms.usual_interval(feed, now), jitter=jitter)
    # It is no GET, and perhaps only what is new: what counts GETs, what whole documents teach, and what one says of the feed, stays.
    update = replace(update, polls_since_full=feed.polls_since_full, watch=feed.watch, title=None, site_url=None, language=None)
    return FeedPoll(feed, now, began, jitter, update, fetched, document, told=True)


async def _read_whole(desk: Desk, read: FeedPoll) -> FeedPoll:
    assert read.fetched is not None, "a document was fetched"
    return await _parse(desk, read, read.fetched, None)
