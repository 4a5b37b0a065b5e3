"""Beside the stages: read the pages of articles for their full text, one at a time for each host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from service.domain.pages import PageFailed, below_headline, host_free_at, next_try
from service.edges import Edges
from service.feeds.fulltext import is_installed, read_page
from service.feeds.sandbox import Sandbox
from service.outbound import Session
from service.pipeline.due_rows import DueRows
from service.pipeline.manners import Manners
from service.pipeline.opening import open_access
from service.pipeline.rolling import work_through
from service.storage.pages import ClaimedPage
from service.storage.sealing import Unsealable
from service.storage.tables import page as page_table

SLOTS = 10
NOT_INSTALLED = "the workers have no `fulltext` extra"

log = structlog.get_logger()


def reads_pages(edges: Edges) -> bool:
    """Whether this process reads pages."""
    return edges.settings.fulltext == "auto" and is_installed()


async def read_due(edges: Edges, sandbox: Sandbox, on_text: Callable[[], None]) -> int:
    """Read every due page, calling `on_text` from a thread at the end if an article has to be matched again; return how many were read."""
    if not reads_pages(edges):
        return await asyncio.to_thread(edges.store.pages.give_up, NOT_INSTALLED)
    found = 0
    async with edges.outbound.session() as session:

        async def read_one(claimed: ClaimedPage) -> None:
            nonlocal found
            found += await read(edges, session, sandbox, claimed)

        queue = DueRows(edges, page_table, edges.store.pages.claim_pages, edges.new_id("lease"))
        done = await work_through(queue, read_one, slots=SLOTS, renew_every=edges.settings.lease / 3)
    if found:
        await asyncio.to_thread(on_text)
    return done


async def read(edges: Edges, session: Session, sandbox: Sandbox, claimed: ClaimedPage) -> bool:
    """Read one claimed page and store what came of it; whether it was a text."""
    pages, settings, manners = edges.store.pages, edges.settings, Manners(edges, session, sandbox)
    now = await asyncio.to_thread(edges.now)
    try:
        text = await read_page(
            session,
            sandbox,
            claimed.url,
            deadline=settings.fetch_deadline,
            max_bytes=settings.fetch_max_bytes,
            now=now,
            feed_url=claimed.feed_url,
            access=_access(edges, claimed),
            admit=manners.admit,
        )
    except PageFailed as failure:
        again, free_at = next_try(failure, claimed.tries + 1, now), host_free_at(now, failure.respite, manners.delay)
        await asyncio.to_thread(pages.save_failure, claimed, failure.reason, next_at=again, host_free_at=free_at)
        log.info("page not read", article=claimed.id, reason=failure.reason, again=again is not None)
        return False
    text = below_headline(text, claimed.title)
    await asyncio.to_thread(pages.save_text, claimed, text, host_free_at=host_free_at(now, None, manners.delay), now=now)
    log.info("page read", article=claimed.id, characters=len(text))
    return True


def _access(edges: Edges, claimed: ClaimedPage) -> Mapping[str, str]:
    if claimed.access is None:
        return {}
    try:
        return open_access(edges, claimed.access, claimed.owner)
    except Unsealable:
        return {}  # the feed's own poll says so to its owner
