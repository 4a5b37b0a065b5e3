"""Each worker's own watch: it rings when beat does not, and ends a worker that no longer hears the bell."""

from __future__ import annotations

import os
import threading
import time

import structlog
from celery.signals import task_received
from sqlalchemy.exc import SQLAlchemyError

from service.edges import Edges
from service.storage.counts import backlogs
from workers.rounds import ring_for_waiting

ROUND = 15.0  # seconds; how late work is at most when beat is gone
DEAF_AFTER = 60.0  # seconds without a message although work waits: the consumer is stuck (celery#10302, kombu#2629)
EXIT_DEAF = 75

log = structlog.get_logger()


class Hearing:
    """When this worker last received a message, by the monotonic clock."""

    def __init__(self) -> None:
        self.heard_at = time.monotonic()
        task_received.connect(self._hear, weak=False)

    def _hear(self, **_: object) -> None:
        self.heard_at = time.monotonic()

    def is_deaf(self, oldest: float, now: float) -> bool:
        """Whether work has waited for `oldest` seconds while nothing was heard for as long as it takes to be sure."""
        return oldest > DEAF_AFTER and now - self.heard_at > DEAF_AFTER


def start_watch(edges: Edges) -> None:
    """Watch from a thread of this process until it ends."""
    threading.Thread(target=_watch, args=(edges, Hearing()), name="watch", daemon=True).start()


def _watch(edges: Edges, hearing: Hearing) -> None:
    while True:
        time.sleep(ROUND)
        try:
            ring_for_waiting(edges)
            oldest = max(waiting.oldest for waiting in backlogs(edges.store.database, edges.now()))
        except SQLAlchemyError as error:
            log.warning("the database does not answer", error=type(error).__name__)
            continue
        if hearing.is_deaf(oldest, time.monotonic()):
            log.error("work waits but no message arrives: ending, so that I am started anew", oldest_seconds=round(oldest))
            os._exit(EXIT_DEAF)
