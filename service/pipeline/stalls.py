"""Who answers slowly takes up no slot: how many are waited for, and for how long already."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

AFTER = 0.5  # seconds, after which an answer is slow


class Stalls:
    """The answers that one run waits for. Belongs to one event loop."""

    def __init__(self, after: float = AFTER) -> None:
        self._after = after
        self._since: dict[object, float] = {}

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside it an answer is waited for."""
        one = object()
        self._since[one] = time.monotonic()
        try:
            yield
        finally:
            del self._since[one]

    def count(self) -> int:
        """How many answers are slow by now."""
        before = time.monotonic() - self._after
        return sum(since <= before for since in self._since.values())
