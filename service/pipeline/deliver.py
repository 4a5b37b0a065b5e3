"""Stage four: hand each alert to its channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from service.delivery import Sender, open_senders
from service.domain.deliveries import DeliveryError, DeliveryToSend
from service.domain.timing import after_failure, after_success
from service.edges import Edges
from service.pipeline.rolling import work_through
from service.storage.claims import renew_leases
from service.storage.tables import delivery as delivery_table

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DueDeliveries:
    """The outbox as work to be claimed under one lease token."""

    edges: Edges
    token: str

    def claim(self, limit: int) -> Sequence[tuple[DeliveryToSend, float]]:
        """Due deliveries, each with the monotonic time until which it is surely ours."""
        held_until = time.monotonic() + self.edges.settings.lease
        claimed = self.edges.store.deliveries.claim_deliveries(now=self.edges.now(), token=self.token, limit=limit)
        return [(each, held_until) for each in claimed]

    def renew(self) -> None:
        """Keep what is under way."""
        renew_leases(self.edges.store.database, delivery_table, token=self.token, now=self.edges.now())


def deliver_due(edges: Edges) -> int:
    """Make one attempt at every due delivery; return at how many. Safe to run anywhere, any number of times at once."""
    return asyncio.run(_deliver_due(edges))


async def _deliver_due(edges: Edges) -> int:
    async with open_senders(edges.outbound, edges.settings, edges.secret_key) as senders:

        async def attempt(claimed: tuple[DeliveryToSend, float]) -> None:
            delivery, held_until = claimed
            if time.monotonic() < held_until:  # a process that was stopped meanwhile must not send what others have taken
                await deliver(edges, senders, delivery)

        queue = DueDeliveries(edges, edges.new_id("lease"))
        return await work_through(queue, attempt, slots=edges.settings.deliver_concurrency, renew_every=edges.settings.lease / 3)


async def deliver(edges: Edges, senders: Mapping[str, Sender], delivery: DeliveryToSend) -> None:
    """Make one attempt at a claimed delivery and store what became of it."""
    started_at = await asyncio.to_thread(edges.now)
    try:
        receipt = await senders[delivery.channel.kind].send(delivery, started_at)
    except DeliveryError as error:
        now = await asyncio.to_thread(edges.now)
        outcome = after_failure(delivery, error, now, edges.chance())
        log.warning("not delivered", delivery=delivery.id, channel=delivery.channel.id, attempt=delivery.number + 1, detail=error.detail)
    else:
        now = await asyncio.to_thread(edges.now)
        outcome = after_success(receipt)
        log.info("delivered", delivery=delivery.id, channel=delivery.channel.id, attempt=delivery.number + 1)
    await asyncio.to_thread(edges.store.deliveries.save_attempt, delivery, outcome, started_at=started_at, now=now)
