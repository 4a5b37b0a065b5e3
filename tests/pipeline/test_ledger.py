"""Writing down many attempts at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from service.domain.deliveries import Receipt
from service.edges import Edges
from service.pipeline.ledger import Ended, Ledger
from service.storage.tables import delivery
from tests.conftest import Clock
from tests.machine import until
from tests.pipeline.barriers import locks_awaited
from tests.pipeline.test_deliver import Outbox


def test_each_of_those_who_wait_hears_of_a_write_that_fails(edges: Edges) -> None:
    with edges.store.database.write() as connection:
        connection.execute(text("DROP TABLE delivery"))

    async def release_some() -> list[BaseException | None]:
        ledger = Ledger(edges, "lease_1")
        return await asyncio.gather(*(ledger.release(f"dl_{number}") for number in range(3)), return_exceptions=True)

    errors = asyncio.run(release_some())
    assert [isinstance(error, SQLAlchemyError) for error in errors] == [True] * 3


def test_what_was_sent_is_stored_after_a_deadlock_with_somebody_else(
    open_house: Callable[..., Edges], postgres_url: str, clock: Clock, watcher: Engine
) -> None:
    outbox = Outbox(open_house(postgres_url), clock)
    channel = outbox.add_channel(url="https://desk.example/")
    first, last = sorted(outbox.put(channel) for _ in range(2))
    claimed = outbox.edges.store.deliveries.outbox.claim(now=clock.at, token="t", limit=9)

    async def save_all() -> None:
        ledger = Ledger(outbox.edges, "t")
        ended = [Ended(each, "desk.example", Receipt(200, "ok"), clock.at) for each in claimed]
        await asyncio.gather(*map(ledger.save, ended))

    with ThreadPoolExecutor(1) as run:
        with watcher.connect() as other:
            other.execute(text("SET deadlock_timeout = '1min'"))  # it is the ledger that is told of the deadlock
            lock(other, last)
            saved = run.submit(asyncio.run, save_all())
            until(lambda: locks_awaited(watcher) > 0, "the ledger waits for the other")
            lock(other, first)
        saved.result(timeout=60)
    assert [outbox.show(each).state for each in (first, last)] == ["sent"] * 2
    assert [outbox.attempts(each) for each in (first, last)] == [[(1, 200, True)]] * 2


def lock(connection: Connection, delivery_id: str) -> None:
    connection.execute(select(delivery.c.id).where(delivery.c.id == delivery_id).with_for_update())
