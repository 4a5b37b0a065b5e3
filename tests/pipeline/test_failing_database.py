"""A database that fails for some minutes, for its disk is full or it is being changed: what waits is neither lost nor taken for poison."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.edges import Edges
from service.pipeline.digest import release_due
from service.pipeline.sweep import set_poison_aside
from service.storage.database import Database
from tests.conftest import Clock
from tests.make import an_entry
from tests.newsroom import Newsroom, Story
from tests.parsers import poll
from tests.pipeline.test_match import Desk

ROWS = 8
ROUNDS = 12  # leases, six minutes: more than twice what sets poison aside
LEASE_OVER = 31  # seconds
LONG = "A ribbon was cut at the bridge. " * 300  # more than what is free in pages that are there


Fault = Callable[[Database], AbstractContextManager[None]]


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """What needs more room than there is fails, and what fits into the room that there is does not: so claims go well."""
    if database.is_postgres:
        with database.write() as connection:
            connection.exec_driver_sql(
                """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
                   $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"""
            )
            for table in ("article", "match", "delivery"):
                connection.exec_driver_sql(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()")
        try:
            yield
        finally:
            with database.write() as connection:
                connection.exec_driver_sql("DROP FUNCTION full_disk CASCADE")
        return
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def allow(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    event.listen(database.engine, "begin", allow)
    yield
    pages = 1_000_000


@contextmanager
def changed_schema(database: Database) -> Iterator[None]:
    """The database is migrated to what workers that still run do not know."""
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE match RENAME COLUMN reason TO because")
    try:
        yield
    finally:
        with database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE match RENAME COLUMN because TO reason")


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Desk:
    return Desk(edges_on_both, clock)


def suffer(desk: Desk, work: Callable[[], object], queue: str, fault: Fault = full_disk) -> None:
    """Let workers try on a full disk, lease after lease, as long as there is something to claim."""
    with fault(desk.edges.store.database):
        for _ in range(ROUNDS):
            failed = [_fails(work) for _ in range(ROWS + 1)]  # as many sweeps as there are rows to be claimed alone
            assert any(failed)
            desk.clock.advance(seconds=LEASE_OVER)
            set_poison_aside(desk.edges, queue)


def _fails(work: Callable[[], object]) -> bool:
    try:
        work()
    except (OperationalError, ProgrammingError):
        return True
    return False


@pytest.mark.parametrize("fault", [full_disk, changed_schema])
def test_articles_are_matched_when_all_is_well_again(desk: Desk, fault: Fault) -> None:
    desk.add_channel()
    feed, _ = desk.follow("https://gazette.example/feed"), desk.watch(alerting={"stories": "every_article"})
    entries = [an_entry(guid=f"g{n}", link=f"https://gazette.example/{n}", title=f"Bridge {n} opens", summary=LONG) for n in range(ROWS)]
    desk.arrive(feed, *entries)
    suffer(desk, desk.match, "articles", fault)
    desk.match()
    assert desk.alerts() == [each.title for each in entries]


def test_digests_are_told_when_there_is_room_again(desk: Desk) -> None:
    desk.add_channel()
    feed, _ = desk.follow("https://gazette.example/feed"), desk.watch(alerting={"stories": "every_article", "group_wait": 60})
    entries = [an_entry(guid=f"g{n}", link=f"https://gazette.example/{n}", title=f"Bridge {n} opens", summary=LONG) for n in range(ROWS)]
    desk.arrive(feed, *entries)
    desk.match()
    desk.clock.advance(seconds=61)

    def release() -> None:
        release_due(desk.edges, lambda: None)

    suffer(desk, release, "digests")
    release()
    (sent,) = desk.edges.store.deliveries.list_deliveries("ws_1").items
    assert sent.digest is not None, "one message, as its reader asked for"


def test_feeds_are_polled_when_there_is_room_again(desk: Desk) -> None:
    with Newsroom() as newsroom:
        newsroom.publish("/feed", [])
        desk.follow(newsroom.url + "/feed", polled=False)
        poll(desk.edges)
        newsroom.publish("/feed", [Story(f"Harbour bridge {number} opens", LONG) for number in range(40)])
        desk.clock.advance(hours=1)
        suffer(desk, lambda: poll(desk.edges), "feeds")
        poll(desk.edges)
    assert len(desk.edges.store.articles.list_articles("ws_1").items) == 40
