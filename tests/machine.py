"""A whole machine of real processes: workers and beat as they run in production, to be killed, starved and restarted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

import redis

PATIENCE = 300.0  # seconds; only a failing test waits this long, and a busy machine takes minutes to start a worker
SEALING_KEY = "5e" * 32
LEASE = 8  # seconds, instead of the usual 30: enough that no work outlives it on a busy machine, and none is given up as deadly


class Child(Protocol):
    """A process that leads a group of its own."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float) -> int | None: ...


Start: TypeAlias = Callable[[Sequence[str], Mapping[str, str], Path], Child]


def by_command(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Child:
    """Start Celery with these arguments as production does."""
    with log.open("wb") as file:
        command = [sys.executable, "-m", "celery", *arguments]
        return subprocess.Popen(command, env=environment, stdout=file, stderr=file, start_new_session=True)


class Machine:
    """Workers and a beat over one database and one broker. Each child leads its own process group, so nothing survives."""

    def __init__(self, home: Path, database_url: str, broker_url: str, started: Start = by_command) -> None:
        self.home = home
        self._started = started
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")},
            "WIREWATCH_DATA_DIR": str(home / "data"),
            "WIREWATCH_DATABASE_URL": database_url,
            "WIREWATCH_BROKER_URL": broker_url,
            "WIREWATCH_ALLOWED_NETWORKS": "127.0.0.0/8",
            "WIREWATCH_SECRET_KEY": "a key for tests",
            "WIREWATCH_SEALING_KEYS": SEALING_KEY,
            "WIREWATCH_POLL_INTERVAL": "1",
            "WIREWATCH_POLL_HOST_GAP": "0",
            "WIREWATCH_LEASE": str(LEASE),
            "WIREWATCH_MEANING": "off",
        }
        self._children: list[Child] = []

    def start_worker(self, queues: str = "poll,match,deliver") -> Child:
        """A worker of these queues."""
        options = ["--pool", "threads", "--concurrency", "8", "--without-gossip", "--without-mingle", "-Q", queues]
        return self._start("worker", *options)

    def start_beat(self) -> Child:
        """The beat."""
        return self._start("beat", "-s", str(self.home / f"schedule-{len(self._children)}"))

    def kill(self, child: Child) -> None:
        """SIGKILL: the process learns nothing and cleans nothing up."""
        os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=30)

    def stop(self) -> None:
        """Kill whatever still runs."""
        for child in self._children:
            if child.poll() is None:
                self.kill(child)

    def logs(self) -> str:
        """What all children have written."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.home.glob("*.log")))

    def _start(self, program: str, *options: str) -> Child:
        arguments = ["-A", "workers.app", program, "--loglevel", "INFO", *options]
        child = self._started(arguments, self.environment, self.home / f"{len(self._children)}-{program}.log")
        self._children.append(child)
        return child


@contextmanager
def running(machine: Machine) -> Iterator[Machine]:
    """The machine, stopped at the end; its logs are shown when the test fails."""
    try:
        yield machine
    except BaseException:
        print(machine.logs()[-20_000:])  # noqa: T201  # pytest shows it with the failure
        raise
    finally:
        machine.stop()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until `condition` holds; fail with `what` if it never does."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError(f"never: {what}")


def flush(broker_url: str) -> None:
    """Empty the broker."""
    socket = broker_url.removeprefix("redis+socket://").partition("?")[0]
    client = redis.Redis(unix_socket_path=socket)
    client.flushall()
    client.close()
