"""Real workers killed at each step of an article's way, a broker emptied and restarted: nothing lost, nothing doubled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.domain.policies import Defaults
from tests import servers
from tests.machine import PATIENCE, flush, until
from tests.workers.conftest import House
from tests.world import Fault

pytestmark = pytest.mark.faults


def test_an_article_goes_all_the_way(house_on_both: House) -> None:
    house = house_on_both
    house.machine.start_worker()
    house.machine.start_beat()
    house.publish("Harbour bridge opens", "Dockers strike")
    house.wait_until_told(1)
    assert len(house.receiver.requests) == 1


def test_alerts_that_wait_for_each_other_go_all_the_way(postgres_house: House) -> None:
    house = postgres_house
    house.edges.store.workspaces.change_alerting(lambda _old: Defaults.model_validate({"group_wait": 2}), caller=house.caller())
    house.publish("Harbour bridge opens", "Old bridge closes")
    house.machine.start_worker()
    house.machine.start_beat()
    house.wait_until_told(1)
    (request,) = house.receiver.requests
    said = json.loads(request.body)
    assert (said["type"], said["data"]["count"]) == ("digest.created", 2)


def test_a_worker_killed_while_it_fetches(house: House) -> None:
    house.publish("Harbour bridge opens")
    house.newsroom.hold()
    worker = house.machine.start_worker()
    house.machine.start_beat()
    assert house.newsroom.waiting.acquire(timeout=PATIENCE)
    house.machine.kill(worker)
    house.newsroom.release()
    house.machine.start_worker()
    house.wait_until_told(1)
    assert len(house.receiver.requests) == 1


@pytest.mark.thorough
def test_a_worker_killed_inside_the_transaction_that_stores_articles(postgres_house: House) -> None:
    house = postgres_house
    house.publish("Harbour bridge opens", "Old bridge closes")
    with house.blocked("article") as barrier:
        worker = house.machine.start_worker()
        house.machine.start_beat()
        barrier.wait_for_insert()
        house.machine.kill(worker)
    assert house.edges.store.articles.list_articles("ws_1").items == ()
    house.machine.start_worker()
    house.wait_until_told(2)
    assert len(set(house.received_ids())) == len(house.received_ids()) == 2


def test_a_worker_killed_inside_the_transaction_that_alerts(postgres_house: House) -> None:
    house = postgres_house
    house.publish("Harbour bridge opens", "Old bridge closes")
    with house.blocked("alert") as barrier:
        worker = house.machine.start_worker()
        house.machine.start_beat()
        barrier.wait_for_insert()
        house.machine.kill(worker)
    assert house.edges.store.matches.list_matches("ws_1").items == ()
    house.machine.start_worker()
    house.wait_until_told(2)
    assert len(set(house.received_ids())) == len(house.received_ids()) == 2


@pytest.mark.thorough
def test_a_worker_killed_inside_the_transaction_that_places_articles_in_stories(postgres_house: House) -> None:
    house = postgres_house
    house.publish("Harbour bridge opens", "Old bridge closes")
    with house.blocked("story_print") as barrier:
        worker = house.machine.start_worker()
        house.machine.start_beat()
        barrier.wait_for_insert()
        house.machine.kill(worker)
    assert [each.story for each in house.edges.store.articles.list_articles("ws_1").items] == [None, None]
    house.machine.start_worker()
    house.wait_until_told(2)
    assert None not in {each.story for each in house.edges.store.articles.list_articles("ws_1").items}
    assert len(set(house.received_ids())) == len(house.received_ids()) == 2


@pytest.mark.thorough
def test_a_worker_killed_while_the_receiver_thinks(house: House) -> None:
    house = house
    house.receiver.script.append(Fault.HANG)
    house.publish("Harbour bridge opens")
    worker = house.machine.start_worker()
    house.machine.start_beat()
    until(lambda: len(house.receiver.requests) == 1, "the first webhook")
    house.machine.kill(worker)
    house.machine.start_worker()
    house.wait_until_told(1)
    first, second = house.received_ids()
    assert first == second


def test_a_worker_killed_between_the_receivers_2xx_and_the_commit_repeats_with_the_same_id(postgres_house: House) -> None:
    house = postgres_house
    house.publish("Harbour bridge opens")
    with house.blocked("attempt") as barrier:
        worker = house.machine.start_worker()
        house.machine.start_beat()
        barrier.wait_for_insert()
        house.machine.kill(worker)
    house.machine.start_worker()
    house.wait_until_told(1)
    first, second = house.received_ids()
    assert first == second


@pytest.mark.thorough
def test_a_broker_that_is_emptied_again_and_again(house: House) -> None:
    house.machine.start_worker()
    house.machine.start_beat()
    titles: list[str] = []
    for number in range(10):
        titles.append(f"Bridge {number} opens")
        house.publish(*titles)
        asked = len(house.newsroom.asked)
        flush(house.broker_url)
        until(lambda asked=asked: len(house.newsroom.asked) > asked, "the next poll")  # type: ignore[misc]
        flush(house.broker_url)
    house.wait_until_told(10)
    assert len(set(house.received_ids())) == len(house.received_ids()) == 10


def test_a_broker_that_dies_and_comes_back_empty(house: House) -> None:
    house.machine.start_worker()
    house.machine.start_beat()
    house.publish("Harbour bridge opens")
    house.wait_until_told(1)
    house.broker.kill()
    house.broker.wait()
    house.publish("Harbour bridge opens", "Old bridge closes")
    with servers.valkey(Path(house.broker_url.removeprefix("redis+socket://").partition("?")[0]).parent):
        house.wait_until_told(2)
    assert len(set(house.received_ids())) == len(house.received_ids()) == 2


@pytest.mark.thorough
def test_three_workers_and_two_beats_double_nothing(house: House) -> None:
    for _ in range(3):
        house.machine.start_worker()
    for _ in range(2):
        house.machine.start_beat()
    titles: list[str] = []
    for number in range(5):
        titles += [f"Bridge {number} {letter} opens" for letter in "abcdefgh"]
        house.publish(*titles)
        house.wait_until_told(len(titles))
    assert len(set(house.received_ids())) == len(house.received_ids()) == 40


@pytest.mark.thorough
def test_without_a_beat_the_workers_own_round_finds_the_work(house: House) -> None:
    house.machine.start_worker()
    house.publish("Harbour bridge opens")
    house.wait_until_told(1)
    assert len(house.receiver.requests) == 1
