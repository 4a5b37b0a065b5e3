"""Working through due rows many at once: whoever is slow delays nobody else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.storage.claims import LeaseLost
from service.storage.database import BLAMELESS

T = TypeVar("T")
MOST_STALLED = 2  # times the slots, of rows that take up none
PATIENCE = 20.0  # seconds in which one run takes on new work; then it finishes what it has, and others go on

log = structlog.get_logger()


class Queue(Protocol[T]):
    """Where the rows come from. All calls go to the database and may block."""

    def claim(self, limit: int) -> Sequence[T]:
        """Take up to `limit` due rows; none when nothing is due."""

    def renew(self) -> None:
        """Keep what is claimed for another lease."""

    def forgive(self, rows: Sequence[T]) -> None:
        """Count nothing against these claimed rows, which the database failed on."""


async def work_through(
    queue: Queue[T],
    work: Callable[[T], Awaitable[None]],
    *,
    slots: int,
    renew_every: float,
    claim_every: float | None = None,
    linger: float | None = None,
    stalled: Callable[[], int] = lambda: 0,
) -> int:
    """Claim rows and work on up to `slots` of them at once until none is due; return how many were worked on.

    Leases are renewed every `renew_every` seconds. While some is under way, more is looked for whenever a row is done; with
    `claim_every`, where claims are dear and rows become free by themselves, when a quarter of the slots is free, and every
    so many seconds; with `linger`, once so many seconds have passed since the first was done, or half of the slots are free.
    `stalled` tells how many of the rows under way merely wait for somebody slow: those take up no slot, up to twice as many as there are.
    A row whose lease was lost is left to its new holder. Any other error, of one row or of the claiming, is raised at
    the end, when what is under way is done; such a row is free again when its lease runs out, and is not taken for poison where it
    was the database that failed.
    """
    keeper = asyncio.create_task(_keep_leases(queue, renew_every))
    running: set[asyncio.Task[None]] = set()
    errors: list[BaseException] = []
    failed_on: list[T] = []
    taken, until = 0, time.monotonic() + PATIENCE
    more = True
    try:
        while more or running:
            while more and (free := slots + min(stalled(), MOST_STALLED * slots) - len(running)) > 0:
                claimed, until = await _claim(queue, free, until, errors)
                more = bool(claimed)
                taken += len(claimed)
                running |= {asyncio.create_task(_guarded(work, row, failed_on)) for row in claimed}
            if running:
                done, running = await _wait(running, enough=1 if claim_every is None else max(1, slots // 4), seconds=claim_every)
                if linger is not None:
                    more_done, running = await _wait(running, enough=max(1, slots // 2), seconds=linger)
                    done |= more_done
                errors += [error for each in done if (error := each.exception())]
                more = True  # what is done may have made room for what waited behind it
        await _forgive(queue, failed_on)
    finally:
        keeper.cancel()
    _raise_first(errors)
    return taken


def _raise_first(errors: Sequence[BaseException]) -> None:
    for error in errors[1:]:
        log.error("another row failed as well", exc_info=error)
    if errors:
        raise errors[0]


async def _claim(queue: Queue[T], limit: int, until: float, errors: list[BaseException]) -> tuple[Sequence[T], float]:
    """Rows to work on, and until when to take more. Where the database refuses, what is under way must still end in order."""
    if time.monotonic() >= until:
        return (), until
    try:
        return await asyncio.to_thread(queue.claim, limit), until
    except (SQLAlchemyError, LeaseLost) as error:
        errors.append(error)
        return (), 0.0


async def _wait(
    running: set[asyncio.Task[None]], *, enough: int, seconds: float | None
) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
    """Wait until so many rows are done, or all, or the time is up; return those done and those still running."""
    done: set[asyncio.Task[None]] = set()
    until = None if seconds is None else time.monotonic() + seconds
    while running and len(done) < enough:
        left = None if until is None else max(0.0, until - time.monotonic())
        more, running = await asyncio.wait(running, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        done |= more
        if not more:
            break
    return done, running


async def _guarded(work: Callable[[T], Awaitable[None]], row: T, failed_on: list[T]) -> None:
    try:
        await work(row)
    except LeaseLost as lost:
        log.warning("lease lost, result dropped", row=str(lost))
    except BLAMELESS:
        failed_on.append(row)
        raise


async def _forgive(queue: Queue[T], rows: Sequence[T]) -> None:
    if not rows:
        return
    try:
        await asyncio.to_thread(queue.forgive, rows)
    except SQLAlchemyError as error:
        log.warning("claims are counted although the database failed", error=type(error).__name__)


async def _keep_leases(queue: Queue[T], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await asyncio.to_thread(queue.renew)
        except SQLAlchemyError as error:
            log.warning("leases not renewed; tried again", error=type(error).__name__)
