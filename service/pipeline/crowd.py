"""Who may send now: so many at once to a channel and to an endpoint, and nobody more where one after the other fails."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.domain.deliveries import DeliveryError, Receipt
from service.domain.traffic import TROUBLED

PER_CHANNEL = 5
PER_ENDPOINT = 10


class Crowd:
    """The attempts of one run, which alone serves each of its endpoints (see `allot`)."""

    def __init__(self) -> None:
        self._channels: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_CHANNEL))
        self._endpoints: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_ENDPOINT))
        self._failures: Counter[str] = Counter()  # in a row

    @asynccontextmanager
    async def place(self, channel: str, endpoint: str) -> AsyncIterator[bool]:
        """Wait for a place; False where so many before have failed that it is not worth trying."""
        async with self._channels[channel], self._endpoints[endpoint]:
            yield max(self._failures[channel], self._failures[endpoint]) < TROUBLED

    def note(self, channel: str, endpoint: str, result: Receipt | DeliveryError) -> None:
        """Remember how an attempt went; a failure that is for the operator to mend is the endpoint's. Who asked nobody knows nothing."""
        if isinstance(result, DeliveryError):
            if result.unready:
                return
            self._failures[endpoint if result.ours else channel] += 1
        else:
            self._failures[channel] = self._failures[endpoint] = 0
