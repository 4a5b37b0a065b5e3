"""Stage one: fetch what is due, read it, and store what is new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

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
from service.storage.articles import Excuse, SavedPoll
from service.storage.claims import renew_leases
from service.storage.feed_hosts import courtesy_of
from service.storage.tables import feed as feed_table

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
    read = await _read(edges, session, sandbox, feed)
    entries: list[Recognised] = []
    if read.parsed is not None:
        keys = list_lookups(keys_of(read.parsed.entries))
        known = await asyncio.to_thread(edges.store.articles.known_articles, feed.id, keys)
        entries = await asyncio.to_thread(_with_languages, recognise(read.parsed.entries, known), read.parsed.language)
    update, excused = _settle(edges, feed, read, entries)
    rests = max(courtesy_of(edges.settings).gap, update.host_rests or timedelta(0))
    host_free_at = read.at + timedelta(seconds=time.monotonic() - began) + rests if rests else None
    save = edges.store.articles.save_poll
    saved = await asyncio.to_thread(
        save, feed, update, entries, source=_source(feed, read.parsed), now=read.at, host_free_at=host_free_at, excuse=excused
    )  # fmt: skip
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
        )
        if not fetched.ok:
            return _Read(now, after_answer(feed, fetched, now=now, interval=interval, jitter=jitter))
        parsed = await _parse(sandbox, feed, fetched)
    except OutboundError as error:
        return failed(str(error), FeedState.REFUSED if error.kind is OutboundProblem.REFUSED else FeedState.FAILING)
    except NotAFeed as error:
        # What breaks off before it shows what it is says nothing against the feed.
        return failed(str(error), FeedState.NOT_A_FEED if fetched.complete else FeedState.FAILING)
    except ParseFailed as error:
        return failed(str(error), FeedState.FAILING)
    return _Read(now, after_success(feed, fetched, parsed, now=now, interval=interval, jitter=jitter), fetched, parsed)


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
