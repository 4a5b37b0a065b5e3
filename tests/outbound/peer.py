"""A peer on loopback that answers byte for byte as a test scripts it, and notes what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Script = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Peer:
    """`asked` holds each request's path and its headers (names in lower case)."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@asynccontextmanager
async def serve(routes: Mapping[str, Script], host: str = "127.0.0.1") -> AsyncIterator[Peer]:
    """Answer each path with its script, then close the connection; the rest is 404."""
    peer = Peer("")

    connections: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            try:
                await _answer_one(reader, writer, peer, routes)
            finally:
                writer.close()
                await writer.wait_closed()

    server = await asyncio.start_server(answer, host, 0)
    port = server.sockets[0].getsockname()[1]
    peer.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        yield peer
    finally:
        server.close()
        running = [task for task in connections if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: Peer, routes: Mapping[str, Script]) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    path = head[0].split()[1]
    peer.asked.append((path, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}))
    script = routes.get(path, reply(b"", status="404 Not Found"))
    if callable(script):
        await script(writer)
    else:
        writer.write(script)
    await writer.drain()


def reply(body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """A whole reply; header names with underscores for hyphens."""
    given = {"Content_Length": str(len(body)), "Connection": "close", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A redirect to `location`."""
    return reply(b"", status=status, Location=location)
