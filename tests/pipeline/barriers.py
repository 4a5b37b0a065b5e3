"""Locks from outside that hold work up in the middle of its transaction, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from sqlalchemy import Engine, text

from tests.machine import until


@contextmanager
def held_up(watcher: Engine, lock: str, work: Callable[[], object]) -> Iterator[Future[object]]:
    """Do this at the same time, and have it wait for a lock from outside as long as the block lasts."""
    with ThreadPoolExecutor(1) as run:
        with watcher.connect() as holder:
            holder.execute(text(lock))
            doing = run.submit(work)
            until(lambda: doing.done() or locks_awaited(watcher) > 0, "it waits for the lock")
            assert not doing.done()
            yield doing
        doing.result(timeout=60)


def locks_awaited(watcher: Engine) -> int:
    """How many wait for a lock."""
    with watcher.connect() as connection:
        return int(connection.execute(text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")).scalar_one())
