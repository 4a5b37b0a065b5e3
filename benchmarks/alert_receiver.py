"""A receiver of webhooks in a process of its own that notes when each has come: a line of JSON in a file."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from aiohttp import web

CHANNELS = 10


@dataclass(frozen=True, slots=True)
class Received:
    """A webhook: when it had come whole, its id, and what it told."""

    at: float
    id: str
    rule: str
    article: str


@contextmanager
def receiving(notes: Path) -> Iterator[tuple[int, ...]]:
    """Receive at some ports, which are yielded, and note in `notes` what comes."""
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, notes), daemon=True)
    server.start()
    try:
        yield mine.recv()
    finally:
        server.terminate()


def read_received(notes: Path) -> list[Received]:
    """All that has come so far."""
    return [Received(*json.loads(line)) for line in notes.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _serve(report: Connection, notes: Path) -> None:
    asyncio.run(_serve_all(report, notes))


async def _serve_all(report: Connection, notes: Path) -> None:
    with notes.open("w", buffering=1) as file:

        async def take(request: web.Request) -> web.Response:
            body, at = await request.read(), time.time()
            data = json.loads(body)["data"]
            file.write(json.dumps([at, request.headers["webhook-id"], data["rule"]["id"], data["articles"][0]["id"]]) + "\n")
            return web.Response(status=204)

        app = web.Application()
        app.router.add_post("/{path:.*}", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        for _ in range(CHANNELS):
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        report.send(tuple(address[1] for address in runner.addresses))
        await asyncio.Event().wait()
