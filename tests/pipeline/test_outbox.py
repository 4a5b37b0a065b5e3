"""The outbox under load: order, limits, fairness, channels that fail for long, and what is replayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from service.domain.deliveries import DeliveryError, DeliveryState, Outcome, Receipt
from service.domain.policies import Defaults
from service.domain.timing import after_failure, after_success
from service.domain.traffic import ENDPOINT_SHARE, FAILS_FOR_LONG, SHARE, TROUBLED
from service.edges import Edges
from service.pipeline.crowd import PER_CHANNEL, PER_ENDPOINT
from service.pipeline.deliver import deliver_due
from service.storage.audit import Caller
from service.storage.backlogs import backlogs
from service.storage.outbox import Tried
from service.storage.tables import delivery
from tests.conftest import Clock
from tests.machine import until
from tests.pipeline.barriers import held_up, locks_awaited
from tests.pipeline.test_deliver import Outbox
from tests.world import Mailbox, Receiver, Reply

DEAD_ENDPOINT = "https://dead.example/hook"


@pytest.fixture
def outbox(edges_on_both: Edges, clock: Clock) -> Outbox:
    return Outbox(edges_on_both, clock)


def fill(outbox: Outbox, channel: str, count: int) -> list[str]:
    """So many deliveries at once, as an import of the past would make them."""
    now = outbox.clock.at
    ids = [f"dl_{channel[-4:]}{number:08d}" for number in range(count)]
    values = {"workspace": "ws_1", "channel": channel, "state": DeliveryState.PENDING, "created_at": now, "next_at": now}
    with outbox.edges.store.database.write() as connection:
        connection.execute(delivery.insert(), [{"id": each, **values} for each in ids])
    return ids


def claim(outbox: Outbox, by: str = "t") -> list[str]:
    return [each.id for each in outbox.edges.store.deliveries.outbox.claim(now=outbox.clock.at, token=by, limit=400)]


def choose_zone(edges: Edges, zone: str, caller: Caller) -> None:
    edges.store.workspaces.change_alerting(lambda _old: Defaults(timezone=zone), caller=caller)


def fail_next(outbox: Outbox, times: int) -> int:
    """Let what can be claimed fail, so many times; return how many attempts that was."""
    store, attempts = outbox.edges.store.deliveries.outbox, 0
    for number in range(times):
        claimed = store.claim(now=outbox.clock.at, token=f"fail{number}", limit=400)
        error = DeliveryError("HTTP 500", status=500)
        tried = [Tried(each, after_failure(each, error, outbox.clock.at, 0), "dead.example", outbox.clock.at) for each in claimed]
        store.save_attempts(tried, now=outbox.clock.at)
        attempts += len(tried)
    return attempts


def test_an_ordered_channel_sends_one_after_the_other(outbox: Outbox, clock: Clock) -> None:
    with Receiver(Reply(500)) as receiver:
        channel = outbox.add_channel(url=receiver.url)
        outbox.edges.store.channels.change_channel(channel, name=None, settings=None, ordered=True, caller=outbox.caller())
        put = []
        for _ in range(4):
            put.append(outbox.put(channel))
            clock.advance(seconds=1)
        assert deliver_due(outbox.edges) == 1  # it fails, and those behind it wait
        assert deliver_due(outbox.edges) == 0
        clock.advance(seconds=5)
        assert deliver_due(outbox.edges) == 4
        assert [request.headers["webhook-id"] for request in receiver.requests] == [put[0], *put]


def test_it_is_told_by_the_clocks_that_the_workspace_has_at_this_attempt(outbox: Outbox, clock: Clock) -> None:
    edges = outbox.edges
    edges.store.workspaces.get_or_add_workspace("Others", new_id="ws_2", now=clock.at)
    put = outbox.put(outbox.add_channel(url=DEAD_ENDPOINT))
    seen = []
    for workspace, zone in (("ws_2", "Asia/Tokyo"), ("ws_1", "Europe/Brussels"), ("ws_1", "America/Sao_Paulo")):
        choose_zone(edges, zone, replace(outbox.caller(), workspace=workspace))
        (claimed,) = edges.store.deliveries.outbox.claim(now=clock.at, token=zone, limit=9)
        seen.append((claimed.id, claimed.zone.key))
        clock.at = claimed.lease_until + timedelta(seconds=1)
    assert seen == [(put, "UTC"), (put, "Europe/Brussels"), (put, "America/Sao_Paulo")]


def test_a_dead_one_holds_back_an_ordered_channel_no_longer(outbox: Outbox, clock: Clock) -> None:
    channel = outbox.add_channel(url=DEAD_ENDPOINT)
    outbox.edges.store.channels.change_channel(channel, name=None, settings=None, ordered=True, caller=outbox.caller())
    first = outbox.put(channel)
    clock.advance(seconds=1)
    second = outbox.put(channel)
    (claimed,) = outbox.edges.store.deliveries.outbox.claim(now=clock.at, token="t", limit=9)
    assert claimed.id == first
    assert claim(outbox, "u") == []  # not even another run takes what is behind it
    dead = Outcome(DeliveryState.DEAD, None, delivered=False, status=None, detail="no")
    outbox.edges.store.deliveries.outbox.save_attempts([Tried(claimed, dead, "dead.example", clock.at)], now=clock.at)
    assert claim(outbox, "u") == [second]


def test_ten_thousand_waiting_for_a_dead_endpoint_leave_a_healthy_one_its_place(outbox: Outbox, clock: Clock) -> None:
    stuck, well = outbox.add_channel(url=DEAD_ENDPOINT), outbox.add_channel(url="https://well.example/hook")
    fill(outbox, stuck, 10_000)
    clock.advance(seconds=1)
    put = fill(outbox, well, 20)
    first = claim(outbox)
    assert set(put) <= set(first)
    assert len(first) == SHARE + len(put)


def test_where_everything_fails_few_attempts_are_made_and_the_rest_waits(outbox: Outbox, clock: Clock) -> None:
    fill(outbox, outbox.add_channel(url=DEAD_ENDPOINT), 10_000)
    assert fail_next(outbox, 1) == SHARE
    assert fail_next(outbox, 5) == 0  # it rests
    attempts = 0
    for _ in range(60):
        clock.advance(minutes=1)
        attempts += fail_next(outbox, 1)
    assert 10 <= attempts <= 15  # one at a time, every five minutes in the end
    (backlog,) = [each for each in backlogs(outbox.edges.store.database, clock.at) if each.stage == "deliver"]
    assert backlog.oldest <= 300  # what waits for its endpoint is not late through the workers' fault


def test_a_run_stops_trying_where_one_after_the_other_fails(outbox: Outbox) -> None:
    with Receiver(*[Reply(500)] * SHARE) as receiver:
        ids = fill(outbox, outbox.add_channel(url=receiver.url), SHARE)
        deliver_due(outbox.edges)
        assert len(receiver.requests) < TROUBLED + PER_CHANNEL
        untried = [each for each in ids if outbox.show(each).attempts == 0]
        assert len(untried) == SHARE - len(receiver.requests)
        assert {outbox.show(each).state for each in untried} == {DeliveryState.PENDING}


def test_an_endpoint_back_after_three_days_gets_everything_once_and_the_oldest_first(outbox: Outbox, clock: Clock) -> None:
    with Receiver() as receiver:
        channel = outbox.add_channel(url=receiver.url)
        outbox.edges.store.channels.change_channel(channel, name=None, settings=None, ordered=True, caller=outbox.caller())
        put = []
        for _ in range(12):
            put.append(outbox.put(channel))
            clock.advance(hours=5)
            fail_next(outbox, 1)
        clock.advance(hours=10)  # seventy hours after the first
        for _ in range(6):
            deliver_due(outbox.edges)
            clock.advance(minutes=6)
        clock.advance(hours=24)
        deliver_due(outbox.edges)
        assert [request.headers["webhook-id"] for request in receiver.requests] == put


def test_one_endpoint_gets_few_requests_at_once_whoever_runs(outbox: Outbox) -> None:
    with Receiver() as receiver:
        channels = [outbox.add_channel(url=receiver.url) for _ in range(4)]
        for channel in channels:
            outbox.put(channel)
        deliver_due(outbox.edges)  # where they lead is known from now on
    for channel in channels:
        fill(outbox, channel, 30)
    assert 0 < len(claim(outbox, "one")) <= ENDPOINT_SHARE
    assert claim(outbox, "two") == []
    assert PER_CHANNEL < PER_ENDPOINT


def test_a_channel_that_fails_for_five_days_is_disabled_and_its_owner_told_by_another(outbox: Outbox, clock: Clock) -> None:
    with Receiver() as receiver:
        stuck, other = outbox.add_channel(url=DEAD_ENDPOINT), outbox.add_channel(url=receiver.url)
        ids = fill(outbox, stuck, 3)
        fail_next(outbox, 1)
        clock.at += FAILS_FOR_LONG
        fail_next(outbox, 1)
        found = outbox.edges.store.channels.find_channel("ws_1", stuck)
        assert found is not None
        assert (found.disabled_reason or "").startswith("nothing could be delivered for five days")
        assert {outbox.show(each).state for each in ids} == {"dead"}
        deliver_due(outbox.edges)
        (told,) = [json.loads(request.body) for request in receiver.requests]
        assert (told["type"], told["data"]["channel"]["id"]) == ("channel.disabled", stuck)
        assert told["data"]["reason"].startswith("Nothing could be delivered for five days"), "a sentence, for it stands alone"
        assert other != stuck
        outbox.edges.store.channels.disable_channel(stuck, "once more", caller=outbox.caller())
        assert deliver_due(outbox.edges) == 0  # told once


def test_the_owner_is_told_by_the_channel_that_is_chosen_for_that(outbox: Outbox) -> None:
    with Receiver() as one, Receiver() as chosen:
        gone, _, health = (outbox.add_channel(url=url) for url in (DEAD_ENDPOINT, one.url, chosen.url))
        outbox.edges.store.workspaces.choose_health_channel(health, caller=outbox.caller())
        outbox.edges.store.channels.disable_channel(gone, "unsubscribed", caller=outbox.caller())
        deliver_due(outbox.edges)
        assert (len(one.requests), len(chosen.requests)) == (0, 1)


def test_failures_of_the_mail_server_are_not_held_against_the_channels(open_house: Callable[..., Edges], clock: Clock) -> None:
    with Mailbox() as mailbox:
        edges = open_house(smtp_host=mailbox.host, smtp_port=mailbox.port, smtp_security="none")
    outbox = Outbox(edges, clock)  # nobody listens any more
    channel = outbox.add_channel("email", to="editor@desk.example")
    ids = fill(outbox, channel, 30)
    deliver_due(edges)
    clock.at += FAILS_FOR_LONG
    deliver_due(edges)
    found = edges.store.channels.find_channel("ws_1", channel)
    assert found is not None
    assert found.disabled_at is None
    assert sum(outbox.show(each).attempts for each in ids) < 30  # it is left in peace, too


def test_what_waits_for_its_next_try_is_replayed_now_and_once(outbox: Outbox, clock: Clock) -> None:
    with Receiver(Reply(500), Reply(500)) as receiver:
        channel = outbox.add_channel(url=receiver.url)
        put = [outbox.put(channel) for _ in range(2)]
        deliver_due(outbox.edges)
        clock.advance(seconds=1)
        assert deliver_due(outbox.edges) == 0  # not due yet
        pending = [DeliveryState.PENDING]
        replay = outbox.edges.store.replays.replay
        assert replay(channel, since=clock.at - timedelta(days=1), until=None, states=[DeliveryState.DEAD], caller=outbox.caller()) == 0
        assert replay(channel, since=clock.at - timedelta(days=1), until=None, states=pending, caller=outbox.caller()) == 2
        assert [outbox.show(each).tries for each in put] == [0, 0]
        assert (deliver_due(outbox.edges), deliver_due(outbox.edges)) == (2, 0)
        assert sorted(request.headers["webhook-id"] for request in receiver.requests) == sorted(2 * put)


def test_a_replay_of_what_is_under_way_sends_it_once_if_it_is_taken(outbox: Outbox, clock: Clock) -> None:
    channel = outbox.add_channel(url="https://desk.example/hook")
    put = outbox.put(channel)
    store = outbox.edges.store
    (claimed,) = store.deliveries.outbox.claim(now=clock.at, token="t", limit=9)
    clock.advance(seconds=1)
    pending = [DeliveryState.PENDING]
    assert store.replays.replay(channel, since=clock.at - timedelta(days=1), until=None, states=pending, caller=outbox.caller()) == 1
    assert claim(outbox, "u") == []
    sent = after_success(Receipt(200, "HTTP 200"))
    assert store.deliveries.outbox.save_attempts([Tried(claimed, sent, "desk.example", clock.at)], now=clock.at) == frozenset()
    assert (outbox.show(put).state, claim(outbox, "u")) == ("sent", [])


def test_what_failed_is_replayed_under_its_own_ids(outbox: Outbox, clock: Clock) -> None:
    with Receiver() as receiver:
        channel = outbox.add_channel(url=receiver.url)
        early = outbox.put(channel)
        since = clock.advance(hours=1)
        missed = [outbox.put(channel) for _ in range(3)]
        outbox.edges.store.channels.disable_channel(channel, "HTTP 410", caller=outbox.caller())
        outbox.edges.store.channels.enable_channel(channel, caller=outbox.caller())
        until = clock.advance(seconds=1)
        replays = outbox.edges.store.replays
        assert replays.replay(channel, since=since, until=until, states=[DeliveryState.DEAD], caller=outbox.caller()) == 3
        deliver_due(outbox.edges)
        assert sorted(request.headers["webhook-id"] for request in receiver.requests) == sorted(missed)
        assert replays.replay(channel, since=since, until=until, states=[DeliveryState.DEAD], caller=outbox.caller()) == 0
        every = replays.replay(channel, since=clock.at - timedelta(days=1), until=until, states=list(DeliveryState), caller=outbox.caller())
        assert every == 4
        deliver_due(outbox.edges)
        assert {request.headers["webhook-id"] for request in receiver.requests} == {early, *missed}


def test_what_its_holder_ends_after_the_lease_while_another_claims_is_not_taken(
    open_house: Callable[..., Edges], postgres_url: str, clock: Clock, watcher: Engine
) -> None:
    outbox = Outbox(open_house(postgres_url), clock)
    sent = outbox.put(outbox.add_channel(url="https://slow.example/hook"))
    store = outbox.edges.store.deliveries.outbox
    (slow,) = store.claim(now=clock.at, token="slow", limit=9)
    clock.advance(hours=1)
    taken = Tried(slow, after_success(Receipt(200, "ok")), "slow.example", clock.at)

    def save() -> None:
        assert store.save_attempts([taken], now=clock.at) == frozenset()

    with ThreadPoolExecutor(1) as run:
        with held_up(watcher, "LOCK TABLE attempt IN SHARE MODE", save):  # it has written that the delivery is over
            claiming = run.submit(claim, outbox, "next")
            until(lambda: locks_awaited(watcher) == 2, "the claim waits for the slow one")
        assert claiming.result(timeout=60) == []
    assert (outbox.show(sent).state, outbox.attempts(sent)) == ("sent", [(1, 200, True)])


def test_two_channels_that_are_disabled_at_once_tell_of_each_other(
    open_house: Callable[..., Edges], postgres_url: str, clock: Clock, watcher: Engine
) -> None:
    outbox = Outbox(open_house(postgres_url), clock)
    channels = outbox.edges.store.channels
    first, second = (outbox.add_channel(url=f"https://{name}.example/hook") for name in ("a", "b"))
    with ThreadPoolExecutor(1) as run:
        with held_up(
            watcher, "LOCK TABLE channel_notice IN SHARE MODE", lambda: channels.disable_channel(first, "x", caller=outbox.caller())
        ):
            other = run.submit(channels.disable_channel, second, "y", caller=outbox.caller())
            until(lambda: locks_awaited(watcher) == 2, "both are about to be told of")
        assert other.result(timeout=60)
    assert all(found.disabled_at for each in (first, second) if (found := channels.find_channel("ws_1", each)))
