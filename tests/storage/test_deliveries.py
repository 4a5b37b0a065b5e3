"""Lists of deliveries: what a page costs does not grow with what is not on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.storage.store import Store
from service.storage.tables import channel, delivery
from tests.make import NOON
from tests.storage.plans import plans

MANY = 4_000
MINUTE = timedelta(minutes=1)


@pytest.fixture
def busy(store: Store) -> Store:
    """Where two channels have sent very many; the third has one delivery, which is dead."""
    channels = [
        {"id": f"ch_{number}", "workspace": "ws_1", "kind": "webhook", "name": "n", "settings": {}, "secrets": [], "created_at": NOON}
        for number in range(3)
    ]
    with store.database.write() as connection:
        connection.execute(channel.insert(), channels)
        connection.execute(delivery.insert(), [_delivery(number, f"ch_{number % 2}", "sent") for number in range(MANY)])
        connection.execute(delivery.insert().values(**_delivery(MANY, "ch_2", "dead")))
    with store.database.write() as connection:
        connection.execute(text("ANALYZE"))
    return store


def _delivery(number: int, channel_id: str, state: str) -> dict[str, Any]:
    made = {"id": f"de_{number:05}", "workspace": "ws_1", "channel": channel_id, "state": state}
    return {**made, "created_at": NOON - number // 2 * MINUTE}  # two at each moment


def plan_of_list(store: Store, **which: Any) -> str:
    """How the engine goes about a page of deliveries."""
    with plans(store.database, "FROM delivery") as steps:
        store.deliveries.list_deliveries("ws_1", **which)
    return "\n".join(steps)


def test_a_rare_state_is_found_by_its_index(busy: Store) -> None:
    assert [each.id for each in busy.deliveries.list_deliveries("ws_1", state="dead").items] == [f"de_{MANY:05}"]
    assert "ix_delivery_workspace_state" in plan_of_list(busy, state="dead")
    assert "ix_delivery_workspace_state" in plan_of_list(busy, state="pending")


def test_the_deliveries_of_a_channel_are_found_by_its_index(busy: Store) -> None:
    assert [each.id for each in busy.deliveries.list_deliveries("ws_1", channel_id="ch_2").items] == [f"de_{MANY:05}"]
    assert "ix_delivery_channel_created_at" in plan_of_list(busy, channel_id="ch_2")


def test_a_page_begins_where_the_one_before_ended(busy: Store) -> None:
    listed: list[str] = []
    page = busy.deliveries.list_deliveries("ws_1", limit=45)
    for _ in range(10):
        listed += [each.id for each in page.items]
        page = busy.deliveries.list_deliveries("ws_1", cursor=page.next_cursor, limit=45)
    assert listed == [f"de_{number ^ 1:05}" for number in range(450)], "of one moment the greater id is first"
    plan = plan_of_list(busy, cursor=page.next_cursor)
    assert "(created_at,id)<" in plan or "ROW(created_at, id) <" in plan
    assert "Filter" not in plan
