"""Real workers killed at each step of a delivery: nothing lost, no second id, repeats only with the same id."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.domain.channels import Channel
from tests.machine import until
from tests.workers.conftest import House
from tests.world import Fault, Mailbox

pytestmark = pytest.mark.faults


def kill_and_go_on(house: House, worker: object) -> None:
    house.machine.kill(worker)  # type: ignore[arg-type]
    house.machine.start_worker()


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
