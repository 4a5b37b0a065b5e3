"""The periodic look for due rows, which makes the broker's messages a convenience."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from service.edges import Edges
from service.storage.claims import count_due
from service.storage.tables import article, delivery, feed

log = structlog.get_logger()

STAGES = {"poll": feed, "match": article, "deliver": delivery}
KEEP_ARTICLES = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows of a stage are due, and for how long the oldest has been."""

    stage: str
    rows: int
    oldest: timedelta


def find_waiting(edges: Edges) -> tuple[Waiting, ...]:
    """What is due in each stage, in the order of life."""
    now = edges.now()
    waiting = []
    for stage, table in STAGES.items():
        rows, since = count_due(edges.store.database, table, now)
        waiting.append(Waiting(stage, rows, now - since if since else timedelta(0)))
    return tuple(waiting)


def set_poison_aside(edges: Edges) -> int:
    """Take out of the queues what ended every worker that took it; return how many rows."""
    now, store = edges.now(), edges.store
    aside = store.feeds.quarantine(now=now) + store.articles.quarantine(now=now) + store.deliveries.quarantine(now=now)
    if aside:
        log.error("work set aside after ending its worker five times", rows=aside)
    return aside


def prune(edges: Edges) -> int:
    """Forget old articles that nothing refers to; return how many."""
    now = edges.now()
    return edges.store.articles.prune(older_than=now - KEEP_ARTICLES, now=now)
