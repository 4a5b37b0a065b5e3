"""A channel that is disabled or enabled just while something is decided for it: what it missed is replayed, to the last message."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Engine

from service.domain.channels import Channel
from service.domain.deliveries import DeliveryError, DeliveryState
from service.domain.timing import after_failure
from service.edges import Edges
from service.storage.deliveries import Delivery
from service.storage.outbox import Tried
from tests.conftest import Clock
from tests.machine import until
from tests.make import an_entry
from tests.pipeline.barriers import held_up, locks_awaited
from tests.pipeline.test_match import Desk


class ClosingDesk(Desk):
    """A desk with one channel, for which an article waits to be matched."""

    channel: Channel

    def open(self) -> ClosingDesk:
        self.channel = self.add_channel()
        self.watch()
        self.arrive(self.follow("https://gazette.example/feed"), an_entry())
        self.matcher.warm_up()
        return self

    def disable(self) -> datetime:
        disabled = self.edges.store.channels.disable_channel(self.channel.id, "it said 410", caller=self.caller())
        assert disabled is not None
        assert disabled.disabled_at is not None
        return disabled.disabled_at

    def enable(self) -> int:
        """Enable the channel with all that it missed, as the API does; return how much that was."""
        store = self.edges.store
        found = store.channels.find_channel(self.workspace, self.channel.id)
        assert found is not None
        assert found.disabled_at is not None
        store.channels.enable_channel(self.channel.id, caller=self.caller())
        return store.replays.replay_missed(self.channel.id, since=found.disabled_at, caller=self.caller())

    def delivery(self) -> Delivery:
        (found,) = self.edges.store.deliveries.list_deliveries(self.workspace).items
        return found


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> ClosingDesk:
    return ClosingDesk(edges_on_both, clock).open()


@pytest.fixture
def on_postgres(open_house: Callable[..., Edges], postgres_url: str, clock: Clock) -> ClosingDesk:
    return ClosingDesk(open_house(postgres_url), clock).open()


def test_disabled_after_an_alert_looked_at_the_clock(on_postgres: ClosingDesk, watcher: Engine) -> None:
    desk = on_postgres
    with held_up(watcher, "SELECT 1 FROM rule FOR UPDATE", desk.match):
        desk.clock.advance(seconds=5)
        desk.disable()
    assert desk.delivery().state == DeliveryState.DEAD
    desk.clock.advance(seconds=5)
    assert desk.enable() == 1


def test_enabled_after_an_alert_found_it_disabled(on_postgres: ClosingDesk, watcher: Engine) -> None:
    desk = on_postgres
    desk.disable()
    with ThreadPoolExecutor(1) as run:
        with held_up(watcher, "LOCK TABLE mute", desk.match):  # which is read after the channels
            enabling = run.submit(desk.enable)
            until(lambda: enabling.done() or locks_awaited(watcher) == 2, "it is enabled, or waits for the alert")
        enabling.result(timeout=60)
    assert desk.delivery().state == DeliveryState.PENDING


def test_enabled_after_a_claim_found_it_disabled(on_postgres: ClosingDesk, watcher: Engine) -> None:
    desk = on_postgres
    desk.match()
    desk.disable()
    desk.edges.store.deliveries.redeliver(desk.delivery().id, caller=desk.caller())

    def claim() -> None:
        assert desk.edges.store.deliveries.outbox.claim(now=desk.clock.at, token="t", limit=9) == ()

    with ThreadPoolExecutor(1) as run:
        with held_up(watcher, "LOCK TABLE alert_update", claim):  # which is read after the channels
            enabling = run.submit(desk.enable)
            until(lambda: enabling.done() or locks_awaited(watcher) == 2, "it is enabled, or waits for the claim")
        enabling.result(timeout=60)
    assert desk.delivery().state == DeliveryState.PENDING


def test_deleted_while_a_rule_that_names_it_is_written(edges_on_both: Edges, clock: Clock) -> None:
    desk = Desk(edges_on_both, clock)
    deleted, other = desk.add_channel(), desk.add_channel()
    desk.watch(channels=[deleted.id])
    desk.watch(name="All bridges")
    assert desk.edges.store.channels.delete_channel(deleted.id, caller=desk.caller())
    desk.arrive(desk.follow("https://gazette.example/feed"), an_entry())
    desk.match()
    found = desk.edges.store.deliveries.list_deliveries("ws_1").items
    states = {each.channel: (each.state, each.detail) for each in found}
    assert states == {deleted.id: (DeliveryState.CANCELLED, "the channel was deleted"), other.id: (DeliveryState.PENDING, None)}
    assert len(found) == 2


def test_disabled_again_while_it_is(desk: ClosingDesk) -> None:
    desk.match()
    outbox = desk.edges.store.deliveries.outbox
    test = desk.edges.store.deliveries.add_test(desk.channel.id, new_id="dl_test", caller=desk.caller())
    (under_way,) = outbox.claim(now=desk.clock.at, token="t", limit=1)
    desk.clock.advance(seconds=5)
    disabled_at = desk.disable()
    desk.clock.advance(seconds=5)
    gone = after_failure(under_way, DeliveryError("HTTP 410", gone=True), desk.clock.at, 0)
    outbox.save_attempts([Tried(under_way, gone, "desk.example", desk.clock.at)], now=desk.clock.at)
    found = desk.edges.store.channels.find_channel(desk.workspace, desk.channel.id)
    assert found is not None
    assert found.disabled_at == disabled_at
    assert test.id != under_way.id
    assert desk.enable() == 2
