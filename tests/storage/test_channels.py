"""Channels: whose they are, and what closing one ends."""

from __future__ import annotations

import pytest

from service.domain.channels import Channel
from service.storage.store import Store
from tests.make import NOON
from tests.storage.conftest import CallerAt


@pytest.fixture
def channel(store: Store, caller: CallerAt) -> str:
    """A channel of "ws_1" for which a message waits."""
    store.channels.add_channel(Channel("ch_1", "ws_1", "webhook", "Desk", {}, (), NOON), caller=caller())
    store.deliveries.add_test("ch_1", new_id="dl_1", caller=caller())
    return "ch_1"


def state(store: Store) -> str:
    found = store.deliveries.find_delivery("ws_1", "dl_1")
    assert found is not None
    return found.state


def test_another_workspace_cannot_close_it(store: Store, caller: CallerAt, channel: str) -> None:
    assert store.channels.disable_channel(channel, "not mine", caller=caller("ws_2")) is None
    assert not store.channels.delete_channel(channel, caller=caller("ws_2"))
    found = store.channels.find_channel("ws_1", channel)
    assert found is not None
    assert (found.disabled_at, state(store)) == (None, "pending")


def test_disabling_leaves_what_waits_dead_and_deleting_calls_it_off(store: Store, caller: CallerAt, channel: str) -> None:
    assert store.channels.disable_channel(channel, "unsubscribed", caller=caller())
    assert state(store) == "dead"
    store.deliveries.redeliver("dl_1", caller=caller())
    assert store.channels.delete_channel(channel, caller=caller())
    assert state(store) == "cancelled"


def test_what_is_under_way_is_left_to_its_worker(store: Store, caller: CallerAt, channel: str) -> None:
    (claimed,) = store.deliveries.outbox.claim(now=NOON, token="t", limit=1)
    store.channels.delete_channel(channel, caller=caller())
    assert (claimed.id, state(store)) == ("dl_1", "pending")
    assert store.deliveries.outbox.claim(now=claimed.lease_until, token="u", limit=1) == ()
    assert state(store) == "cancelled"
