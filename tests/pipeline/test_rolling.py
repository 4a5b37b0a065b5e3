"""Working through a queue while the database fails now and then."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from service.pipeline.rolling import work_through
from service.pipeline.stalls import Stalls

DOWN = OperationalError("SELECT 1", {}, Exception("the server closed the connection"))


class Rows:
    """A queue that hands out what its script says, and fails where it says so.

    `renewed` is released at each renewal; `forgiven` are rows that the database failed on.
    """

    def __init__(self, claims: Sequence[list[str] | OperationalError], renewals: Sequence[OperationalError] = ()) -> None:
        self.claims, self.renewals = deque(claims), deque(renewals)
        self.renewed = threading.Semaphore(0)
        self.forgiven: list[str] = []

    def claim(self, limit: int) -> Sequence[str]:  # noqa: ARG002  # its queue decides
        step = self.claims.popleft() if self.claims else []
        if isinstance(step, OperationalError):
            raise step
        return step

    def forgive(self, rows: Sequence[str]) -> None:
        self.forgiven += rows

    def renew(self) -> None:
        if self.renewals:
            raise self.renewals.popleft()
        self.renewed.release()


def test_what_is_under_way_ends_in_order_when_the_database_refuses_more() -> None:
    done: list[str] = []
    rows = Rows([["quick", "slow"], DOWN])

    async def work(row: str) -> None:
        while row == "slow" and rows.claims:  # noqa: ASYNC110  # until the refusal, which no event tells
            await asyncio.sleep(0)
        for _ in range(1000 if row == "slow" else 0):  # it goes on for a while after the refusal
            await asyncio.sleep(0)
        done.append(row)

    with pytest.raises(OperationalError):
        asyncio.run(work_through(rows, work, slots=2, renew_every=60))
    assert done == ["quick", "slow"]


def test_leases_are_renewed_again_after_the_database_was_away() -> None:
    rows = Rows([["slow"]], renewals=[DOWN, DOWN])

    async def run() -> int:
        async def work(_: str) -> None:
            assert await asyncio.to_thread(rows.renewed.acquire, timeout=10)

        return await work_through(rows, work, slots=1, renew_every=0.001)

    assert asyncio.run(run()) == 1


def test_one_row_that_fails_costs_only_itself() -> None:
    done: list[str] = []

    async def work(row: str) -> None:
        if row == "bad":
            raise ValueError(row)
        done.append(row)

    with pytest.raises(ValueError, match="bad"):
        asyncio.run(work_through(Rows([["bad", "good"], ["last"]]), work, slots=2, renew_every=60))
    assert done == ["good", "last"]


def test_what_the_database_failed_on_is_forgiven_and_nothing_else() -> None:
    errors = {"bad": ValueError("bad"), "unsaved": DOWN}

    async def work(row: str) -> None:
        if row in errors:
            raise errors[row]

    rows = Rows([["bad", "good", "unsaved"]])
    with pytest.raises((ValueError, OperationalError)):
        asyncio.run(work_through(rows, work, slots=3, renew_every=60))
    assert rows.forgiven == ["unsaved"]


def test_a_claim_waits_for_a_quarter_of_the_slots_and_not_for_the_slow() -> None:
    claimed: list[int] = []
    gate = asyncio.Event()

    class Counting(Rows):
        def claim(self, limit: int) -> Sequence[str]:
            claimed.append(limit)
            return super().claim(limit)

    rows = Counting([["slow"] * 8 + ["quick"] * 8, ["last"]])

    async def work(row: str) -> None:
        if row == "slow":
            await gate.wait()
        if row == "last":
            gate.set()

    assert asyncio.run(work_through(rows, work, slots=16, renew_every=60, claim_every=30)) == 17
    assert claimed[0] == 16
    assert claimed[1] >= 4


def test_rows_that_wait_for_somebody_slow_take_up_no_slot() -> None:
    gate = asyncio.Event()
    stuck = 0

    async def work(row: str) -> None:
        nonlocal stuck
        if row == "stuck":
            stuck += 1
            await gate.wait()
            stuck -= 1
        else:
            gate.set()

    async def run() -> int:
        async with asyncio.timeout(10):
            rows = Rows([["stuck", "stuck"], ["quick"]])
            return await work_through(rows, work, slots=2, renew_every=60, claim_every=0.01, stalled=lambda: stuck)

    assert asyncio.run(run()) == 3


def test_an_answer_is_slow_after_a_while_and_until_it_is_there() -> None:
    at_once, never = Stalls(after=0), Stalls(after=60)
    with at_once.waiting(), at_once.waiting(), never.waiting():
        assert (at_once.count(), never.count()) == (2, 0)
    assert at_once.count() == 0
