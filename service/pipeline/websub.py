"""Beside the stages: feeds that name a hub are subscribed to, and what the hub sends is read as a poll would."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from service.domain.feeds import FeedToPoll, ParsedFeed
from service.domain.polling import Fetched
from service.domain.websub import ANSWER_WITHIN, after_refusal, find_topic, header_links, secret_of
from service.edges import Edges
from service.feeds.websub import ask_hub
from service.outbound import Session
from service.pipeline.due_rows import DueRows
from service.pipeline.rolling import work_through
from service.storage.sealing import Unsealable
from service.storage.tables import websub as websub_table
from service.storage.websub import HubSubscription, Push

SLOTS = 10
SECRET_BYTES = 32

log = structlog.get_logger()


def uses_hubs(edges: Edges) -> bool:
    """Whether hubs can reach us, and their secrets can be kept."""
    return edges.settings.public_url is not None and bool(edges.sealer.keys)


async def subscribe_due(edges: Edges) -> int:
    """Ask for every subscription that is due, new ones and those whose lease ends; return how many."""
    async with edges.outbound.session() as session:

        async def ask_one(due: HubSubscription) -> None:
            await ask(edges, session, due)

        queue = DueRows(edges, websub_table, edges.store.websub.claim_subscriptions, edges.new_id("lease"))
        return await work_through(queue, ask_one, slots=SLOTS, renew_every=edges.settings.lease / 3)


async def ask(edges: Edges, session: Session, due: HubSubscription) -> None:
    """Ask a hub for one claimed subscription, and store what it says."""
    hubs, now = edges.store.websub, await asyncio.to_thread(edges.now)
    try:
        secret = edges.sealer.unseal(due.secret, about=secret_of(due.feed))
    except Unsealable as error:
        await asyncio.to_thread(hubs.save_asked, due, str(error), next_at=after_refusal(9, now))
        return
    await asyncio.to_thread(hubs.mark_asked, due.id, now=now)
    refusal = await ask_hub(session, due.hub, topic=due.topic, callback=callback_url(edges, due.id), secret=secret)
    next_at = after_refusal(due.tries + 1, now) if refusal or due.tries else now + ANSWER_WITHIN
    await asyncio.to_thread(hubs.save_asked, due, refusal, next_at=next_at)
    log.info("hub asked", feed=due.feed, refusal=refusal)


def callback_url(edges: Edges, subscription_id: str) -> str:
    """Where a hub reaches us about a subscription."""
    return f"{(edges.settings.public_url or '').rstrip('/')}/websub/{subscription_id}"


def offer_hub(edges: Edges, feed: FeedToPoll, fetched: Fetched, parsed: ParsedFeed) -> None:
    """Subscribe at the hub that a document names, if it names one."""
    topic = find_topic({**parsed.links, **header_links(fetched.headers.get("link", ""))}, fetched.url)
    if topic is None or feed.access is not None:
        return
    known = edges.store.websub.find_by_feed(feed.id)
    if known is None or (known.hub, known.topic) != (topic.hub, topic.topic):
        secret = edges.sealer.seal(edges.random_bytes(SECRET_BYTES).hex(), about=secret_of(feed.id))
        edges.store.websub.offer(feed.id, topic, new_id=edges.new_id("hub"), secret=secret, now=edges.now())


def as_fetched(feed: FeedToPoll, push: Push) -> Fetched:
    """What a hub has sent, as if it had been fetched; it says nothing about validators, so those stay."""
    headers = {"content-type": push.content_type}
    return Fetched(200, feed.url, push.body, feed.validators, feed.body_hash, complete=True, conditional=False, headers=headers)


def seldom_until(edges: Edges, feed: FeedToPoll, now: datetime) -> datetime | None:
    """Before when a feed whose hub tells us of news need not be polled: a slow poll is the safety net. None: no hub does."""
    known = edges.store.websub.find_by_feed(feed.id)
    if known is None or known.lease_ends_at is None or known.lease_ends_at <= now:
        return None
    return now + timedelta(seconds=edges.settings.websub_poll_interval)
