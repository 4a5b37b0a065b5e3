"""What every test may ask for: real databases on both engines, a broker, and the edges of a fresh house."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from service.config import Settings
from service.edges import Edges, open_edges
from service.storage.database import Database
from service.storage.migrate import migrate
from tests import servers

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that a test starts would compile the whole source again

hypothesis_settings.register_profile("house", deadline=None)  # how long an example takes is the machine's business
hypothesis_settings.load_profile("house")

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first, so that at the end no process of several waits for one of them."""
    items.sort(key=lambda item: item.get_closest_marker("faults") is None)


def pytest_collection() -> None:
    """What is loaded while the tests are collected stays to the end: there is no garbage to look for."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Nor is it looked through again each time that a test makes some, which took half of a test's time."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@dataclass
class Clock:
    """Time as the tests tell it."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> datetime:
        """Move on by this much: `clock.advance(minutes=5)`."""
        self.at += timedelta(**duration)
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    with servers.postgres() as folder:
        yield folder


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A real Valkey of the test's own: its broker URL and its process."""
    with servers.valkey() as (socket, server):
        yield f"redis+socket://{socket}?virtual_host=0", server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied: to run every migration takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "wirewatch.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_socket: str) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    name = "migrated"
    _migrate(servers.new_database(postgres_socket, name))
    return name


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(scope="session")
def migrated_columns(postgres_socket: str, migrated_postgres: str) -> list[tuple[str, ...]]:
    """The columns of a migrated PostgreSQL database."""
    return servers.columns_of(servers.new_database(postgres_socket, "untouched", copy_of=migrated_postgres))


@pytest.fixture(scope="session")
def emptied_databases() -> list[str]:
    """Migrated PostgreSQL databases that no test uses any more, without a row."""
    return []


@pytest.fixture
def postgres_url(
    postgres_socket: str, migrated_postgres: str, migrated_columns: list[tuple[str, ...]], emptied_databases: list[str]
) -> Iterator[str]:
    """A migrated PostgreSQL database, for this test alone; the next one gets it too, if its tables are as they were."""
    if not emptied_databases:
        emptied_databases.append(servers.new_database(postgres_socket, f"test_{uuid.uuid4().hex}", copy_of=migrated_postgres))
    url = emptied_databases.pop()
    yield url
    servers.empty_database(url)
    if servers.columns_of(url) == migrated_columns:
        emptied_databases.append(url)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """A migrated SQLite database of the test's own."""
    shutil.copyfile(migrated_file, tmp_path / "wirewatch.db")
    return f"sqlite:///{tmp_path / 'wirewatch.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own, on each engine in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own without any table, on each engine in turn."""
    if request.param == "postgres":
        return servers.new_database(request.getfixturevalue("postgres_socket"), f"test_{uuid.uuid4().hex}")
    return f"sqlite:///{tmp_path / 'wirewatch.db'}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, on each engine in turn."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def open_house(tmp_path: Path, clock: Clock, migrated_file: Path) -> Iterator[Callable[..., Edges]]:
    """Edges over a migrated database, with the test's clock, no chance, loopback allowed, and words alone; settings by keyword."""
    opened: list[Edges] = []
    shutil.copyfile(migrated_file, tmp_path / "house.db")

    def open_(database_url: str | None = None, **settings: object) -> Edges:
        given: dict[str, object] = {
            "data_dir": tmp_path / "data",
            "database_url": database_url or f"sqlite:///{tmp_path / 'house.db'}",
            "allowed_networks": (ip_network("127.0.0.0/8"), ip_network("::1/128")),
            "secret_key": "a key for tests",
            "sealing_keys": "5e" * 32,
            "meaning": "off",  # whoever asks for it brings an embedder
            "poll_host_gap": 0,  # all feeds come from one server, and the clock stands still
            **settings,
        }
        world = open_edges(Settings.model_validate(given))
        numbers = itertools.count(1)
        edges = replace(world, now=clock, chance=lambda: 0.0, new_id=lambda prefix: f"{prefix}_{next(numbers):032x}")
        opened.append(edges)
        return edges

    yield open_
    for edges in opened:
        edges.close()


@pytest.fixture
def edges(open_house: Callable[..., Edges]) -> Edges:
    """A fresh house on SQLite."""
    return open_house()


@pytest.fixture
def edges_on_both(open_house: Callable[..., Edges], database_url: str) -> Edges:
    """A fresh house, on each engine in turn."""
    return open_house(database_url)
