"""The whole house running as it does in production, with the world around it on loopback."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from service.config import Settings
from service.domain.channels import Channel, Secret
from service.edges import Edges, open_edges
from service.storage.audit import Caller
from tests.forks import Fork
from tests.machine import SEALING_KEY, Machine, running, until
from tests.make import a_spec
from tests.newsroom import Newsroom, Story
from tests.world import Receiver

SECRET = "whsec_" + "A" * 43 + "="


@dataclass
class House:
    """A machine, a feed it follows, a rule on "bridge", and a receiver of its alerts."""

    machine: Machine
    edges: Edges
    newsroom: Newsroom
    receiver: Receiver
    broker_url: str
    broker: subprocess.Popen[bytes]
    told: int = 0

    def caller(self) -> Caller:
        return Caller("ws_1", "test", self.edges.now(), self.edges.new_id("au"))

    def publish(self, *titles: str) -> None:
        """The feed lists these stories from now on."""
        self.newsroom.publish("/feed", [Story(title) for title in titles])

    def set_up(self) -> None:
        """Follow the feed with alerts for whatever it lists, watch for bridges, tell the receiver."""
        store = self.edges.store
        store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=self.edges.now())
        store.feeds.follow(
            self.newsroom.url + "/feed", new_id=self.edges.new_id("fd"), tags=[], alert_existing=True, caller=self.caller()
        )  # fmt: skip
        store.rules.add_rule(a_spec(alerting={"stories": "every_article"}), new_id=self.edges.new_id("ru"), caller=self.caller())
        channel = Channel(
            self.edges.new_id("ch"), "ws_1", "webhook", "Desk", {"url": self.receiver.url}, (Secret(SECRET),), self.edges.now()
        )  # fmt: skip
        store.channels.add_channel(channel, caller=self.caller())

    def wait_until_told(self, alerts: int) -> None:
        """Wait until this many deliveries are sent and none waits."""
        until(lambda: self._states() == ["sent"] * alerts, f"{alerts} deliveries sent, but {self._states()}")

    def received_ids(self) -> list[str]:
        """The id of each webhook that came, in order."""
        return [request.headers["webhook-id"] for request in self.receiver.requests]

    def blocked(self, table: str) -> _Barrier:
        """PostgreSQL only: writes to `table` wait while this is held."""
        return _Barrier(self.edges.settings.database, table)

    def _states(self) -> list[str]:
        page = self.edges.store.deliveries.list_deliveries("ws_1", limit=200)
        return [str(each.state) for each in page.items]


class _Barrier:
    """A lock from outside that stops a worker in the middle of its transaction."""

    def __init__(self, url: str, table: str) -> None:
        self.dsn = url.replace("postgresql+psycopg", "postgresql")
        self.table = table

    def __enter__(self) -> _Barrier:
        self.holder = psycopg.connect(self.dsn)
        self.holder.execute(f'LOCK TABLE "{self.table}" IN SHARE MODE')
        return self

    def __exit__(self, *_: object) -> None:
        self.holder.rollback()
        self.holder.close()

    def wait_for_insert(self) -> None:
        """Until some worker stands before it with an INSERT."""
        until(self._has_insert_waiting, f"an INSERT into {self.table} waits")

    def _has_insert_waiting(self) -> bool:
        query = """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
                   WHERE NOT granted AND relation = %s::regclass AND query LIKE 'INSERT%%'"""
        with psycopg.connect(self.dsn, autocommit=True) as watcher:
            row = watcher.execute(query, (f'"{self.table}"',)).fetchone()
        return row is not None and row[0] > 0


@contextmanager
def a_house(home: Path, database_url: str, broker: tuple[str, subprocess.Popen[bytes]]) -> Iterator[House]:
    settings = Settings(data_dir=home / "data", database_url=database_url, secret_key="a key for tests", sealing_keys=SEALING_KEY)
    edges = open_edges(settings)
    broker_url, server = broker
    with Newsroom() as newsroom, Receiver() as receiver, running(Machine(home, database_url, broker_url, Fork)) as machine:
        house = House(machine, edges, newsroom, receiver, broker_url, server)
        house.set_up()
        yield house
    edges.close()


@pytest.fixture(params=["postgres", pytest.param("sqlite", marks=pytest.mark.thorough)])
def house(request: pytest.FixtureRequest, tmp_path: Path, broker: tuple[str, subprocess.Popen[bytes]]) -> Iterator[House]:
    """A house on PostgreSQL and, where all faults are asked for, on SQLite."""
    url = "postgres_url" if request.param == "postgres" else "sqlite_url"
    with a_house(tmp_path, request.getfixturevalue(url), broker) as made:
        yield made


@pytest.fixture
def house_on_both(tmp_path: Path, database_url: str, broker: tuple[str, subprocess.Popen[bytes]]) -> Iterator[House]:
    """A house on each engine in turn."""
    with a_house(tmp_path, database_url, broker) as made:
        yield made


@pytest.fixture
def postgres_house(tmp_path: Path, postgres_url: str, broker: tuple[str, subprocess.Popen[bytes]]) -> Iterator[House]:
    """A house on PostgreSQL, whose tables can be locked from outside."""
    with a_house(tmp_path, postgres_url, broker) as made:
        yield made
