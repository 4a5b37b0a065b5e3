"""Each worker's own watch: it rings when beat does not, and ends a worker that no longer hears the bell."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection

import structlog
from celery.signals import task_postrun, task_prerun, task_received
from sqlalchemy.exc import SQLAlchemyError

from service.edges import Edges
from service.storage.backlogs import backlogs
from service.storage.feed_hosts import courtesy_of
from workers.rounds import ring_for_waiting

ROUND = 15.0  # seconds; how late work is at most when beat is gone
DEAF_AFTER = 60.0  # seconds without a message although work waits: the consumer is stuck (celery#10302, kombu#2629)
STUCK_AFTER = 300.0  # seconds; who works for longer hangs, and says nothing about hearing
EXIT_DEAF = 75

log = structlog.get_logger()


class Hearing:
    """When this worker last received or ended a task, and what it is at, by the monotonic clock."""

    def __init__(self) -> None:
        self.heard_at = time.monotonic()
        self.at_work: dict[str, float] = {}
        task_received.connect(self._hear, weak=False)
        task_prerun.connect(self._begin, weak=False)
        task_postrun.connect(self._end, weak=False)

    def start_anew(self) -> None:
        """Count the silence from now: before, nobody could ring."""
        self.heard_at = time.monotonic()

    def is_deaf(self, oldest: float, now: float) -> bool:
        """Whether work has waited for `oldest` seconds while nothing was heard for as long as it takes to be sure.

        Hands that are full take no messages: then silence means nothing.
        """
        at_work = any(now - since < STUCK_AFTER for since in tuple(self.at_work.values()))
        return oldest > DEAF_AFTER and now - self.heard_at > DEAF_AFTER and not at_work

    def _hear(self, **_: object) -> None:
        self.heard_at = time.monotonic()

    def _begin(self, task_id: str, **_: object) -> None:
        self.at_work[task_id] = time.monotonic()

    def _end(self, task_id: str, **_: object) -> None:
        self.at_work.pop(task_id, None)
        self._hear()


def start_watch(edges: Edges, stages: Collection[str]) -> None:
    """Watch from a thread of this process until it ends; `stages` are those whose bell this worker hears."""
    threading.Thread(target=_watch, args=(edges, stages, Hearing()), name="watch", daemon=True).start()


def _watch(edges: Edges, stages: Collection[str], hearing: Hearing) -> None:
    while True:
        time.sleep(ROUND)
        try:
            ring_for_waiting(edges)
            waiting = backlogs(edges.store.database, edges.now(), courtesy_of(edges.settings))
        except SQLAlchemyError as error:
            log.warning("the database does not answer", error=type(error).__name__)
            hearing.start_anew()
            continue
        oldest = max((each.oldest for each in waiting if each.stage in stages), default=0.0)
        if hearing.is_deaf(oldest, time.monotonic()):
            log.error("work waits but no message arrives: ending, so that I am started anew", oldest_seconds=round(oldest))
            os._exit(EXIT_DEAF)
