"""Small errands to the database, run many together: a transaction for each would cost more than the polls themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
MOMENT = 0.05  # seconds


class Gathering(Generic[T, R]):
    """Runs the errands that come within a moment, or while the last ones are run, by one call in a thread. Belongs to one event loop.

    `run` takes the errands and returns their results, in their order.
    """

    def __init__(self, run: Callable[[Sequence[T]], Sequence[R]], *, moment: float = MOMENT) -> None:
        self._run = run
        self._moment = moment
        self._waiting: list[T] = []
        self._next: asyncio.Task[Sequence[R]] | None = None
        self._running = asyncio.Lock()

    async def ask(self, errand: T) -> R:
        """The result of this errand; raises what the run raises, to everyone in it."""
        place = len(self._waiting)
        self._waiting.append(errand)
        if self._next is None:
            self._next = asyncio.create_task(self._run_soon())
        results = await asyncio.shield(self._next)  # whoever is called off leaves the others their results
        return results[place]

    async def _run_soon(self) -> Sequence[R]:
        await asyncio.sleep(self._moment)
        async with self._running:
            together, self._waiting, self._next = self._waiting, [], None
            return await asyncio.to_thread(self._run, together)
