"""Tables are loaded once, however many threads ask at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from service.matching.once import once

THREADS = 4


def test_threads_that_ask_together_get_the_same_table_from_one_load() -> None:
    loads, together, go_on = list[object](), Barrier(THREADS + 1), Event()

    @once
    def table() -> object:
        loads.append(object())
        go_on.wait(10)
        return loads[-1]

    def ask() -> object:
        together.wait(10)
        return table()

    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(ask) for _ in range(THREADS)]
        together.wait(10)
        while not loads:
            pass  # one of them is at it, and the others are about to ask
        go_on.set()
        assert {each.result() for each in asked} == {table()}
    assert len(loads) == 1


def test_a_table_may_ask_for_another() -> None:
    @once
    def first() -> list[int]:
        return [1]

    @once
    def second() -> list[int]:
        return [*first(), 2]

    assert second() == [1, 2]
    assert second() is second()


def test_a_load_that_failed_is_tried_anew() -> None:
    numbers = iter(["one", "1"])

    @once
    def table() -> int:
        return int(next(numbers))

    with pytest.raises(ValueError, match="one"):
        table()
    assert table() == 1
