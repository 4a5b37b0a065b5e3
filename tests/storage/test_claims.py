"""Claims: who takes a due row, for how long, and what becomes of those who lose it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from service.storage.claims import LOOKED_AT, MOST_COUNTED, LeaseLost, claim_due, count_due, finish, forgive, renew_leases
from service.storage.columns import MAX_CLAIMS
from service.storage.database import LEASE, Database
from service.storage.feed_claims import quarantine_feeds
from service.storage.feeds import Feeds
from service.storage.tables import feed
from tests.make import NOON
from tests.storage.plans import plans

SECOND = timedelta(seconds=1)


def put_feeds(database: Database, count: int) -> None:
    rows = [
        {
            "id": f"fd_{number}",
            "url": f"https://feed.example/{number}",
            "state": "new",
            "created_at": NOON,
            "next_at": NOON + number * SECOND,
        }
        for number in range(count)
    ]
    with database.write() as connection:
        connection.execute(feed.insert(), rows)


def claimed(database: Database, token: str, *, at: float = 60, limit: int = 10) -> list[str]:
    return [row.id for row in claim_due(database, feed, now=NOON + at * SECOND, token=token, limit=limit)]


def test_due_rows_are_taken_oldest_first_and_only_once(database: Database) -> None:
    put_feeds(database, 4)
    assert claimed(database, "a", at=2) == ["fd_0", "fd_1", "fd_2"]
    assert claimed(database, "b", at=2) == []
    assert claimed(database, "b", at=3) == ["fd_3"]


def test_a_dead_workers_row_is_free_when_its_lease_runs_out(database: Database) -> None:
    put_feeds(database, 1)
    assert claimed(database, "dead") == ["fd_0"]
    almost = 60 + LEASE.total_seconds() - 1
    assert claimed(database, "next", at=almost) == []
    assert claimed(database, "next", at=almost + 1) == ["fd_0"]


def test_a_renewed_lease_holds(database: Database) -> None:
    put_feeds(database, 1)
    claimed(database, "slow")
    renew_leases(database, feed, token="slow", now=NOON + 80 * SECOND)
    assert claimed(database, "next", at=60 + LEASE.total_seconds()) == []


def test_who_renews_leases_waits_for_no_row_that_is_being_written(postgres_url: str) -> None:
    database = Database(postgres_url)
    put_feeds(database, 2)
    claimed(database, "slow")
    with database.write() as working:
        working.execute(feed.update().where(feed.c.id == "fd_1").values(title="being written"))
        renew_leases(database, feed, token="slow", now=NOON + 80 * SECOND)
    assert claimed(database, "next", at=60 + LEASE.total_seconds()) == ["fd_1"]
    assert claimed(database, "next", at=80 + LEASE.total_seconds()) == ["fd_0"]
    database.close()


def test_who_lost_the_lease_saves_nothing(database: Database) -> None:
    put_feeds(database, 1)
    claimed(database, "stopped")
    claimed(database, "next", at=200)

    def save_late() -> None:
        with database.write() as connection:
            connection.execute(feed.update().values(title="written by the stopped one"))
            finish(connection, feed, "fd_0", "stopped", next_at=None)

    with pytest.raises(LeaseLost):
        save_late()
    with database.read() as connection:
        assert connection.execute(feed.select()).one().title is None


def test_a_row_that_was_never_finished_is_taken_alone(database: Database) -> None:
    put_feeds(database, 3)
    assert len(claimed(database, "killed")) == 3
    after = 60 + LEASE.total_seconds()
    assert [claimed(database, f"t{number}", at=after) for number in range(4)] == [["fd_0"], ["fd_1"], ["fd_2"], []]


def test_a_great_backlog_is_not_searched_for_what_was_claimed_before(database: Database) -> None:
    put_feeds(database, LOOKED_AT + 2)
    with database.write() as connection:
        connection.execute(feed.update().where(feed.c.id.in_(["fd_7", f"fd_{LOOKED_AT + 1}"])).values(claims=1))
    at = LOOKED_AT + 2.0
    assert claimed(database, "a", at=at) == ["fd_7"]
    assert claimed(database, "b", at=at, limit=3) == ["fd_0", "fd_1", "fd_2"]
    assert claimed(database, "c", at=at) == [f"fd_{LOOKED_AT + 1}"], "by now it is among the oldest"


def test_no_more_is_counted_than_anybody_needs_to_know(database: Database) -> None:
    put_feeds(database, MOST_COUNTED + 1)
    assert count_due(database, feed, NOON + MOST_COUNTED * SECOND) == (MOST_COUNTED, NOON)


def test_what_the_database_failed_on_is_no_poison(database: Database) -> None:
    put_feeds(database, 2)
    at = 60.0
    for number in range(3 * MAX_CLAIMS):
        assert claimed(database, f"t{number}", at=at)
        forgive(database, feed, token=f"t{number}")
        at += LEASE.total_seconds()
    assert Feeds(database).quarantine(now=NOON + at * SECOND) == 0
    assert [claimed(database, f"last {number}", at=at) for number in range(2)] == [["fd_0"], ["fd_1"]]


def test_only_what_is_still_held_is_forgiven(database: Database) -> None:
    put_feeds(database, 3)
    assert len(claimed(database, "a")) == 3
    assert claimed(database, "b", at=120) == ["fd_0"]
    forgive(database, feed, token="a", among=["fd_0", "fd_1"])
    with database.read() as connection:
        rows = connection.execute(feed.select().order_by(feed.c.id)).all()
    assert [row.claims for row in rows] == [2, 1, 1]


def test_a_limit_holds_where_the_planner_takes_the_table_for_tiny(postgres_url: str) -> None:
    database = Database(postgres_url)
    put_feeds(database, 1)
    with database.write() as connection:
        connection.execute(text("ANALYZE feed"))  # as autovacuum does after fifty polls of the only feed
        connection.execute(feed.delete())
    put_feeds(database, 3)
    assert [claimed(database, f"t{number}", limit=1) for number in range(4)] == [["fd_0"], ["fd_1"], ["fd_2"], []]
    database.close()


def test_poison_is_taken_five_times_and_set_aside(database: Database) -> None:
    put_feeds(database, 1)
    at = 60.0
    for number in range(MAX_CLAIMS):
        assert claimed(database, f"victim {number}", at=at) == ["fd_0"]
        at += LEASE.total_seconds()
    assert claimed(database, "nobody", at=at) == []
    assert count_due(database, feed, NOON + at * SECOND) == (0, None)
    assert Feeds(database).quarantine(now=NOON + at * SECOND) == 1
    with database.read() as connection:
        row = connection.execute(feed.select()).one()
    assert (row.state, row.next_at) == ("quarantined", None)
    assert "five times" in row.reason


def test_finished_work_starts_counting_anew(database: Database) -> None:
    put_feeds(database, 1)
    claimed(database, "a")
    with database.write() as connection:
        finish(connection, feed, "fd_0", "a", next_at=NOON)
    with database.read() as connection:
        row = connection.execute(feed.select()).one()
    assert (row.claims, row.lease_token, row.lease_until) == (0, None, None)


def test_many_workers_never_take_the_same_row(database: Database) -> None:
    put_feeds(database, 200)
    taken: list[list[str]] = [[] for _ in range(8)]

    def work(number: int) -> None:
        while rows := claimed(database, f"worker {number}", at=300, limit=7):
            taken[number] += rows

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [row for rows in taken for row in rows]
    assert len(everything) == 200
    assert len(set(everything)) == 200


def test_what_ends_every_worker_is_found_by_its_index_among_much_that_waits(database: Database) -> None:
    put_feeds(database, 4_000)
    with database.write() as connection:
        connection.execute(update(feed).where(feed.c.id == "fd_7").values(claims=MAX_CLAIMS))
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    with plans(database, "UPDATE feed") as steps:
        assert quarantine_feeds(database, now=NOON + 4_000 * SECOND) == 1
    assert "ix_feed_poison" in "\n".join(steps)
