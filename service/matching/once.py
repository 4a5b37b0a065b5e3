"""Tables that are loaded when they are first asked for, and by one thread alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from threading import RLock
from typing import TypeVar

T = TypeVar("T")


def once(load: Callable[[], T]) -> Callable[[], T]:
    """`load`, whose first call loads; threads that ask meanwhile wait for it.

    A bare cache would let each of them load the same: eight threads then take eight times as long. A load that fails is tried anew.
    """
    loading, kept = RLock(), list[T]()

    def loaded() -> T:
        with loading:
            if not kept:
                kept.append(load())
            return kept[0]

    return lru_cache(maxsize=1)(update_wrapper(loaded, load))  # what is loaded costs no lock
