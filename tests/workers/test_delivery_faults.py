"""Real workers killed at each step of a delivery: nothing lost, no second id, repeats only with the same id."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from email import message_from_bytes

import pytest
from sqlalchemy import select

from service.domain.channels import Channel, Secret
from service.storage.tables import delivery
from tests.doors import Door, Full, Silent
from tests.machine import until
from tests.workers.conftest import SECRET, House
from tests.world import Fault, Mailbox, Receiver, Stage

pytestmark = pytest.mark.faults


def kill_and_go_on(house: House, worker: object) -> None:
    house.machine.kill(worker)  # type: ignore[arg-type]
    house.machine.start_worker()


def is_claimed(house: House, channel: str) -> bool:
    """Whether a worker has taken the channel's one delivery."""
    with house.edges.store.database.read() as connection:
        tokens = connection.execute(select(delivery.c.lease_token).where(delivery.c.channel == channel)).scalars().all()
    return len(tokens) == 1 and tokens[0] is not None


@pytest.mark.thorough
@pytest.mark.parametrize(
    "door",
    [
        pytest.param(Full(), id="claimed, nobody reached"),
        pytest.param(Silent(), id="connected, nobody there to read"),
    ],
)
def test_killed_before_the_receiver_has_read_a_word(door: Door, house: House) -> None:
    with door:
        channel = Channel(house.edges.new_id("ch"), "ws_1", "webhook", "Door", {"url": door.url}, (Secret(SECRET),), house.edges.now())
        house.edges.store.channels.add_channel(channel, caller=house.caller())
        house.publish("Harbour bridge opens")
        worker = house.machine.start_worker()
        house.machine.start_beat()
        until(lambda: is_claimed(house, channel.id) and door.was_tried(), "the delivery is claimed")
        house.machine.kill(worker)
    with Receiver(port=door.port) as receiver:
        house.machine.start_worker()
        house.wait_until_told(2)
        assert len(receiver.requests) == 1
    assert len({*house.received_ids(), receiver.requests[0].headers["webhook-id"]}) == 2


@pytest.mark.thorough
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.RESET])
def test_the_connection_is_lost_after_the_request_and_the_worker_is_killed(fault: Fault, house: House) -> None:
    house.receiver.script.append(fault)
    house.publish("Harbour bridge opens")
    worker = house.machine.start_worker()
    house.machine.start_beat()
    until(lambda: len(house.receiver.requests) == 1, "the first webhook")
    kill_and_go_on(house, worker)
    house.wait_until_told(1)
    assert len(set(house.received_ids())) == 1


@pytest.mark.thorough
def test_killed_after_the_commit_nothing_is_repeated(house: House) -> None:
    house.publish("Harbour bridge opens")
    worker = house.machine.start_worker()
    house.machine.start_beat()
    house.wait_until_told(1)
    kill_and_go_on(house, worker)
    house.publish("Harbour bridge opens", "Old bridge closes")
    house.wait_until_told(2)
    assert len(house.received_ids()) == len(set(house.received_ids())) == 2


@pytest.fixture
def mailbox(postgres_house: House) -> Iterator[Mailbox]:
    """The house tells a mailbox, too; of its receiver no more is asked here."""
    house = postgres_house
    with Mailbox() as opened:
        house.machine.environment |= {
            "WIREWATCH_SMTP_HOST": opened.host, "WIREWATCH_SMTP_PORT": str(opened.port), "WIREWATCH_SMTP_SECURITY": "none",
            "WIREWATCH_MAIL_FROM": "alerts@watch.example",
        }  # fmt: skip
        channel = Channel(house.edges.new_id("ch"), "ws_1", "email", "Desk", {"to": "desk@news.example"}, (), house.edges.now())
        house.edges.store.channels.add_channel(channel, caller=house.caller())
        yield opened


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("stage", "mails"),
    [
        pytest.param("RCPT", 1, id="before DATA: the mail comes once"),
        pytest.param("DATA", 2, id="after the final dot, before the 250: it comes again"),
    ],
)
def test_killed_amid_the_dialogue_with_the_mail_server(stage: Stage, mails: int, postgres_house: House, mailbox: Mailbox) -> None:
    house = postgres_house
    mailbox.script[stage] = deque([Fault.HANG])
    house.publish("Harbour bridge opens")
    worker = house.machine.start_worker()
    house.machine.start_beat()
    until(lambda: mailbox.reached[stage] == 1, f"the mail server is asked for {stage}")
    house.machine.kill(worker)
    house.machine.start_worker()
    house.wait_until_told(2)
    assert len(mailbox.mails) == mails
    assert len({mail.raw for mail in mailbox.mails}) == len({message_from_bytes(mail.raw)["Message-ID"] for mail in mailbox.mails}) == 1


@pytest.mark.thorough
def test_a_mail_whose_answer_is_lost_with_the_worker_is_repeated_byte_for_byte(postgres_house: House, mailbox: Mailbox) -> None:
    house = postgres_house
    house.publish("Harbour bridge opens")
    with house.blocked("attempt") as barrier:
        worker = house.machine.start_worker()
        house.machine.start_beat()
        barrier.wait_for_insert()
        until(lambda: len(mailbox.mails) == 1, "the first mail")
        house.machine.kill(worker)
    house.machine.start_worker()
    house.wait_until_told(2)
    assert len(mailbox.mails) == 2
    assert len({mail.raw for mail in mailbox.mails}) == 1
