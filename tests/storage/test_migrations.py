"""One set of migrations that leads both engines to exactly the tables in the code."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from service import storage
from service.storage.database import Database
from service.storage.migrate import migrate, missing_migrations
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
    written = len(list(Path(storage.__file__).parent.glob("migrations/versions/0*.py")))
    assert sorted(map(len, ran)) == [0, 0, 0, written], "one of them ran all migrations, the others none"
    for each in databases:
        each.close()
