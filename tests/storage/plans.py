"""How the engines go about the very statements that the code sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from service.storage.database import Database


@contextmanager
def plans(database: Database, statements: str) -> Iterator[list[str]]:
    """The steps of the plans of what is sent inside it and has this in it."""
    explained = "EXPLAIN" if database.is_postgres else "EXPLAIN QUERY PLAN"
    steps: list[str] = []

    def explain(connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        driver: Any = connection.connection.driver_connection
        if statements in statement:
            steps.extend(str(row) for row in driver.execute(f"{explained} {statement}", parameters).fetchall())

    event.listen(database.engine, "before_cursor_execute", explain)
    yield steps
    event.remove(database.engine, "before_cursor_execute", explain)
