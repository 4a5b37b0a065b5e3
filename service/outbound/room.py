"""Room for large bodies: few are held at once, so that what many hosts send together fits into memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

LARGE = 1_000_000  # bytes; a smaller body needs no place
PLACES = 8  # of up to 15 MB each


class Room:
    """So many large bodies may be held at once; who has a larger one to come waits. Belongs to one event loop."""

    def __init__(self, places: int = PLACES) -> None:
        self._free = asyncio.Semaphore(places)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for one body, to be taken when it proves large; free again at the end of the `with` block."""
        place = Place(self._free)
        try:
            yield place
        finally:
            place.leave()


class Place:
    """One body's place in a room."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._taken = False

    async def take(self, limit: asyncio.Timeout) -> None:
        """Take the place, once it is free; the time until then does not count towards `limit`: it is not the server's."""
        if self._taken:
            return
        until, loop = limit.when(), asyncio.get_running_loop()
        began = loop.time()
        limit.reschedule(None)
        await self._free.acquire()
        self._taken = True
        limit.reschedule(None if until is None else until + loop.time() - began)

    def leave(self) -> None:
        """Give it back, if it was taken."""
        if self._taken:
            self._taken = False
            self._free.release()
