"""The last step with everything real: a receiver, a mailbox, and both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.domain.channels import Channel, Secret
from service.domain.deliveries import DeliveryError
from service.domain.timing import WAITS, after_failure
from service.domain.traffic import SHARE
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from service.storage.audit import Caller
from service.storage.deliveries import Delivery
from service.storage.outbox import Tried
from tests.conftest import Clock
from tests.world import Mailbox, Receiver, Reply

SECRET = "whsec_" + "A" * 43 + "="


class Outbox:
    """A workspace with channels, and test messages to them as deliveries."""

    def __init__(self, edges: Edges, clock: Clock) -> None:
        self.edges, self.clock = edges, clock
        edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=edges.now())

    def caller(self) -> Caller:
        return Caller("ws_1", "test", self.edges.now(), self.edges.new_id("au"))

    def add_channel(self, kind: str = "webhook", **settings: str) -> str:
        new = Channel(self.edges.new_id("ch"), "ws_1", kind, "Desk", settings, (Secret(SECRET),), self.edges.now())
        self.edges.store.channels.add_channel(new, caller=self.caller())
        return new.id

    def put(self, channel: str) -> str:
        return self.edges.store.deliveries.add_test(channel, new_id=self.edges.new_id("dl"), caller=self.caller()).id

    def show(self, delivery: str) -> Delivery:
        found = self.edges.store.deliveries.find_delivery("ws_1", delivery)
        assert found is not None
        return found

    def redeliver(self, delivery: str) -> None:
        assert self.edges.store.deliveries.redeliver(delivery, caller=self.caller())

    def attempts(self, delivery: str) -> list[tuple[int, int | None, bool]]:
        listed = self.edges.store.deliveries.list_attempts("ws_1", delivery)
        return [(each.number, each.status, each.delivered) for each in listed]


@pytest.fixture
def outbox(edges_on_both: Edges, clock: Clock) -> Outbox:
    return Outbox(edges_on_both, clock)


def test_a_message_taken_is_sent_and_never_sent_again(outbox: Outbox) -> None:
    with Receiver() as receiver:
        sent = outbox.put(outbox.add_channel(url=receiver.url))
        assert (deliver_due(outbox.edges), deliver_due(outbox.edges)) == (1, 0)
        assert [request.headers["webhook-id"] for request in receiver.requests] == [sent]
    assert (outbox.show(sent).state, outbox.show(sent).next_at) == ("sent", None)
    assert outbox.attempts(sent) == [(1, 200, True)]


def test_a_mail_is_handed_to_the_mail_server(open_house: Callable[..., Edges], clock: Clock) -> None:
    with Mailbox() as mailbox:
        edges = open_house(smtp_host=mailbox.host, smtp_port=mailbox.port, smtp_security="none", public_url="http://127.0.0.1:8080")
        outbox = Outbox(edges, clock)
        sent = outbox.put(outbox.add_channel("email", to="editor@desk.example"))
        deliver_due(edges)
        assert [mail.recipients for mail in mailbox.mails] == [("editor@desk.example",)]
    assert outbox.show(sent).state == "sent"


def test_a_refusal_is_tried_again_when_the_schedule_says_so(outbox: Outbox, clock: Clock) -> None:
    with Receiver(Reply(500)) as receiver:
        put = outbox.put(outbox.add_channel(url=receiver.url))
        deliver_due(outbox.edges)
        assert (outbox.show(put).state, outbox.show(put).next_at) == ("pending", clock.at + WAITS[1])
        clock.at += WAITS[1] - timedelta(seconds=1)
        assert deliver_due(outbox.edges) == 0
        clock.advance(seconds=1)
        assert deliver_due(outbox.edges) == 1
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert outbox.show(put).state == "sent"
    assert outbox.attempts(put) == [(1, 500, False), (2, 200, True)]


def test_after_ten_tries_it_is_dead_until_somebody_revives_it(outbox: Outbox, clock: Clock) -> None:
    with Receiver(*[Reply(500)] * 10) as receiver:
        put = outbox.put(outbox.add_channel(url=receiver.url))
        for wait in (*WAITS[1:], *WAITS[-2:]):
            deliver_due(outbox.edges)
            clock.at += wait
        assert (len(receiver.requests), outbox.show(put).state) == (10, "dead")
        outbox.redeliver(put)
        deliver_due(outbox.edges)
        assert (receiver.requests[-1].headers["webhook-id"], outbox.show(put).state) == (put, "sent")
    assert outbox.attempts(put)[-1] == (11, 200, True)


def test_gone_disables_the_channel_with_all_that_waits_for_it(outbox: Outbox, clock: Clock) -> None:
    with Receiver(Reply(500), Reply(410)) as receiver:
        channel = outbox.add_channel(url=receiver.url)
        waiting = outbox.put(channel)
        deliver_due(outbox.edges)
        gone = outbox.put(channel)
        deliver_due(outbox.edges)
        disabled = outbox.edges.store.channels.find_channel("ws_1", channel)
        assert disabled is not None
        assert disabled.disabled_at is not None
        assert [outbox.show(each).state for each in (waiting, gone)] == ["dead", "dead"]
        outbox.edges.store.channels.enable_channel(channel, caller=outbox.caller())
        outbox.redeliver(waiting)
        deliver_due(outbox.edges)
    assert outbox.show(waiting).state == "sent"


def test_a_deleted_channel_calls_off_what_waits_for_it(outbox: Outbox) -> None:
    with Receiver() as receiver:
        channel = outbox.add_channel(url=receiver.url)
        put = outbox.put(channel)
        assert outbox.edges.store.channels.delete_channel(channel, caller=outbox.caller())
        assert deliver_due(outbox.edges) == 0
        assert receiver.requests == []
    assert (outbox.show(put).state, outbox.show(put).detail) == ("cancelled", "the channel was deleted")


def test_what_is_revived_for_a_closed_channel_is_ended_and_holds_up_nobody(outbox: Outbox) -> None:
    with Receiver() as receiver:
        closed, open_ = outbox.add_channel(url=receiver.url), outbox.add_channel(url=receiver.url)
        dead = outbox.put(closed)
        outbox.edges.store.channels.disable_channel(closed, "unsubscribed", caller=outbox.caller())
        outbox.redeliver(dead)
        store = outbox.edges.store.deliveries
        put = outbox.put(open_)
        assert put in {each.id for each in store.outbox.claim(now=outbox.clock.at, token="t", limit=9)}
    assert outbox.show(dead).state == "dead"


def test_a_revival_during_an_attempt_that_fails_is_not_forgotten(outbox: Outbox, clock: Clock) -> None:
    put = outbox.put(outbox.add_channel(url="https://desk.example/"))
    (claimed,) = outbox.edges.store.deliveries.outbox.claim(now=clock.at, token="t", limit=1)
    revived_at = clock.advance(seconds=1)
    outbox.redeliver(put)
    failed = after_failure(claimed, DeliveryError("HTTP 500", status=500), clock.advance(seconds=1), 0)
    outbox.edges.store.deliveries.outbox.save_attempts([Tried(claimed, failed, "desk.example", clock.at)], now=clock.at)
    shown = outbox.show(put)
    assert (shown.state, shown.next_at, shown.tries, shown.attempts, shown.finished_at) == ("pending", revived_at, 0, 1, None)


def test_many_messages_to_one_channel_all_go_out_in_one_run(outbox: Outbox) -> None:
    with Receiver() as receiver:
        channel = outbox.add_channel(url=receiver.url)
        put = {outbox.put(channel) for _ in range(2 * SHARE + 10)}
        assert deliver_due(outbox.edges) == len(put)
        assert {request.headers["webhook-id"] for request in receiver.requests} == put
        assert len(receiver.requests) == len(put)


def test_two_workers_at_once_send_each_message_once(outbox: Outbox) -> None:
    with Receiver() as receiver:
        put = {outbox.put(outbox.add_channel(url=receiver.url)) for _ in range(12)}
        workers = [threading.Thread(target=deliver_due, args=(outbox.edges,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert sorted(request.headers["webhook-id"] for request in receiver.requests) == sorted(put)
