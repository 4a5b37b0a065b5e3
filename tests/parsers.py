"""Polling and reading with the parser's real children, which stay from test to test: to start one costs more than most tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import cache
from typing import Any, TypeVar

from service.edges import Edges
from service.feeds import fulltext
from service.feeds.sandbox import Sandbox
from service.pipeline.pages import read_due
from service.pipeline.poll import poll_due

T = TypeVar("T")


def poll(edges: Edges, ring: Callable[[], None] = lambda: None) -> int:
    """Poll the feeds that are due; how many. From any thread, also several at once."""
    return _parsers().run(poll_due(edges, _parsers().of_feeds, ring))


def read(edges: Edges) -> int:
    """Read the pages that are due; how many."""
    return _parsers().run(read_due(edges, _parsers().of_pages, lambda: None))


def end_parsers() -> None:
    """End the children."""
    if _parsers.cache_info().currsize:
        _parsers().end()
        _parsers.cache_clear()


class _Parsers:
    """An event loop in a thread of its own, and the sandboxes that belong to it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.of_feeds, self.of_pages = Sandbox(2), Sandbox(module=fulltext.CHILD)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def end(self) -> None:
        self.run(_end(self.of_feeds, self.of_pages))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end(*sandboxes: Sandbox) -> None:
    for sandbox in sandboxes:
        async with sandbox:
            pass  # a sandbox ends its children with its block


@cache
def _parsers() -> _Parsers:
    return _Parsers()
