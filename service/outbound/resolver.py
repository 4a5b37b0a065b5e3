"""Name look-ups with a time limit and threads of their own, so that one dead name server holds up nobody else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

LOOKUP_SECONDS = 5.0
_THREADS = 32
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV

LookUp = Callable[..., list[Any]]  # called, and answering, as socket.getaddrinfo


class Resolver(AbstractResolver):
    """Asks the system's own look-up (getaddrinfo), which has no time limit of its own."""

    def __init__(self, look_up: LookUp = socket.getaddrinfo) -> None:
        self._look_up = look_up
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="dns")

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The addresses of `host`. Raises OSError, which the connector reports as a DNS error."""
        loop = asyncio.get_running_loop()
        lookup = loop.run_in_executor(self._threads, lambda: self._look_up(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG))
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await lookup
        except (TimeoutError, UnicodeError):
            raise OSError(None, "the name could not be looked up in time") from None
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=_NUMERIC)
            for kind, _, proto, _, address in found
            if kind in (socket.AF_INET, socket.AF_INET6)
        ]

    async def close(self) -> None:
        """Let go of the threads; a look-up still under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
