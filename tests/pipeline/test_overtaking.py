"""An update never goes before its own alert was tried; nothing else waits for that, nor the update for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from service.domain.deliveries import DeliveryError, DeliveryState, DeliveryToSend, Outcome, Receipt
from service.domain.timing import after_failure, after_success
from service.edges import Edges
from service.storage.backlogs import backlogs
from service.storage.outbox import Tried
from tests.conftest import Clock
from tests.pipeline.test_stories import LEDE, Newsdesk, report


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Newsdesk:
    """A desk with an alert, and an update of it that the same poll brought."""
    desk = Newsdesk(edges_on_both, clock).open()
    desk.tell(report(0), report(1, lede=f"{LEDE} Minister Lena Brandt flew to the harbour."))
    assert desk.sent() == [0, 1]
    return desk


def claim(desk: Newsdesk, by: str = "t") -> Sequence[DeliveryToSend]:
    return desk.edges.store.deliveries.outbox.claim(now=desk.clock.at, token=by, limit=400)


def numbers(claimed: Sequence[DeliveryToSend]) -> list[int]:
    return [each.alert.update.number if each.alert and each.alert.update else 0 for each in claimed]


def end(desk: Newsdesk, sent: DeliveryToSend, outcome: Outcome) -> None:
    desk.edges.store.deliveries.outbox.save_attempts([Tried(sent, outcome, "a.example", desk.clock.at)], now=desk.clock.at)


def test_an_update_waits_while_its_alert_is_under_way(desk: Newsdesk) -> None:
    (alert,) = first = claim(desk)
    assert numbers(first) == [0]
    assert numbers(claim(desk, "another")) == []
    end(desk, alert, after_success(Receipt(200, "ok")))
    assert numbers(claim(desk)) == [1]


@pytest.mark.parametrize("permanent", [pytest.param(False, id="it will be tried again"), pytest.param(True, id="it is dead")])
def test_an_alert_that_was_tried_in_vain_holds_its_update_back_no_longer(desk: Newsdesk, permanent: bool) -> None:
    (alert,) = claim(desk)
    end(desk, alert, after_failure(alert, DeliveryError("HTTP 500", permanent=permanent), desk.clock.at, 0))
    desk.clock.advance(seconds=1)
    assert 1 in numbers(claim(desk))


def test_an_alert_that_is_put_off_holds_its_update_back_no_longer(desk: Newsdesk) -> None:
    (alert,) = claim(desk)
    later = desk.clock.at + timedelta(hours=1)
    end(desk, alert, Outcome(DeliveryState.PENDING, later, delivered=False, status=None, detail="not ready", tried=False))
    assert numbers(claim(desk)) == [1]


def test_other_alerts_do_not_wait(desk: Newsdesk) -> None:
    claim(desk)
    desk.tell(report(9, "Parliament debates ferry Aurora's owner and new taxes", "Lawmakers passed a budget with a levy on ports."))
    assert numbers(claim(desk, "another")) == [0]


def test_what_waits_for_its_alert_is_not_counted_as_late(desk: Newsdesk) -> None:
    claim(desk)
    waiting = {each.stage: each.due for each in backlogs(desk.edges.store.database, desk.clock.at)}
    assert waiting["deliver"] == 0
