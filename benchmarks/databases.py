"""A database for a benchmark, as safe against a loss of power as in production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import new_database, postgres


@contextmanager
def a_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty one: "sqlite" in this folder, or "postgres" on a server of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'wirewatch.db'}"
        return
    with postgres(durable=True) as socket:
        yield new_database(socket, "bench")
