"""What receivers, name servers and mail servers do over hours and days: tried by the schedule, sent once, and never elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from ipaddress import ip_network

import pytest

from service.domain.timing import WAITS
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from tests.conftest import Clock
from tests.names import Names
from tests.pipeline.test_deliver import Outbox
from tests.world import Fault, Mailbox, Receiver, Reply, Stage

pytestmark = pytest.mark.faults

HOST = "desk.example"


@pytest.fixture
def names() -> Names:
    return Names(desk_example="127.0.0.1")


def an_outbox(edges: Edges, clock: Clock, names: Names) -> Outbox:
    return Outbox(replace(edges, outbound=replace(edges.outbound, look_up=names)), clock)


def ids_at(receiver: Receiver) -> list[str]:
    return [request.headers["webhook-id"] for request in receiver.requests]


def test_a_host_that_has_moved_is_followed(edges_on_both: Edges, clock: Clock, names: Names) -> None:
    outbox = an_outbox(edges_on_both, clock, names)
    with Receiver(Reply(503)) as old, Receiver(host="127.0.0.2", port=old.port) as new:
        put = outbox.put(outbox.add_channel(url=f"http://{HOST}:{old.port}/hook"))
        deliver_due(outbox.edges)
        names.addresses[HOST] = "127.0.0.2"
        clock.at += WAITS[1]
        deliver_due(outbox.edges)
        assert (ids_at(old), ids_at(new)) == ([put], [put])
    assert outbox.show(put).state == "sent"


def test_a_name_that_leads_inside_at_the_second_try_is_refused_and_tried_again(
    open_house: Callable[..., Edges], clock: Clock, names: Names
) -> None:
    outbox = an_outbox(open_house(allowed_networks=(ip_network("127.0.0.1/32"),)), clock, names)  # stands for the public internet
    with Receiver(Reply(500)) as outside, Receiver(host="127.0.0.2", port=outside.port) as inside:
        put = outbox.put(outbox.add_channel(url=f"http://{HOST}:{outside.port}/hook"))
        deliver_due(outbox.edges)
        names.addresses[HOST] = "127.0.0.2"
        clock.at += WAITS[1]
        deliver_due(outbox.edges)
        shown = outbox.show(put)
        assert (ids_at(outside), ids_at(inside), shown.state) == ([put], [], "pending")
        assert "this address is not public" in (shown.detail or "")
        names.addresses[HOST] = "127.0.0.1"
        clock.at += WAITS[2]
        deliver_due(outbox.edges)
        assert (ids_at(outside), ids_at(inside)) == ([put, put], [])
    assert outbox.show(put).state == "sent"


def test_a_name_that_nobody_knows_for_a_while(edges_on_both: Edges, clock: Clock, names: Names) -> None:
    outbox = an_outbox(edges_on_both, clock, names)
    with Receiver() as receiver:
        put = outbox.put(outbox.add_channel(url=f"http://{HOST}:{receiver.port}/hook"))
        address = names.addresses.pop(HOST)
        deliver_due(outbox.edges)
        assert outbox.show(put).detail == f"the host name {HOST} could not be resolved"
        names.addresses[HOST] = address
        clock.at += WAITS[1]
        deliver_due(outbox.edges)
        assert ids_at(receiver) == [put]


def test_a_webhook_is_tried_ten_times_by_the_schedule_under_one_id_whatever_goes_wrong(
    open_house: Callable[..., Edges], clock: Clock
) -> None:
    faults = (Fault.RESET, Reply(404), Fault.HANG, Reply(500), Fault.DROP, Reply(302, headers={"Location": "/x"}), Reply(429), Reply(503))
    with Receiver(*faults, Reply(401)) as receiver:
        outbox = Outbox(open_house(webhook_deadline=0.5), clock)
        put = outbox.put(outbox.add_channel(url=receiver.url))
        assert attempts_until_done(outbox, put) == [sum(WAITS[: number + 1], timedelta()) for number in range(10)]
        assert ids_at(receiver) == [put] * 10
    assert outbox.show(put).state == "sent"


def attempts_until_done(outbox: Outbox, put: str) -> list[timedelta]:
    """Let time go from due to due; how long after the first each try was made."""
    start, made = outbox.clock.at, list[timedelta]()
    while (due := outbox.show(put).next_at) is not None:
        assert due >= outbox.clock.at
        just_before(outbox, due)
        outbox.clock.at = due
        made.append(due - start)
        assert deliver_due(outbox.edges) == 1
    return made


def just_before(outbox: Outbox, due: datetime) -> None:
    """Nothing is tried too soon."""
    if due - timedelta(seconds=1) > outbox.clock.at:
        outbox.clock.at = due - timedelta(seconds=1)
        assert deliver_due(outbox.edges) == 0


@pytest.fixture
def mail_house(open_house: Callable[..., Edges], clock: Clock) -> Callable[[Mailbox], Outbox]:
    """An outbox whose mails go to this mailbox."""
    return lambda mailbox: Outbox(open_house(smtp_host=mailbox.host, smtp_port=mailbox.port, smtp_security="none"), clock)


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["450 4.2.0 try again later", "451 4.7.1 greylisted", "452 4.2.2 mailbox full"])
@pytest.mark.parametrize("times", [1, 4, 9])
def test_greylisting_is_waited_out_by_the_schedule(stage: Stage, reply: str, times: int, mail_house: Callable[[Mailbox], Outbox]) -> None:
    with Mailbox({stage: [reply] * times}) as mailbox:
        outbox = mail_house(mailbox)
        put = outbox.put(outbox.add_channel("email", to="editor@desk.example"))
        assert attempts_until_done(outbox, put) == [sum(WAITS[: number + 1], timedelta()) for number in range(times + 1)]
        assert len({mail.raw for mail in mailbox.mails}) == 1
        assert put in message_from_bytes(mailbox.mails[-1].raw)["Message-ID"]
    assert outbox.show(put).state == "sent"


def test_a_server_that_greylists_for_ever_is_given_up_after_three_days(mail_house: Callable[[Mailbox], Outbox]) -> None:
    with Mailbox({"RCPT": ["451 4.7.1 greylisted"] * 10}) as mailbox:
        outbox = mail_house(mailbox)
        put = outbox.put(outbox.add_channel("email", to="editor@desk.example"))
        assert attempts_until_done(outbox, put)[-1] == timedelta(hours=75, minutes=35, seconds=5)
        assert mailbox.mails == []
    assert (outbox.show(put).state, outbox.show(put).tries) == ("dead", 10)
    assert (outbox.show(put).detail or "").endswith("451 4.7.1 greylisted; given up after 10 tries")


@pytest.mark.parametrize(
    ("stage", "reply"),
    [("RCPT", "550 5.1.1 no such user"), ("RCPT", "553 5.1.3 no such address"), ("DATA", "554 5.7.1 spam"), ("MAIL", "552 5.3.4 too big")],
)
def test_a_permanent_refusal_ends_one_mail_at_its_first_try_and_no_other(
    stage: Stage, reply: str, mail_house: Callable[[Mailbox], Outbox], clock: Clock
) -> None:
    with Mailbox({stage: [reply]}) as mailbox:
        outbox = mail_house(mailbox)
        channel = outbox.add_channel("email", to="editor@desk.example")
        refused = outbox.put(channel)
        deliver_due(outbox.edges)
        assert (outbox.show(refused).state, outbox.show(refused).tries, outbox.show(refused).next_at) == ("dead", 1, None)
        assert reply in (outbox.show(refused).detail or "")
        other = outbox.put(channel)
        clock.at += WAITS[-1]
        assert deliver_due(outbox.edges) == 1
    assert outbox.show(other).state == "sent"
