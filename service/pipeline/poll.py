"""Stage one: fetch what is due, read it, and store what is new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from service.domain.access import FeedAccess, access_of
from service.domain.feeds import Entry, FeedState, FeedToPoll, FeedUpdate, ParsedFeed
from service.domain.health import judge
from service.domain.identity import New, Recognised, keys_of, list_lookups, recognise
from service.domain.outage import evidence_since, excuse
from service.domain.pacing import Reading, pace, usual_interval
from service.domain.polling import Fetched, after_answer, after_failure, after_success, is_conditional
from service.domain.rhythm import Limits, Listing
from service.edges import Edges
from service.feeds.fetch import fetch_feed
from service.feeds.sandbox import NotAFeed, ParseFailed, Sandbox
from service.language import find_language
from service.outbound import OutboundError, OutboundProblem, Session
from service.pipeline.rolling import work_through
from service.pipeline.websub import as_fetched, offer_hub, slow_down, uses_hubs
from service.storage.articles import Excuse, SavedPoll
from service.storage.claims import renew_leases
from service.storage.feed_hosts import courtesy_of
from service.storage.sealing import Unsealable
from service.storage.tables import feed as feed_table
from service.storage.websub import Push

CLAIM_AGAIN = 0.5  # seconds; a host may be free again while others are still under way

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DueFeeds:
    """The due feeds as work to be claimed under one lease token."""

    edges: Edges
    token: str

    def claim(self, limit: int) -> Sequence[FeedToPoll]:
        """Up to `limit` due feeds."""
        courtesy = courtesy_of(self.edges.settings)
        return self.edges.store.feeds.claim_feeds(now=self.edges.now(), token=self.token, limit=limit, courtesy=courtesy)

    def renew(self) -> None:
        """Keep what is under way."""
        renew_leases(self.edges.store.database, feed_table, token=self.token, now=self.edges.now())


def limits_of(edges: Edges) -> Limits:
    """The intervals that the settings allow."""
    seconds = (edges.settings.poll_interval, edges.settings.poll_interval_min, edges.settings.poll_interval_max)
    return Limits.of(*(timedelta(seconds=each) for each in seconds))


async def poll_due(edges: Edges, sandbox: Sandbox, on_news: Callable[[], None]) -> int:
    """Poll every due feed, calling `on_news` from a thread when one brought something; return how many were polled."""
    ringing = asyncio.Lock()
    async with edges.outbound.session() as session:

        async def poll_one(feed: FeedToPoll) -> None:
            saved = await poll(edges, session, sandbox, feed)
            if (saved.added or saved.edited) and not ringing.locked():
                async with ringing:  # a bell that hangs costs one thread, not the loop with all other feeds
                    await asyncio.to_thread(on_news)

        queue = DueFeeds(edges, edges.new_id("lease"))
        slots, renew_every = edges.settings.poll_concurrency, edges.settings.lease / 3
        return await work_through(queue, poll_one, slots=slots, renew_every=renew_every, claim_every=CLAIM_AGAIN)


async def poll(edges: Edges, session: Session, sandbox: Sandbox, feed: FeedToPoll) -> SavedPoll:
    """Poll one claimed feed and store what came of it, whatever that was."""
    began = time.monotonic()
    push = await asyncio.to_thread(edges.store.websub.next_push, feed.id) if uses_hubs(edges) else None
    read = await _read_push(edges, sandbox, feed, push) if push is not None else None
    asked = read is None  # and not told by a hub
    if read is None:
        read = await _read(edges, session, sandbox, feed)
    entries: list[Recognised] = []
    if read.parsed is not None:
        keys = list_lookups(keys_of(read.parsed.entries))
        known = await asyncio.to_thread(edges.store.articles.known_articles, feed.id, keys)
        entries = await asyncio.to_thread(_with_languages, recognise(read.parsed.entries, known), read.parsed.language)
    update, excused = _settle(edges, feed, read, entries) if asked else (read.update, None)
    if uses_hubs(edges):
        update = replace(update, next_at=await asyncio.to_thread(slow_down, edges, feed, update.next_at, read.at))
    rests = max(courtesy_of(edges.settings).gap, update.host_rests or timedelta(0))
    host_free_at = read.at + timedelta(seconds=time.monotonic() - began) + rests if rests and asked else None
    save = edges.store.articles.save_poll
    saved = await asyncio.to_thread(
        save, feed, update, entries, source=_source(feed, read.parsed), now=read.at, host_free_at=host_free_at, excuse=excused
    )  # fmt: skip
    if push is not None:
        await asyncio.to_thread(edges.store.websub.forget_push, feed.id, push.id, now=read.at)
    outcome = saved.outcome
    log.info("polled", feed=feed.id, state=str(outcome.state), added=saved.added, edited=saved.edited, reason=outcome.reason)
    return saved


def _settle(edges: Edges, feed: FeedToPoll, read: _Read, entries: Sequence[Recognised]) -> tuple[FeedUpdate, Excuse | None]:
    """What the poll makes of the feed's row: with a pace of its own and what its owners see; and without blame, if the fault is ours."""
    update, now, limits, jitter = read.update, read.at, limits_of(edges), edges.chance()
    if update.last_success_at is None or read.fetched is None:
        interval = usual_interval(feed, limits, now)
        excused = excuse(feed, update, now=now, interval=interval, jitter=jitter)
        return judge(feed, update, now), Excuse(excused, evidence_since(now, limits.usual))
    listing = Listing(len(entries), sum(isinstance(each, New) for each in entries)) if read.parsed else None
    paced = pace(feed, update, Reading(read.fetched, read.parsed, listing), now=now, limits=limits, jitter=jitter)
    return judge(feed, paced, now), None


