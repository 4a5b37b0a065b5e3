"""When a worker takes itself for deaf, and when it does not."""

from __future__ import annotations

import pytest
from celery.signals import task_postrun, task_prerun, task_received

from workers.watch import DEAF_AFTER, STUCK_AFTER, Hearing


@pytest.fixture
def hearing() -> Hearing:
    """A worker that heard something at 0."""
    made = Hearing()
    made.heard_at = 0.0
    return made


@pytest.mark.parametrize(
    ("oldest", "now", "deaf"),
    [
        pytest.param(DEAF_AFTER + 1, DEAF_AFTER + 1, True, id="work waits and nothing is heard"),
        pytest.param(0, 10 * DEAF_AFTER, False, id="nothing is heard, but nothing waits"),
        pytest.param(10 * DEAF_AFTER, DEAF_AFTER - 1, False, id="work waits, but something was heard"),
    ],
)
def test_is_deaf(hearing: Hearing, oldest: float, now: float, deaf: bool) -> None:
    assert hearing.is_deaf(oldest, now) is deaf


def test_a_message_and_the_end_of_a_task_are_heard(hearing: Hearing) -> None:
    for signal in (task_received, task_postrun):
        hearing.heard_at = 0.0
        signal.send(sender=None, task_id="t1")
        assert hearing.heard_at > 0


def test_whose_hands_are_full_is_not_deaf_unless_he_hangs(hearing: Hearing) -> None:
    task_prerun.send(sender=None, task_id="t1")
    began = hearing.at_work["t1"]
    assert not hearing.is_deaf(oldest=600, now=began + STUCK_AFTER - 1)
    assert hearing.is_deaf(oldest=600, now=began + STUCK_AFTER + 1)
    task_postrun.send(sender=None, task_id="t1")
    assert hearing.is_deaf(oldest=600, now=hearing.heard_at + DEAF_AFTER + 1)


def test_silence_is_counted_from_when_the_database_answers_again(hearing: Hearing) -> None:
    hearing.start_anew()
    assert hearing.heard_at > 0
