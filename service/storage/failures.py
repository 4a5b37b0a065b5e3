"""How often what is done now and then has failed, by the names of its steps."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from service.storage.database import Database
from service.storage.tables import counter

_PREFIX = "failed:"


def count_failures(database: Database, steps: Collection[str]) -> None:
    """Count one more failure of each of these steps."""
    with database.write() as connection:
        for step in sorted(steps):
            first = database.insert(counter).values(name=_PREFIX + step, value=1)
            more = first.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1})
            connection.execute(more)


def load_failures(connection: Connection) -> dict[str, int]:
    """How often each step has failed, of those that ever did."""
    rows = connection.execute(select(counter.c.name, counter.c.value).where(counter.c.name.startswith(_PREFIX))).all()
    return {row.name.removeprefix(_PREFIX): row.value for row in rows}
