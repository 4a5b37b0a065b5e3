"""One set of migrations that leads both engines to exactly the tables in the code."""

from __future__ import annotations

import threading

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from service.storage.database import Database
from service.storage.migrate import _config, migrate, missing_migrations
from service.storage.tables import metadata


def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_nothing_is_missing_after_migrating(database: Database) -> None:
    assert missing_migrations(database) == []


def test_several_machines_may_migrate_at_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    ran: list[list[str]] = []
    threads = [threading.Thread(target=lambda each=each: ran.append(migrate(each))) for each in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(each) > 1 for each in sorted(ran, key=len)] == [False, False, False, True], (
        "one of them ran all migrations, the others none"
    )
    for each in databases:
        each.close()


def test_what_refers_to_feeds_outlives_the_rebuilding_of_their_table(database_url: str) -> None:
    database = Database(database_url)
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
