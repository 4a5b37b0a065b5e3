"""The supervisor: starts programs, waits until they are ready, restarts what dies, and stops them in reverse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from service.cli.child import TAIL, run_once
from service.cli.program import Died, Program, Tell, Waiting, pause_after

TELL_SECONDS = 10.0  # how often to tell that a program is still awaited
START_SECONDS = 60.0  # a program that is not ready by then is taken for broken
SETTLED_SECONDS = 60.0  # one that ran for this long begins anew with its pauses


class StartFailed(Exception):
    """A program did not come up; the message says which, how, and what it said last."""


@asynccontextmanager
async def kept_running(programs: Sequence[Program], tell: Tell) -> AsyncIterator[None]:
    """Keep `programs` running inside the block; it begins once all are ready, and all are gone after it.

    Raises:
        StartFailed: one ended, or was not ready in START_SECONDS, while starting.
    """
    stop = asyncio.Event()
    up = [asyncio.Event() for _ in programs]
    keepers = [asyncio.create_task(keep_running(program, ready, stop, tell)) for program, ready in zip(programs, up, strict=True)]
    try:
        for program, ready, keeper in zip(programs, up, keepers, strict=True):
            await _until_up(program, ready, keeper, tell)
        yield
    finally:
        stop.set()
        await asyncio.gather(*keepers, return_exceptions=True)


async def keep_running(program: Program, ready: asyncio.Event, stop: asyncio.Event, tell: Tell) -> None:
    """Run `program` over and over until `stop` is set; `ready` is set once it has come up for the first time.

    Raises:
        StartFailed: it ended before it had ever been ready.
    """
    failures = 0
    while not stop.is_set():
        began = time.monotonic()
        how, tail = await run_once(program, ready, stop, tell)
        if stop.is_set():
            return
        if not ready.is_set():
            raise StartFailed(_explain(program, f"{how} while starting", tail))
        failures = 1 if time.monotonic() - began > SETTLED_SECONDS else failures + 1
        pause = pause_after(failures)
        tell(Died(program, how, pause, tail))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def _until_up(program: Program, ready: asyncio.Event, keeper: asyncio.Task[None], tell: Tell) -> None:
    waiting = asyncio.create_task(ready.wait())
    waited = 0.0
    try:
        while not ready.is_set() and waited < START_SECONDS:
            await asyncio.wait({waiting, keeper}, timeout=TELL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if keeper.done():
                keeper.result()
            if not ready.is_set():
                waited += TELL_SECONDS
                tell(Waiting(program, waited))
    finally:
        waiting.cancel()
    if not ready.is_set():
        raise StartFailed(_explain(program, f"was not ready after {START_SECONDS:.0f} seconds", _last_lines(program)))


def _last_lines(program: Program) -> list[str]:
    return program.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:] if program.log.exists() else []


def _explain(program: Program, how: str, tail: Sequence[str]) -> str:
    said = "".join(f"\n  {line}" for line in tail)
    return f"{program.name} {how}.{' It said:' if said else ''}{said}\nIts log: {program.log}"
