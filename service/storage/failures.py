"""How often tasks have failed, by their names."""

from __future__ import annotations

from sqlalchemy import Connection, select

from service.storage.database import Database
from service.storage.tables import counter

_PREFIX = "failed:"


def count_failure(database: Database, task: str) -> None:
    """Count one more failure of a task."""
    first = database.insert(counter).values(name=_PREFIX + task, value=1)
    with database.write() as connection:
        connection.execute(first.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1}))


def load_failures(connection: Connection) -> dict[str, int]:
    """How often each task has failed, of those that ever did."""
    rows = connection.execute(select(counter.c.name, counter.c.value).where(counter.c.name.startswith(_PREFIX))).all()
    return {row.name.removeprefix(_PREFIX): row.value for row in rows}
