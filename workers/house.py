"""What the tasks of one process share."""

from __future__ import annotations

import asyncio
import atexit
import threading
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from service.config import Settings
from service.delivery import Sender, open_senders
from service.edges import Edges, open_edges
from service.feeds import fulltext
from service.feeds.sandbox import Sandbox
from service.pipeline.match import Matcher

PARSERS = 2  # children that parse; a third would only wait for a core
CLOSING = 5  # seconds for saying goodbye to servers
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class House:
    """One process's edges, its index of rules, and the children that read feeds and pages, with the event loop that they live on,
    and the senders with their connections."""

    edges: Edges
    matcher: Matcher
    sandbox: Sandbox
    pages_sandbox: Sandbox
    loop: asyncio.AbstractEventLoop
    senders: Mapping[str, Sender]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the house's event loop, from any of its threads, and wait for it.

        A child takes a third of a second of CPU to start: with a loop that lasts, the children do too.
        """
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()


@cache
def house() -> House:
    """This process's house, opened at its first use: nothing is connected at import."""
    edges = open_edges(Settings())
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="loop", daemon=True).start()
    senders = _open_senders(edges, loop)
    return House(edges, Matcher(edges), Sandbox(PARSERS), Sandbox(module=fulltext.CHILD), loop, senders)


def _open_senders(edges: Edges, loop: asyncio.AbstractEventLoop) -> Mapping[str, Sender]:
    """Senders for as long as the process lives: a connection costs more than a message."""
    held = AsyncExitStack()
    opening = held.enter_async_context(open_senders(edges.outbound, edges.settings, edges.secret_key))
    senders = asyncio.run_coroutine_threadsafe(opening, loop).result()
    atexit.register(lambda: asyncio.run_coroutine_threadsafe(held.aclose(), loop).result(CLOSING))
    return senders
