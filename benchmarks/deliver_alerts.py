"""Delivering alerts from one worker on loopback, beside the floor: bare aiohttp POSTs and bare smtplib, in one run.

    python -m benchmarks.deliver_alerts                 # about two minutes
    python -m benchmarks.deliver_alerts --count 500 --rounds 3
    python -m benchmarks.deliver_alerts --database postgres

Webhooks: signed, of 20 channels, claimed from the database and with every attempt written down there. The floor posts bodies of the
same size to the same receivers, as many at once, and knows no database. E-mails: the floor is smtplib on one connection. Last: how long
one healthy channel waits beside a dead endpoint with 10,000 waiting deliveries. Receivers and mailbox are a process of their own.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import smtplib
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import click
import structlog
from aiohttp import web
from aiosmtpd.smtp import SMTP
from sqlalchemy import func, select

from benchmarks.databases import a_database
from service.config import Settings
from service.delivery import open_senders
from service.domain.channels import Channel, Secret
from service.domain.deliveries import DeliveryState
from service.edges import Edges, open_edges
from service.pipeline.deliver import deliver_with
from service.storage.audit import Caller
from service.storage.migrate import migrate
from service.storage.tables import attempt, delivery
from tests.machine import SEALING_KEY

SECRET = "whsec_" + "A" * 43 + "="
CHANNELS = 20
AT_ONCE = 100
BODY = b"x" * 200


@dataclass(frozen=True, slots=True)
class Servers:
    """The ports of a receiver's channels, of a mailbox, and of somebody who takes connections and never answers."""

    webhooks: tuple[int, ...]
    mail: int
    dead: int


class _Mailbox:
    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802
        return "250 OK"


def _serve(report: Connection) -> None:
    asyncio.run(_serve_all(report))


async def _serve_all(report: Connection) -> None:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    for _ in range(CHANNELS):
        await web.TCPSite(runner, "127.0.0.1", 0).start()
    mail = await asyncio.get_running_loop().create_server(lambda: SMTP(_Mailbox(), hostname="mailbox.example"), "127.0.0.1", 0)
    dead = socket.create_server(("127.0.0.1", 0), backlog=128)  # the kernel takes the connection, nobody reads
    webhooks = tuple(address[1] for address in runner.addresses)
    report.send(Servers(webhooks, mail.sockets[0].getsockname()[1], dead.getsockname()[1]))
    await asyncio.Event().wait()


class Desk:
    """A workspace whose channels lead to the servers, over a database of its own."""

    def __init__(self, folder: Path, database_url: str, servers: Servers) -> None:
        settings = Settings.model_validate({
            "data_dir": folder, "database_url": database_url, "sealing_keys": SEALING_KEY,
            "allowed_networks": (ip_network("127.0.0.0/8"),), "meaning": "off",
            "smtp_host": "127.0.0.1", "smtp_port": servers.mail, "smtp_security": "none", "mail_from": "alerts@watch.example",
            "webhook_deadline": 15,
        })  # fmt: skip
        self.edges: Edges = open_edges(settings)
        migrate(self.edges.store.database)
        self.edges.store.workspaces.get_or_add_workspace("bench", new_id="ws_1", now=self.edges.now())
        self.webhooks = [self._add("webhook", url=f"http://127.0.0.1:{port}/") for port in servers.webhooks]
        self.mails = [self._add("email", to=f"desk{number}@news.example") for number in range(CHANNELS)]
        self.dead = self._add("webhook", url=f"http://127.0.0.1:{servers.dead}/")

    def put(self, channels: list[str], count: int) -> None:
        """So many deliveries, in turn to each of the channels, due now."""
        now = self.edges.now()
        values = {"workspace": "ws_1", "state": DeliveryState.PENDING, "created_at": now, "next_at": now}
        rows = [{"id": self.edges.new_id("dl"), "channel": channels[number % len(channels)], **values} for number in range(count)]
        with self.edges.store.database.write() as connection:
            connection.execute(delivery.insert(), rows)

    def deliver(self, count: int) -> None:
        """Deliver so many with one run, as a worker does."""
        done = asyncio.run(self._deliver())
        assert done == count, f"{done} instead of {count}"

    def latencies(self, channels: list[str]) -> list[float]:
        """For each that was sent there, the seconds from its making to the end of its attempt."""
        query = select(delivery.c.created_at, attempt.c.finished_at).join(attempt, attempt.c.delivery == delivery.c.id)
        with self.edges.store.database.read() as connection:
            rows = connection.execute(query.where(delivery.c.channel.in_(channels), attempt.c.delivered)).all()
        return sorted((row.finished_at - row.created_at) / timedelta(seconds=1) for row in rows)

    def count_attempts(self, channel: str) -> int:
        """How many attempts were made there."""
        query = select(func.count()).select_from(attempt).join(delivery, delivery.c.id == attempt.c.delivery)
        with self.edges.store.database.read() as connection:
            return connection.execute(query.where(delivery.c.channel == channel)).scalar_one()

    async def beside_a_dead_one(self, count: int) -> list[float]:
        """The latencies of one healthy channel, twenty messages a second, while 10,000 wait for a dead endpoint."""
        self.put([self.dead], 10_000)
        well = self.webhooks[:1]
        with self.edges.store.database.write() as connection:
            connection.execute(attempt.delete())
        async with open_senders(self.edges.outbound, self.edges.settings, self.edges.secret_key) as senders:
            runs: set[asyncio.Task[int]] = set()
            for _ in range(count):
                await asyncio.to_thread(self.put, well, 1)
                runs = {run for run in runs if not run.done()}
                if len(runs) < 4:  # as many as a sweep rings for
                    runs.add(asyncio.create_task(deliver_with(self.edges, senders)))
                await asyncio.sleep(0.05)
            await asyncio.gather(*runs)
        return self.latencies(well)

    async def _deliver(self) -> int:
        async with open_senders(self.edges.outbound, self.edges.settings, self.edges.secret_key) as senders:
            return await deliver_with(self.edges, senders)

    def _add(self, kind: str, **settings: str) -> str:
        new = Channel(self.edges.new_id("ch"), "ws_1", kind, "Desk", settings, (Secret(SECRET),), self.edges.now())
        self.edges.store.channels.add_channel(new, caller=Caller("ws_1", "bench", self.edges.now(), self.edges.new_id("au")))
        return new.id