@dataclass(frozen=True, slots=True)
class _Read:
    """What the answer makes of the feed's row, and the document if there is one to store from."""

    at: datetime
    update: FeedUpdate
    fetched: Fetched | None = None
    parsed: ParsedFeed | None = None


async def _read(edges: Edges, session: Session, sandbox: Sandbox, feed: FeedToPoll) -> _Read:
    """Fetch and parse; every way this can fail is an update of the feed's row, with a reason for its owner."""
    settings = edges.settings
    jitter, now = edges.chance(), await asyncio.to_thread(edges.now)
    interval = usual_interval(feed, limits_of(edges), now)

    def failed(reason: str, state: FeedState) -> _Read:
        return _Read(now, after_failure(feed, reason, state, now=now, interval=interval, jitter=jitter))

    try:
        fetched = await fetch_feed(
            session,
            feed,
            conditional=is_conditional(feed, now),
            now=now,
            deadline=settings.fetch_deadline,
            max_bytes=settings.fetch_max_bytes,
            access=_access(edges, feed),
        )
        if not fetched.ok:
            return _Read(now, after_answer(feed, fetched, now=now, interval=interval, jitter=jitter))
        parsed = await _parse(sandbox, feed, fetched)
    except Unsealable as error:
        return failed(f"Its headers or password cannot be read: {error}. Give them anew, or ask the operator.", FeedState.FAILING)
    except OutboundError as error:
        return failed(str(error), FeedState.REFUSED if error.kind is OutboundProblem.REFUSED else FeedState.FAILING)
    except NotAFeed as error:
        # What breaks off before it shows what it is says nothing against the feed.
        return failed(str(error), FeedState.NOT_A_FEED if fetched.complete else FeedState.FAILING)
    except ParseFailed as error:
        return failed(str(error), FeedState.FAILING)
    update = after_success(feed, fetched, parsed, now=now, interval=interval, jitter=jitter)
    if uses_hubs(edges) and parsed is not None and update.state is FeedState.OK:
        await asyncio.to_thread(offer_hub, edges, feed, fetched, parsed)
    return _Read(now, update, fetched, parsed)


async def _read_push(edges: Edges, sandbox: Sandbox, feed: FeedToPoll, push: Push) -> _Read | None:
    """What a hub has sent, read as if it had been fetched; None where only a fetch can tell: before the baseline, or if it is no feed."""
    if feed.baselined_at is None:
        return None
    fetched = as_fetched(feed, push)
    try:
        parsed = await sandbox.parse(push.body, fetched.headers, feed.url)
    except (NotAFeed, ParseFailed):
        return None
    now = await asyncio.to_thread(edges.now)
    interval = usual_interval(feed, limits_of(edges), now)
    update = after_success(feed, fetched, parsed, now=now, interval=interval, jitter=edges.chance())
    # It is no GET, and perhaps only what is new: what counts GETs, what whole documents teach, and what one says of the feed, stays.
    update = replace(update, polls_since_full=feed.polls_since_full, watch=feed.watch, title=None, site_url=None, language=None)
    return _Read(now, update, fetched, parsed)


def _access(edges: Edges, feed: FeedToPoll) -> Mapping[str, str] | None:
    """The headers that its owner gave us for this feed. Raises Unsealable."""
    if feed.access is None:
        return None
    return FeedAccess.model_validate_json(edges.sealer.unseal(feed.access, about=access_of(feed.owner))).request_headers()


async def _parse(sandbox: Sandbox, feed: FeedToPoll, fetched: Fetched) -> ParsedFeed | None:
    """The document, or None where it is the one we have read before."""
    unchanged = fetched.complete and fetched.body_hash is not None and fetched.body_hash == feed.body_hash
    if fetched.body is None or unchanged:
        return None
    return await sandbox.parse(fetched.body, fetched.headers, fetched.url)


def _with_languages(entries: Sequence[Recognised], declared: str | None) -> list[Recognised]:
    """The entries, the new ones in the language that their text shows, with what they or else the feed declares as a hint."""
    return [
        replace(each, entry=replace(each.entry, language=_language(each.entry, declared))) if isinstance(each, New) else each
        for each in entries
    ]


def _language(entry: Entry, declared: str | None) -> str | None:
    return find_language(entry.title, entry.summary or entry.body, entry.language or declared)


def _source(feed: FeedToPoll, parsed: ParsedFeed | None) -> str:
    """What to call the outlet: the feed's title, or where it has none, its address."""
    return parsed.title if parsed and parsed.title else feed.url
