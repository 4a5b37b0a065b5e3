"""Stage one: fetch what is due, read it, and store what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from service.domain.access import FeedAccess, access_of
from service.domain.feeds import Entry, FeedState, FeedToPoll, FeedUpdate, ParsedFeed
from service.domain.identity import New, Recognised, keys_of, list_lookups, recognise
from service.domain.polling import Fetched, after_answer, after_failure, after_success, is_conditional
from service.edges import Edges
from service.feeds.fetch import fetch_feed
from service.feeds.sandbox import NotAFeed, ParseFailed, Sandbox
from service.language import find_language
from service.outbound import OutboundError, OutboundProblem, Session
from service.pipeline.rolling import work_through
from service.pipeline.websub import as_fetched, offer_hub, slow_down, uses_hubs
from service.storage.articles import SavedPoll
from service.storage.claims import renew_leases
from service.storage.sealing import Unsealable
from service.storage.tables import feed as feed_table
from service.storage.websub import Push

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DueFeeds:
    """The due feeds as work to be claimed under one lease token."""

    edges: Edges
    token: str

    def claim(self, limit: int) -> Sequence[FeedToPoll]:
        """Up to `limit` due feeds."""
        return self.edges.store.feeds.claim_feeds(now=self.edges.now(), token=self.token, limit=limit)

    def renew(self) -> None:
        """Keep what is under way."""
        renew_leases(self.edges.store.database, feed_table, token=self.token, now=self.edges.now())


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
        return await work_through(queue, poll_one, slots=edges.settings.poll_concurrency, renew_every=edges.settings.lease / 3)


async def poll(edges: Edges, session: Session, sandbox: Sandbox, feed: FeedToPoll) -> SavedPoll:
    """Poll one claimed feed and store what came of it, whatever that was."""
    push = await asyncio.to_thread(edges.store.websub.next_push, feed.id) if uses_hubs(edges) else None
    read = await _read_push(edges, sandbox, feed, push) if push is not None else None
    if read is None:
        read = await _read(edges, session, sandbox, feed)
    entries: list[Recognised] = []
    if read.parsed is not None:
        keys = list_lookups(keys_of(read.parsed.entries))
        known = await asyncio.to_thread(edges.store.articles.known_articles, feed.id, keys)
        entries = await asyncio.to_thread(_with_languages, recognise(read.parsed.entries, known), read.parsed.language)
    saved = await asyncio.to_thread(
        edges.store.articles.save_poll, feed, read.update, entries, source=_source(feed, read.parsed), now=read.at
    )
    if push is not None:
        await asyncio.to_thread(edges.store.websub.forget_push, feed.id, push.id, now=read.at)
    log.info("polled", feed=feed.id, state=str(read.update.state), added=saved.added, edited=saved.edited, reason=read.update.reason)
    return saved


@dataclass(frozen=True, slots=True)
class _Read:
    """What the feed's row becomes, and the document if there is one to store from."""

    at: datetime
    update: FeedUpdate
    parsed: ParsedFeed | None = None


async def _read(edges: Edges, session: Session, sandbox: Sandbox, feed: FeedToPoll) -> _Read:
    """Fetch and parse; every way this can fail is an update of the feed's row, with a reason for its owner."""
    settings = edges.settings
    interval, jitter, now = timedelta(seconds=settings.poll_interval), edges.chance(), await asyncio.to_thread(edges.now)

    def failed(reason: str, state: FeedState) -> _Read:
        return _Read(now, after_failure(feed, reason, state, now=now, interval=interval, jitter=jitter))

    try:
        fetched = await fetch_feed(
            session,
            feed,
            conditional=is_conditional(feed),
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
    if uses_hubs(edges):
        update = await asyncio.to_thread(_with_hub, edges, feed, fetched, parsed, update, now)
    return _Read(now, update, parsed)


def _with_hub(edges: Edges, feed: FeedToPoll, fetched: Fetched, parsed: ParsedFeed | None, update: FeedUpdate, now: datetime) -> FeedUpdate:
    """Take up the hub that the feed names; one whose hub tells us of news is polled seldom."""
    if parsed is not None and update.state is FeedState.OK:
        offer_hub(edges, feed, fetched, parsed)
    return replace(update, next_at=slow_down(edges, feed, update.next_at, now))


async def _read_push(edges: Edges, sandbox: Sandbox, feed: FeedToPoll, push: Push) -> _Read | None:
    """What a hub has sent, read as if it had been fetched; None where only a fetch can tell: before the baseline, or if it is no feed."""
    if feed.baselined_at is None:
        return None
    fetched = as_fetched(feed, push)
    try:
        parsed = await sandbox.parse(push.body, fetched.headers, feed.url)
    except (NotAFeed, ParseFailed):
        return None
    interval, now = timedelta(seconds=edges.settings.poll_interval), await asyncio.to_thread(edges.now)
    update = after_success(feed, fetched, parsed, now=now, interval=interval, jitter=edges.chance())
    # It is no GET: what counts those, and what a whole document says of the feed, stays.
    update = replace(update, polls_since_full=feed.polls_since_full, title=None, site_url=None, language=None)
    return _Read(now, replace(update, next_at=await asyncio.to_thread(slow_down, edges, feed, update.next_at, now)), parsed)


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
