"""The programs that make up the service on one machine: API, worker, beat."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from service.cli.program import Program
from service.config import Settings

API_THREADS = 16  # half of them may be held by listeners at the stream
WORKER_GRACE = 10.0  # seconds; killing it then is safe, what was under way is done again
PROBE_PAUSE = 0.1
QUEUES = "poll,match,deliver"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the programs run: their directory, their environment, and the API's listening socket with its URL."""

    data_dir: Path
    environment: Mapping[str, str]
    socket: int
    url: str


def service_programs(place: Place, settings: Settings) -> tuple[Program, ...]:
    """API, worker and beat, in this order."""
    return (_api(place), _worker(place, settings), _beat(place))


def _api(place: Place) -> Program:
    # The socket is ours: connections wait in its queue, instead of being refused, while the API is started anew.
    gunicorn = ("gunicorn", "--no-control-socket", "--worker-class", "gthread", "--workers", "1", "--threads", str(API_THREADS))
    return _python(
        place,
        "api",
        (*gunicorn, "--graceful-timeout", "5", "--bind", f"fd://{place.socket}", "service.wsgi:create()"),
        ready_line="Booting worker",
        probe=lambda: until_healthy(place.url),
        grace=7.0,
        sockets=(place.socket,),
    )


def _worker(place: Place, settings: Settings) -> Program:
    threads = ("--pool", "threads", "--concurrency", str(settings.worker_concurrency))
    celery = ("celery", "-A", "workers.app", "worker", *threads, "--without-gossip", "--without-mingle", "-Q", QUEUES)
    return _python(place, "worker", celery, ready_line=" ready.", grace=WORKER_GRACE)


def _beat(place: Place) -> Program:
    schedule = place.data_dir / "run" / "beat-schedule"
    celery = ("celery", "-A", "workers.app", "beat", "--schedule", str(schedule), "--pidfile=")
    return _python(place, "beat", celery, ready_line="is starting")


def _python(place: Place, name: str, module: tuple[str, ...], **rest: object) -> Program:
    return Program(
        name=name,
        command=(sys.executable, "-m", *module),
        environment=place.environment,
        folder=place.data_dir,
        log=place.data_dir / "logs" / f"{name}.log",
        **rest,  # type: ignore[arg-type]
    )


async def until_healthy(url: str) -> None:
    """Return once the API answers /healthz with 200."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2), trust_env=False) as client:
        while True:
            try:
                async with client.get(f"{url}/healthz") as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(PROBE_PAUSE)
