"""Stage four: hand each alert to its channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from service.delivery import Sender, open_senders
from service.delivery.endpoints import endpoint_of
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt
from service.edges import Edges
from service.pipeline.crowd import Crowd
from service.pipeline.ledger import Ended, Ledger
from service.pipeline.rolling import work_through
from service.storage.claims import renew_leases
from service.storage.tables import delivery as delivery_table

CLAIMED_AHEAD = 8  # deliveries that a run has claimed, for each that may be under way
LINGER = 0.02  # seconds in which more attempts may end before the next claim; a claim for each would be dear

log = structlog.get_logger()


@dataclass(slots=True)
class DueDeliveries:
    """The outbox as work to be claimed under one lease token."""

    edges: Edges
    token: str
    renewed_until: float = field(default=0.0, init=False)  # monotonic

    def claim(self, limit: int) -> Sequence[tuple[DeliveryToSend, float]]:
        """Due deliveries, a fair share of each channel, each with the monotonic time until which it is surely ours."""
        held_until = self._lease_from_now()
        claimed = self.edges.store.deliveries.outbox.claim(now=self.edges.now(), token=self.token, limit=limit)
        return [(each, held_until) for each in claimed]

    def renew(self) -> None:
        """Keep what is under way."""
        held_until = self._lease_from_now()
        renew_leases(self.edges.store.database, delivery_table, token=self.token, now=self.edges.now())
        self.renewed_until = held_until

    def forgive(self, rows: Sequence[tuple[DeliveryToSend, float]]) -> None:
        """Nothing: perhaps they were sent, and who repeats for as long as a disk is full fills mailboxes."""

    def _lease_from_now(self) -> float:
        return time.monotonic() + self.edges.settings.lease


def deliver_due(edges: Edges) -> int:
    """Make one attempt at every due delivery; return at how many. Safe to run anywhere, any number of times at once."""
    return asyncio.run(_deliver_alone(edges))


async def _deliver_alone(edges: Edges) -> int:
    async with open_senders(edges.outbound, edges.settings, edges.secret_key) as senders:
        return await deliver_with(edges, senders)


async def deliver_with(edges: Edges, senders: Mapping[str, Sender]) -> int:
    """As `deliver_due`, with senders that outlive this run, and so their connections."""
    queue = DueDeliveries(edges, edges.new_id("lease"))
    ledger, crowd = Ledger(edges, queue.token), Crowd()

    async def attempt(claimed: tuple[DeliveryToSend, float]) -> None:
        delivery, held_until = claimed
        endpoint = endpoint_of(delivery.channel)
        async with crowd.place(delivery.channel.id, endpoint) as free:
            if not free:  # the attempts before it failed: it waits until its channel has rested
                return await ledger.release(delivery.id)
            if time.monotonic() >= max(held_until, queue.renewed_until):
                return None  # a process that was stopped meanwhile must not send what others have taken
            ended = await _try(edges, senders, delivery, endpoint)
            crowd.note(delivery.channel.id, endpoint, ended.result)
        return await ledger.save(ended)

    slots = edges.settings.deliver_concurrency * CLAIMED_AHEAD
    return await work_through(queue, attempt, slots=slots, renew_every=edges.settings.lease / 3, linger=LINGER)


async def _try(edges: Edges, senders: Mapping[str, Sender], delivery: DeliveryToSend, endpoint: str) -> Ended:
    """Make one attempt at a claimed delivery."""
    started_at = await asyncio.to_thread(edges.now)
    known = {"delivery": delivery.id, "channel": delivery.channel.id, "attempt": delivery.number + 1}
    result: Receipt | DeliveryError
    try:
        result = await senders[delivery.channel.kind].send(delivery, started_at)
    except DeliveryError as error:
        log.warning("not delivered", **known, detail=error.detail)
        result = error
    else:
        log.info("delivered", **known)
    return Ended(delivery, endpoint, result, started_at)
