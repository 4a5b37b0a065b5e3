"""Stopping by signal: Ctrl-C, SIGTERM, or the terminal's end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def until_signal(work: Coroutine[Any, Any, int]) -> int | None:
    """Do `work` and return what it returns; None if a signal came first, and then the work has been cancelled and has cleaned up.

    Only the first signal counts: a second one must not cut the cleaning up short.
    """
    task = asyncio.ensure_future(work)
    stopped = asyncio.Event()

    def stop() -> None:
        if not stopped.is_set():
            stopped.set()
            task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if stopped.is_set():
            return None
        raise
