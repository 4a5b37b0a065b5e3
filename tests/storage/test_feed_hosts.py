"""Hosts are spared by all workers together, however many claim at once."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from service.domain.feeds import FeedState, FeedToPoll
from service.domain.polling import after_failure
from service.storage.backlogs import backlogs
from service.storage.feed_hosts import Courtesy, host_of
from service.storage.polls import PollToSave, SavedPoll, save_polls
from service.storage.store import Store
from service.storage.tables import feed, feed_host
from tests.make import NOON
from tests.storage.conftest import CallerAt

SECOND = timedelta(seconds=1)
POLITE = Courtesy(1, SECOND)


def follow(store: Store, caller: CallerAt, *urls: str) -> None:
    for url in urls:
        store.feeds.follow(url, new_id=f"fd_{url}", tags=[], alert_existing=False, caller=caller())


def claim(store: Store, now: datetime = NOON, *, worker: str = "w", limit: int = 50, courtesy: Courtesy | None = None) -> list[FeedToPoll]:
    return list(store.feeds.claim_feeds(now=now, token=worker, limit=limit, courtesy=courtesy or POLITE))


def end(store: Store, feed: FeedToPoll, now: datetime, free_at: datetime | None = None) -> None:
    update = after_failure(feed, "No.", FeedState.FAILING, now=now, interval=timedelta(hours=1), jitter=0)
    (saved,) = save_polls(store.database, [PollToSave(feed, update, [], "x", now, host_free_at=free_at)])
    assert isinstance(saved, SavedPoll)


def of(host: str, count: int) -> list[str]:
    return [f"https://{host}/{number}" for number in range(count)]


def test_one_feed_of_a_host_is_polled_at_a_time(store: Store, caller: CallerAt) -> None:
    follow(store, caller, *of("a.example", 3), *of("b.example", 2))
    assert sorted(host_of(each.url) for each in claim(store)) == ["a.example", "b.example"]
    assert claim(store, NOON + 10 * SECOND) == [], "both hosts are busy"


def test_the_next_one_begins_a_second_after_the_end_of_the_last(store: Store, caller: CallerAt) -> None:
    follow(store, caller, *of("a.example", 2))
    (first,) = claim(store)
    ended = NOON + 7 * SECOND
    end(store, first, NOON, free_at=ended + SECOND)
    assert claim(store, ended + SECOND / 2) == []
    (second,) = claim(store, ended + SECOND)
    assert second.id != first.id


def test_a_worker_that_died_keeps_its_host_no_longer_than_its_lease(store: Store, caller: CallerAt) -> None:
    follow(store, caller, *of("a.example", 2))
    claim(store)
    assert len(claim(store, NOON + 31 * SECOND)) == 1


def test_what_a_dead_worker_left_is_taken_alone_and_before_what_is_due_longer(store: Store, caller: CallerAt) -> None:
    urls = ["https://a.example/0", "https://a.example/1", "https://b.example/0"]
    follow(store, caller, *urls)
    with store.database.write() as connection:
        connection.execute(feed.update().where(feed.c.url == urls[1]).values(claims=1, next_at=NOON + SECOND))
    claimed = [[each.url for each in claim(store, NOON + 2 * SECOND, courtesy=Courtesy(3))] for _ in range(3)]
    assert [sorted(each) for each in claimed] == [[urls[1]], [urls[0], urls[2]], []]


def test_a_host_with_hundreds_of_feeds_that_is_busy_hides_no_other(store: Store, caller: CallerAt) -> None:
    follow(store, caller, "https://a.example/")
    rows = [
        {"id": url, "url": url, "host": "a.example", "state": "new", "created_at": NOON, "next_at": NOON} for url in of("a.example", 600)
    ]
    with store.database.write() as connection:
        connection.execute(feed.insert(), rows)
    claim(store)
    store.feeds.follow("https://b.example/", new_id="fd_b", tags=[], alert_existing=False, caller=caller(now=NOON + SECOND))
    assert [each.id for each in claim(store, NOON + 2 * SECOND)] == ["fd_b"]


def test_another_port_is_another_server(store: Store, caller: CallerAt) -> None:
    follow(store, caller, "http://a.example:8001/", "http://a.example:8002/")
    assert len(claim(store)) == 2


def test_settings_allow_more_at_once_and_no_rest(store: Store, caller: CallerAt) -> None:
    follow(store, caller, *of("a.example", 3))
    claimed = [claim(store, courtesy=Courtesy(2, timedelta(0))) for _ in range(3)]
    assert [len(each) for each in claimed] == [1, 1, 0]


@pytest.mark.parametrize("at_once", [1, 2])
def test_several_workers_that_claim_at_once_never_take_too_many_of_a_host(store: Store, caller: CallerAt, at_once: int) -> None:
    hosts = [f"{letter}.example" for letter in "abcde"]
    follow(store, caller, *(url for host in hosts for url in of(host, 6)))
    courtesy = Courtesy(at_once, timedelta(0))
    under_way: Counter[str] = Counter()
    most: Counter[str] = Counter()
    polled: list[str] = []
    lock = threading.Lock()

    def work(worker: int) -> None:
        idle = 0
        while idle < 3:
            claimed = claim(store, worker=f"w{worker}", limit=3, courtesy=courtesy)
            idle = idle + 1 if not claimed else 0
            for each in claimed:
                host = host_of(each.url)
                with lock:
                    under_way[host] += 1
                    most[host] = max(most[host], under_way[host])
                    polled.append(each.id)
            for each in claimed:
                with lock:
                    under_way[host_of(each.url)] -= 1
                end(store, each, NOON)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert max(most.values()) <= at_once
    assert len(polled) == len(set(polled))
    while left := claim(store, courtesy=courtesy):  # what the last of them left behind a busy host
        for each in left:
            polled.append(each.id)
            end(store, each, NOON)
    assert len(polled) == 30


def test_several_workers_leave_the_gap_between_two_polls_of_a_host(store: Store, caller: CallerAt) -> None:
    follow(store, caller, *of("a.example", 20))
    taken: list[datetime] = []

    def work(worker: int) -> None:
        for tenth in range(40):
            now = NOON + tenth * SECOND / 10
            for each in claim(store, now, worker=f"w{worker}"):
                taken.append(now)
                end(store, each, now, free_at=now + SECOND)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    moments = sorted(taken)
    assert all(later - earlier >= SECOND for earlier, later in itertools.pairwise(moments))
    assert len(moments) >= 2


def test_a_worker_amid_its_claim_keeps_others_from_that_host_and_from_no_other(store: Store, caller: CallerAt) -> None:
    if not store.database.is_postgres:
        pytest.skip("on SQLite one claim waits for the other")
    follow(store, caller, *of("a.example", 2), *of("b.example", 2))
    with store.database.write() as other:
        other.execute(select(feed_host).where(feed_host.c.name == "a.example").with_for_update())
        assert [host_of(each.url) for each in claim(store)] == ["b.example"]
    assert [host_of(each.url) for each in claim(store)] == ["a.example"]


def test_what_waits_for_its_host_is_not_the_workers_delay(store: Store, caller: CallerAt) -> None:
    follow(store, caller, *of("a.example", 3))
    poll = next(each for each in backlogs(store.database, NOON + 60 * SECOND) if each.stage == "poll")
    assert (poll.due, poll.oldest) == (3, 60)
    (first,) = claim(store, NOON + 60 * SECOND)
    assert backlogs(store.database, NOON + 65 * SECOND)[0].due == 0
    end(store, first, NOON + 60 * SECOND, free_at=NOON + 66 * SECOND)
    poll = next(each for each in backlogs(store.database, NOON + 70 * SECOND) if each.stage == "poll")
    assert (poll.due, poll.oldest) == (2, 4)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example/feed", "news.example"),
        ("https://user:secret@news.example:8443/feed", "news.example:8443"),
        ("http://[::1]:8080/feed", "[::1]:8080"),
        ("http://[broken/feed", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host
