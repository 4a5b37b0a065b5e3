"""What a machine lacks to send some messages costs none of them: they wait for it, whatever time that takes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from service.delivery.apprise import BROKEN, MISSING
from service.delivery.email import NOT_SET_UP
from service.domain.timing import UNREADY_WAIT
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from tests.conftest import Clock
from tests.pipeline.test_deliver import Outbox
from tests.world import Mailbox, Receiver, Reply

PUSHOVER = "pover://MadeUpUser01234567890123456789@MadeUpToken0123456789012345678"


@pytest.fixture
def outbox(edges_on_both: Edges, clock: Clock) -> Outbox:
    return Outbox(edges_on_both, clock)


def try_for_days(outbox: Outbox, clock: Clock) -> None:
    """More tries than a message has, over more days."""
    for _ in range(12):
        deliver_due(outbox.edges)
        clock.advance(hours=12)


def test_without_the_extra_messages_wait_and_say_what_to_install(outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(*[Reply(200, b'{"status": 1}')] * 7) as receiver:
        channel = outbox.add_channel("apprise", url=PUSHOVER, server=receiver.url)
        waiting = [outbox.put(channel) for _ in range(7)]
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "apprise", None)  # as Python marks what cannot be imported
            try_for_days(outbox, clock)
        for each in map(outbox.show, waiting):
            assert (each.state, each.detail, each.tries, each.attempts) == ("pending", MISSING, 0, 0)
        assert len(receiver.requests) == 0
        assert deliver_due(outbox.edges) == 7, "now that the extra is there"
        assert {outbox.show(each).state for each in waiting} == {"sent"}
        assert outbox.attempts(waiting[0]) == [(1, 200, True)]


def test_nothing_is_held_against_the_channel(outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    channel = outbox.add_channel("apprise", url=PUSHOVER)
    outbox.put(channel)
    try_for_days(outbox, clock)
    found = outbox.edges.store.channels.find_channel("ws_1", channel)
    assert found is not None
    assert found.disabled_at is None


def test_it_is_looked_for_every_few_minutes(outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    for _ in range(3):
        outbox.put(outbox.add_channel("apprise", url=PUSHOVER))
    assert deliver_due(outbox.edges) == 3
    clock.advance(seconds=(UNREADY_WAIT - timedelta(seconds=1)).total_seconds())
    assert deliver_due(outbox.edges) == 0
    clock.advance(seconds=1)
    assert deliver_due(outbox.edges) == 3


def test_an_extra_that_cannot_be_loaded_counts_as_missing(outbox: Outbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise.plugins.pushover", None)
    waiting = outbox.put(outbox.add_channel("apprise", url=PUSHOVER))
    try_for_days(outbox, clock)
    assert (outbox.show(waiting).state, outbox.show(waiting).attempts) == ("pending", 0)
    assert outbox.show(waiting).detail == f"{BROKEN} (apprise.plugins.pushover)"


def test_mails_wait_for_a_mail_server_to_be_set(open_house: Callable[..., Edges], clock: Clock) -> None:
    edges = open_house()
    waiting = Outbox(edges, clock).put(Outbox(edges, clock).add_channel("email", to="desk@press.example"))
    try_for_days(Outbox(edges, clock), clock)
    shown = Outbox(edges, clock).show(waiting)
    assert (shown.state, shown.detail, shown.tries) == ("pending", NOT_SET_UP, 0)
    with Mailbox() as mailbox:
        ready = Outbox(open_house(smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="none"), clock)
        assert deliver_due(ready.edges) == 1
        assert ready.show(waiting).state == "sent"