async def bare_posts(servers: Servers, count: int) -> None:
    """The floor: POSTs, no database, no signature."""
    places = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def post(number: int) -> None:
            async with places, session.post(f"http://127.0.0.1:{servers.webhooks[number % CHANNELS]}/", data=BODY) as answer:
                await answer.read()

        await asyncio.gather(*(post(number) for number in range(count)))


def bare_mails(servers: Servers, count: int) -> None:
    """The floor: one connection, one mail after the other."""
    with smtplib.SMTP("127.0.0.1", servers.mail, local_hostname="bench.example") as smtp:
        for number in range(count):
            smtp.sendmail(
                "alerts@watch.example", [f"desk{number % CHANNELS}@news.example"], b"Subject: x\r\n\r\n" + b"one line of a mail\r\n" * 150
            )


def rate(work: Callable[[], None], count: int) -> tuple[float, float]:
    """Per second of wall time, and per second of this process's CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return count / (time.perf_counter() - wall), count / (time.process_time() - cpu)


def compare(name: str, ours: Callable[[], None], prepare: Callable[[], None], floor: Callable[[], None], count: int, rounds: int) -> None:
    """Ours and the floor in turn; medians, and the median of the ratios."""
    seen = []
    for _ in range(rounds):
        prepare()
        seen.append((rate(ours, count), rate(floor, count)))
    for kind, place in (("wall", 0), ("CPU", 1)):
        mine, bare = (statistics.median(each[who][place] for each in seen) for who in (0, 1))
        ratio = statistics.median(each[1][place] / each[0][place] for each in seen)
        click.echo(f"{name:9} a second of {kind:4}: ours {mine:7.0f}   bare {bare:7.0f}   bare is {ratio:.1f} times faster")


@click.command()
@click.option("--count", default=2_000, show_default=True, help="messages in a round")
@click.option("--rounds", default=5, show_default=True)
@click.option("--database", "kind", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
def main(count: int, rounds: int, kind: str) -> None:
    """Measure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    servers: Servers = mine.recv()
    with tempfile.TemporaryDirectory() as home, a_database(kind, Path(home)) as url:
        desk = Desk(Path(home), url, servers)
        for name, channels, floor in (
            ("webhooks", desk.webhooks, lambda: asyncio.run(bare_posts(servers, count))),
            ("e-mails", desk.mails, lambda: bare_mails(servers, count)),
        ):
            compare(name, lambda: desk.deliver(count), lambda to=channels: desk.put(to, count), floor, count, rounds)  # type: ignore[misc]
        seconds = asyncio.run(desk.beside_a_dead_one(400))
        p50, p95 = statistics.median(seconds), seconds[int(len(seconds) * 0.95)]
        tried = desk.count_attempts(desk.dead)
        click.echo(
            f"beside a dead endpoint with 10,000 waiting: {len(seconds)} sent, p50 {p50:.3f} s, p95 {p95:.3f} s; {tried} attempts there"
        )
        desk.edges.close()
    server.terminate()


if __name__ == "__main__":
    main()
