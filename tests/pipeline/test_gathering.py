"""Errands gathered and run together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from service.pipeline.gathering import Gathering


def test_what_comes_together_is_run_together_and_everyone_gets_his_own() -> None:
    runs: list[Sequence[int]] = []

    def double(errands: Sequence[int]) -> Sequence[int]:
        runs.append(errands)
        return [2 * each for each in errands]

    async def ask() -> tuple[list[int], int]:
        gathering = Gathering(double, moment=0)
        return await asyncio.gather(*(gathering.ask(each) for each in range(5))), await gathering.ask(9)

    assert asyncio.run(ask()) == ([0, 2, 4, 6, 8], 18)
    assert runs == [[0, 1, 2, 3, 4], [9]]


def test_a_failure_reaches_everyone_in_the_run_and_nobody_after_it() -> None:
    def fragile(errands: Sequence[int]) -> Sequence[int]:
        if 1 in errands:
            raise ValueError("one")
        return errands

    async def ask() -> tuple[Sequence[int | BaseException], int]:
        gathering = Gathering(fragile, moment=0)
        return await asyncio.gather(gathering.ask(0), gathering.ask(1), return_exceptions=True), await gathering.ask(2)

    failed, fine = asyncio.run(ask())
    assert [type(each) for each in failed] == [ValueError, ValueError]
    assert fine == 2


def test_whoever_is_called_off_leaves_the_others_their_results() -> None:
    async def ask() -> int:
        gathering: Gathering[int, int] = Gathering(lambda errands: errands, moment=0)
        called_off, patient = asyncio.create_task(gathering.ask(1)), asyncio.create_task(gathering.ask(2))
        await asyncio.sleep(0)
        called_off.cancel()
        with pytest.raises(asyncio.CancelledError):
            await called_off
        return await patient

    assert asyncio.run(ask()) == 2
