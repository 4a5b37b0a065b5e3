"""A world of feeds on loopback, in a process of its own: good, slow, failing, huge and trickling ones."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.request import urlopen

from benchmarks.made_feeds import make_feed

HOSTS = 50  # addresses in 127.0.1.0/24 that the feeds of a round share
OWN_HOSTS = 220  # addresses in 127.0.2.0/24, each for one feed alone
SLOW_SECONDS = 2.0
HUGE_ITEMS = 2_000


@dataclass(frozen=True, slots=True)
class FeedServer:
    """Where the feeds are. What they say changes by turns."""

    port: int

    def url(self, number: int, kind: str = "feed") -> str:
        """The address of a feed: `feed`, `slow`, `fail`, `huge` or `trickle`."""
        return f"http://127.0.1.{1 + number % HOSTS}:{self.port}/{kind}/{number}"

    def own_url(self, host: int, number: int, kind: str = "feed") -> str:
        """The address of a feed on a host that has no other."""
        return f"http://127.0.2.{1 + host}:{self.port}/{kind}/{number}"

    def turn(self, share: int = 100) -> None:
        """Let this many per cent of all feeds bring three new items."""
        with urlopen(f"http://127.0.1.1:{self.port}/turn/{share}") as answer:
            answer.read()


@contextmanager
def serve_feeds() -> Iterator[FeedServer]:
    """Serve until the block ends."""
    command = [sys.executable, "-m", "benchmarks.feed_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield FeedServer(int(process.stdout.readline()))
        finally:
            process.kill()


@dataclass
class _World:
    turns: dict[int, int] = field(default_factory=dict)  # by residue of the feed's number modulo 100

    def turn_of(self, number: int) -> int:
        return self.turns.get(number % 100, 0)

    def turn(self, share: int) -> None:
        for residue in range(share):
            self.turns[residue] = self.turns.get(residue, 0) + 1

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One answer for a connection, for in the world hardly two feeds share a host."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            _, kind, number = head.split(" ", 2)[1].split("/")
            await self._answer_one(head.lower(), kind, int(number), writer)
            await writer.drain()
        writer.close()

    async def _answer_one(self, head: str, kind: str, number: int, writer: asyncio.StreamWriter) -> None:
        if kind == "turn":
            self.turn(number)
        if kind in ("turn", "fail"):
            writer.write(_reply(b"no", "500 Internal Server Error" if kind == "fail" else "200 OK"))
            return
        if kind == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        turn = self.turn_of(number)
        tag = f'"{number}-{turn}"'
        if f"if-none-match: {tag}" in head:
            writer.write(f"HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: {tag}\r\n\r\n".encode())
            return
        body = make_feed(number, turn, items=HUGE_ITEMS if kind == "huge" else 0)
        whole = _reply(body, "200 OK", f"Content-Type: application/rss+xml; charset=utf-8\r\nETag: {tag}\r\n")
        if kind != "trickle":
            writer.write(whole)
            return
        for byte in whole:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(1)


def _reply(body: bytes, status: str, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


async def _serve() -> None:
    addresses = [f"127.0.1.{1 + each}" for each in range(HOSTS)] + [f"127.0.2.{1 + each}" for each in range(OWN_HOSTS)]
    world = _World()
    server = await asyncio.start_server(world.answer, addresses[0], 0, backlog=1000)
    port = server.sockets[0].getsockname()[1]
    others = [await asyncio.start_server(world.answer, address, port, backlog=1000) for address in addresses[1:]]
    print(port, flush=True)  # noqa: T201  # whoever started us waits for it
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started us is gone
    for each in (server, *others):
        each.close()


if __name__ == "__main__":
    asyncio.run(_serve())
