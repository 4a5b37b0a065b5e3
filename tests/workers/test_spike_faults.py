"""Real workers killed while they tell of a spike: it is told once, with all that counted."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from service.storage.tables import alert, article, match, rule, sighting, subscription
from tests.machine import until
from tests.make import a_spec
from tests.workers.conftest import House

pytestmark = pytest.mark.faults

LEAST = 5  # outlets that are a spike where there is usually none
OUTLETS = LEAST + 2


@pytest.fixture
def house(postgres_house: House) -> House:
    """Its rule has alerted on volume for ten days, in which news came, but none of bridges."""
    store, now = postgres_house.edges.store, postgres_house.edges.now()
    (watched,) = store.rules.list_rules("ws_1").items
    store.rules.change_rule(watched.id, lambda _old: a_spec(alerting={"when": {"spike": "hour"}}), caller=postgres_house.caller())
    began = now - timedelta(days=10)
    with store.database.write() as connection:
        connection.execute(update(rule).values(created_at=began))
        connection.execute(update(subscription).values(created_at=began))
    report(postgres_house, *[("Dockers strike", 24 * day) for day in range(11)], waits=False)
    return postgres_house


def report(house: House, *reports: tuple[str, int], waits: bool = True) -> None:
    """Each in an outlet of its own, under this headline, so many hours ago, a second after the one before it."""
    store, now = house.edges.store, house.edges.now()
    (followed,) = store.feeds.list_feeds("ws_1").items
    texts = dict.fromkeys(("content_hash", "summary", "body", "author"), "")
    rows = [
        {
            **texts,
            "id": house.edges.new_id("ar"),
            "feed": followed.id,
            "url": f"https://outlet{number}.example/{waits}",
            "dedup_key": f"outlet{number}.example/{waits}",
            "title": title,
            "language": "en",
            "source": f"Outlet {number}",
            "baseline": False,
            "first_seen_at": came_at,
            "changed_at": came_at,
            "next_at": came_at if waits else None,
        }
        for number, (title, hours) in enumerate(reports)
        for came_at in (now - timedelta(hours=hours, seconds=len(reports) - number),)
    ]
    with store.database.write() as connection:
        connection.execute(insert(article), rows)


def break_out(house: House) -> None:
    report(house, *[(f"Bridge of town {number} opens", 0) for number in range(OUTLETS)])


@pytest.mark.thorough
def test_a_worker_killed_between_finding_a_spike_and_its_commit(house: House) -> None:
    with house.blocked("alert") as barrier:
        worker = house.machine.start_worker("match,deliver")
        house.machine.start_beat()
        break_out(house)
        barrier.wait_for_insert()
        house.machine.kill(worker)
    with house.edges.store.database.read() as connection:
        left = [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in (match, sighting, alert)]
    assert left == [0, 0, 0]
    house.machine.start_worker("match,deliver")
    until(lambda: len(house.edges.store.matches.list_matches("ws_1").items) == OUTLETS, "all articles are matched")
    house.wait_until_told(1)
    (request,) = house.receiver.requests
    told = json.loads(request.body)["data"]
    assert (told["spike"]["count"], told["spike"]["usual"]) == (LEAST, 0), "after a kill articles are matched one by one"
    assert {each.alert for each in house.edges.store.matches.list_matches("ws_1").items} == {told["id"]}


@pytest.mark.thorough
def test_a_worker_killed_between_the_receivers_2xx_and_the_commit_repeats_a_spike_with_the_same_id(house: House) -> None:
    break_out(house)
    with house.blocked("attempt") as barrier:
        worker = house.machine.start_worker("match,deliver")
        house.machine.start_beat()
        barrier.wait_for_insert()
        house.machine.kill(worker)
    house.machine.start_worker("match,deliver")
    house.wait_until_told(1)
    first, second = house.received_ids()
    assert first == second
    bodies = {request.body for request in house.receiver.requests}
    assert len(bodies) == 1
