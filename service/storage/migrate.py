"""Bring a database to the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from service.storage.database import Database

if TYPE_CHECKING:  # with its library, for which who has nothing to migrate need not wait
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_723_001  # any number that nothing else in the database uses


def migrate(database: Database) -> list[str]:
    """Run the missing migrations; return what was run, oldest first. Safe to start from several machines at once."""
    with _schema_change(database) as connection:
        if database.is_postgres:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        missing = _missing(connection)
        if missing:
            from alembic import command

            command.upgrade(_config(connection), "head")
    return missing


def missing_migrations(database: Database) -> list[str]:
    """What `migrate` would run."""
    with database.read() as connection:
        return _missing(connection)


@contextmanager
def _schema_change(database: Database) -> Iterator[Connection]:
    """A transaction for changes of the schema: on SQLite, tables may be rebuilt in it (https://www.sqlite.org/lang_altertable.html, 7)."""
    with database.engine.connect().execution_options(writes=True) as connection:
        driver: Any = connection.connection.driver_connection
        if not database.is_postgres:
            driver.execute("PRAGMA foreign_keys=OFF")  # else to drop the old table would delete whatever refers to it
        try:
            with connection.begin():
                yield connection
        finally:
            if not database.is_postgres:
                driver.execute("PRAGMA foreign_keys=ON")


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _missing(connection: Connection) -> list[str]:
    current = _current(connection)
    if current == max(each.name.partition("_")[0] for each in (MIGRATIONS / "versions").glob("[0-9]*.py")):
        return []
    from alembic.script import ScriptDirectory

    steps = ScriptDirectory.from_config(_config()).iterate_revisions("head", current or "base")
    return [f"{step.revision} {step.doc}" for step in reversed(list(steps))]


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
