"""Warming up: a fresh worker loads its tables while nothing is to be done yet, rather than when the first article waits for them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Collection, Iterable
from threading import Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.collector import collect_seldom
from service.language import load_classifier
from workers.house import House

log = structlog.get_logger()


def start_warm_up(house: House, stages: Collection[str]) -> None:
    """Load in the background what those stages need. Whoever comes earlier waits for what he needs, and for that alone."""
    # One after the other, in the order of an article's life: two threads at once would each take twice as long.
    loads = {"poll": load_classifier, "match": house.matcher.warm_up}
    wanted = [load for stage, load in loads.items() if stage in stages]
    Thread(target=warm_up, args=(wanted,), name="warm-up", daemon=True).start()


def warm_up(loads: Iterable[Callable[[], object]]) -> None:
    """Load tables that live as long as the process, and keep the collector of garbage from looking through them again and again."""
    collect_seldom()
    began = time.monotonic()
    gc.disable()  # a million small values that all stay: with it, loading takes twice as long
    try:
        for load in loads:
            load()
    except SQLAlchemyError as error:
        log.warning("not warmed up: the database does not answer", error=type(error).__name__)
    else:
        log.info("warmed up", seconds=round(time.monotonic() - began, 1))
    finally:
        gc.freeze()
        gc.enable()
