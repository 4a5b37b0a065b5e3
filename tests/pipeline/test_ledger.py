"""Writing down many attempts at once."""

from __future__ import annotations

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.edges import Edges
from service.pipeline.ledger import Ledger


def test_each_of_those_who_wait_hears_of_a_write_that_fails(edges: Edges) -> None:
    with edges.store.database.write() as connection:
        connection.execute(text("DROP TABLE delivery"))

    async def release_some() -> list[BaseException | None]:
        ledger = Ledger(edges, "lease_1")
        return await asyncio.gather(*(ledger.release(f"dl_{number}") for number in range(3)), return_exceptions=True)

    errors = asyncio.run(release_some())
    assert [isinstance(error, SQLAlchemyError) for error in errors] == [True] * 3
