"""One set of migrations that leads both engines to exactly the tables in the code."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy import text

from service.storage.columns import Json, Moment
from service.storage.database import Database
from service.storage.migrate import _config, migrate, missing_migrations
from service.storage.store import open_store
from service.storage.tables import metadata
from tests.make import NOON, SEALER


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_migrations_are_files_of_their_numbers() -> None:
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    assert all(Path(each.path).name.startswith(f"{each.revision}_") for each in scripts), "by which the newest is known"


def test_nothing_is_missing_after_migrating(database: Database) -> None:
    assert missing_migrations(database) == []


def test_feeds_that_were_there_get_their_hosts_and_are_polled_on(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    row = {"id": "fd_1", "url": "https://u:p@Gazette.example:8443/feed", "state": "ok", "created_at": NOON, "next_at": NOON}
    with database.write() as connection:
        command.upgrade(_config(connection), "0002")
        columns = [sql_column(name, Moment() if name.endswith("_at") else None) for name in row]
        connection.execute(sql_table("feed", *columns).insert().values(**row))
    migrate(database)
    (claimed,) = open_store(database, SEALER).feeds.claim_feeds(now=NOON + timedelta(days=999), token="t", limit=9)
    assert (claimed.id, claimed.host) == ("fd_1", "gazette.example:8443")
    database.close()


def test_rules_that_chose_nothing_take_what_their_workspace_says(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    chosen = {"when": "instant", "stories": "once", "cooldown": "PT4H", "mute_until": None}
    rules = {"ru_1": {**chosen, "cooldown": "PT0S"}, "ru_2": chosen}
    with database.write() as connection:
        command.upgrade(_config(connection), "0009")
        connection.execute(text("INSERT INTO workspace (id, name, created_at) VALUES ('ws_1', 'a', '2026-03-02 09:00:00')"))
        plain: list[Any] = [sql_column(each) for each in ("id", "workspace", "name", "revision")]
        rule = sql_table(
            "rule", *plain, sql_column("definition", Json), sql_column("created_at", Moment()), sql_column("updated_at", Moment())
        )
        for rule_id, alerting in rules.items():
            definition = {"name": "Bridges", "topics": ["bridge"], "alerting": alerting}
            values = {"id": rule_id, "workspace": "ws_1", "name": "Bridges", "revision": 1, "definition": definition}
            connection.execute(rule.insert().values(**values, created_at=NOON, updated_at=NOON))
    migrate(database)
    found = {each.id: each.spec.alerting for each in open_store(database, SEALER).rules.list_rules("ws_1").items}
    assert {each: (one.when, one.stories, one.cooldown) for each, one in found.items()} == {
        "ru_1": (None, "once", None), "ru_2": (None, "once", timedelta(hours=4)),
    }  # fmt: skip
    database.close()


def test_several_machines_may_migrate_at_once(empty_database_url: str) -> None:
    databases = [Database(empty_database_url) for _ in range(4)]
    every = len(missing_migrations(databases[0]))
    ran: list[list[str]] = []
    threads = [threading.Thread(target=lambda each=each: ran.append(migrate(each))) for each in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(len, ran)) == [0, 0, 0, every], "one of them ran every migration, the others none"
    for each in databases:
        each.close()


def test_what_refers_to_feeds_outlives_the_rebuilding_of_their_table(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with database.write() as connection:
        command.upgrade(_config(connection), "0002")
        connection.execute(text("INSERT INTO workspace (id, name, created_at) VALUES ('ws_1', 'a', '2026-03-02 09:00:00')"))
        connection.execute(text("INSERT INTO feed (id, url, state, created_at) VALUES ('fd_1', 'u', 'ok', '2026-03-02 09:00:00')"))
        follows = "INSERT INTO subscription (workspace, feed, tags, paused, alert_existing, created_at) VALUES ('ws_1', 'fd_1', '[]', false, false, '2026-03-02 09:00:00')"  # noqa: E501
        connection.execute(text(follows))
    migrate(database)
    with database.write() as connection:
        assert connection.execute(text("SELECT feed FROM subscription")).scalars().all() == ["fd_1"]
        connection.execute(text("DELETE FROM feed"))
        assert connection.execute(text("SELECT feed FROM subscription")).scalars().all() == [], "foreign keys hold again"
    database.close()
