"""The keys by which entries are known again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from service.domain.feeds import Entry
from service.domain.identity import KnownArticle, keys_of, recognise
from service.storage.database import Database
from service.storage.seen import find_known, save_keys
from service.storage.store import Store
from tests.make import NOON
from tests.storage.conftest import CallerAt

ENTRIES = [Entry("guid-1", None, "Peace talks resume"), Entry("guid-2", None, "Harbour shelled")]
KEYS = [key for each in keys_of(ENTRIES) for key in each.usable]


def remember(store: Store, caller: CallerAt, *feeds: str) -> None:
    """Feeds that have listed these entries."""
    for feed_id in feeds:
        store.feeds.follow(f"https://{feed_id}.example/", new_id=feed_id, tags=[], alert_existing=False, caller=caller())
    with store.database.write() as connection:
        save_keys(connection, store.database, [(feed_id, recognise(ENTRIES, keys_of(ENTRIES), {}), NOON) for feed_id in feeds])


def test_each_feed_knows_its_own_articles_by_equal_keys(store: Store, caller: CallerAt) -> None:
    remember(store, caller, "one", "two")
    one, two, nothing = find_known(store.database, [("one", KEYS), ("two", KEYS[:1]), ("three", KEYS)])
    assert sorted(one) == sorted(KEYS)
    assert list(two) == KEYS[:1]
    assert one[KEYS[0]] != two[KEYS[0]]
    assert nothing == {}


def test_an_article_that_was_forgotten_is_known_by_its_id_alone(store: Store, caller: CallerAt) -> None:
    remember(store, caller, "one")
    (known,) = find_known(store.database, [("one", KEYS[:1])])
    assert known[KEYS[0]] == KnownArticle(known[KEYS[0]].id)


def test_thousands_of_keys_are_asked_for_at_once(store: Store, caller: CallerAt) -> None:
    remember(store, caller, "one")
    (found,) = find_known(store.database, [("one", [*KEYS, *(f"unknown-{number}" for number in range(40_000))])])
    assert sorted(found) == sorted(KEYS)


def test_keys_are_looked_up_and_not_looked_through(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: asked.append(about[2:4]))
    find_known(database, [("one", KEYS)])
    (query,) = [each for each in asked if "seen" in each[0]]
    with database.read() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query[0]}", query[1]).all())
    database.close()
    assert "SEARCH seen USING" in plan
    assert "SCAN seen" not in plan
