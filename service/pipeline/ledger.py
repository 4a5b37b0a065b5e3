"""Attempts written down many at once: whatever ends while one transaction is under way goes into the next."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import structlog

from service.domain.deliveries import DeliveryError, DeliveryToSend, Outcome, Receipt
from service.domain.timing import after_failure, after_success
from service.edges import Edges
from service.storage.claims import LeaseLost
from service.storage.database import UNAVAILABLE
from service.storage.outbox import Tried

PAUSES = (0.0, 0.1, 0.4, 1.5, 4.0, 10.0)  # seconds between tries to store what was sent: a deadlock, a database that is started anew

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that ended, and how."""

    delivery: DeliveryToSend
    endpoint: str
    result: Receipt | DeliveryError
    started_at: datetime


class Ledger:
    """Writes down the attempts of one run. Nothing waits for company: only a transaction under way gathers the next.

    Where the database fails it is tried again for a while, under leases that the run renews: what was sent and is not stored is sent again.
    """

    def __init__(self, edges: Edges, token: str) -> None:
        self._edges, self._token = edges, token
        self._waiting: list[tuple[Ended | str, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def save(self, ended: Ended) -> None:
        """Store an attempt and what it makes of the delivery; returns once that is committed.

        Raises:
            LeaseLost: another worker has the delivery by now; nothing is stored of it.
        """
        await self._enter(ended)

    async def release(self, delivery: str) -> None:
        """Give back a claimed delivery that was not tried."""
        await self._enter(delivery)

    async def _enter(self, what: Ended | str) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await future

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            writing = self._write_in_the_end([what for what, _ in batch])
            (lost,) = await asyncio.gather(writing, return_exceptions=True)
            for what, future in batch:
                if isinstance(lost, BaseException):
                    future.set_exception(lost)  # each of those who wait raises it
                elif isinstance(what, Ended) and what.delivery.id in lost:
                    future.set_exception(LeaseLost(f"delivery {what.delivery.id}"))
                else:
                    future.set_result(None)

    async def _write_in_the_end(self, batch: list[Ended | str]) -> Collection[str]:
        for pause in PAUSES:
            try:
                return await asyncio.to_thread(self._write, batch)
            except UNAVAILABLE as error:
                log.warning("attempts not stored yet; tried again", attempts=len(batch), error=type(error).__name__)
                await asyncio.sleep(pause)
        return await asyncio.to_thread(self._write, batch)

    def _write(self, batch: list[Ended | str]) -> frozenset[str]:
        now = self._edges.now()
        tried = [self._judge(each, now) for each in batch if isinstance(each, Ended)]
        released = [each for each in batch if isinstance(each, str)]
        return self._edges.store.deliveries.outbox.save_attempts(tried, now=now, release=released, token=self._token)

    def _judge(self, ended: Ended, now: datetime) -> Tried:
        return Tried(ended.delivery, self._outcome(ended, now), ended.endpoint, ended.started_at)

    def _outcome(self, ended: Ended, now: datetime) -> Outcome:
        if isinstance(ended.result, DeliveryError):
            return after_failure(ended.delivery, ended.result, now, self._edges.chance())
        return after_success(ended.result)
