"""The connection to the database: one way to read, one way to write, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeout)  # the database is away or full, or two waited for each other
BLAMELESS = (*UNAVAILABLE, InternalError, ProgrammingError)  # what no row is to blame for: a table or a right that is missing, too
LEASE = timedelta(seconds=30)
BUSY_TIMEOUT = 30  # seconds that a writer waits for another on SQLite
STATEMENT_TIMEOUT = 30_000  # ms; a stuck statement must not hold a worker
IDLE_TIMEOUT = 20_000  # ms; nor may a worker that was stopped amid a transaction hold its locks
# A database that falls silent without closing the connection is given up within half a minute, not within the kernel's hours.
_SILENT_NETWORK = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}


class Database:
    """An engine with the two ways to use it that exist here. Safe to share between threads, not across a fork.

    `lease` is for how long claimed rows are ours: a dead worker's are free again after it, a live one renews.
    """

    def __init__(self, url: str, *, lease: timedelta = LEASE) -> None:
        self.engine = _engine(url)
        self.lease = lease
        self.is_postgres = self.engine.dialect.name == "postgresql"
        self._turns = Lock()
        # What is read committed sees the same without BEGIN and COMMIT, and needs half as many words with the server.
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.is_postgres else self.engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """To read only: one consistent snapshot on SQLite; on PostgreSQL each statement sees what is committed by then."""
        with self._reading.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed at the end of the block, rolled back on any exception."""
        with self._turn(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """On SQLite, writers of one process come one after the other at once: its own way to wait is to look again, ever more seldom."""
        mine = not self.is_postgres and self._turns.acquire(timeout=BUSY_TIMEOUT)
        try:
            yield
        finally:
            if mine:
                self._turns.release()

    def insert(self, table: Any) -> Any:
        """An INSERT that can say `on_conflict_do_nothing`, in the engine's dialect."""
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    if parsed.get_backend_name() == "postgresql":
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        timeouts = f"-c statement_timeout={STATEMENT_TIMEOUT} -c idle_in_transaction_session_timeout={IDLE_TIMEOUT}"
        options = {"options": f"{timeouts} -c timezone=UTC", "connect_timeout": 10, **_SILENT_NETWORK}
        return create_engine(parsed, pool_pre_ping=True, pool_size=20, max_overflow=20, connect_args=options)
    raise ValueError(f"WIREWATCH_DATABASE_URL: {parsed.get_backend_name()} is not supported; use sqlite or postgresql")


def _sqlite(url: str, path: str | None) -> Engine:
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False}, pool_size=20, max_overflow=20)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read that turns into a write fails at once with SQLITE_BUSY_SNAPSHOT, whatever the time-out says:
        # whoever means to write takes the write lock first.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
