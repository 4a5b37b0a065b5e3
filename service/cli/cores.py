"""Work of which most is done outside of Python's lock, on every core at once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

_SOME = 16  # items at a time

T = TypeVar("T")
R = TypeVar("R")


def worked_ahead(items: Iterable[T], work: Callable[[Sequence[T]], Iterable[R]]) -> Iterator[tuple[T, R]]:
    """Each item with what `work` makes of it, in their order; it is given some at a time, a few ahead. Raises what the work raises."""
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as threads:
        waiting: deque[tuple[Sequence[T], Future[Iterable[R]]]] = deque()
        for some in _batched(items):
            waiting.append((some, threads.submit(work, some)))
            if len(waiting) > 2 * cores:
                first, results = waiting.popleft()
                yield from zip(first, results.result(), strict=True)
        for first, results in waiting:
            yield from zip(first, results.result(), strict=True)


def _batched(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """The items, some at a time (itertools has it from Python 3.12 on)."""
    several = iter(items)
    while some := tuple(islice(several, _SOME)):
        yield some
