"""One round: ring for every stage that has something due."""

from __future__ import annotations

from service.edges import Edges
from service.storage.counts import backlogs
from service.storage.feed_hosts import courtesy_of
from workers.bell import ring

ROWS_PER_RING = 200
MOST_RINGS = 4  # a stage's worker drains it; more hands than this only wait for the database


def ring_for_waiting(edges: Edges) -> None:
    """Ring for each stage by how much waits there."""
    for waiting in backlogs(edges.store.database, edges.now(), courtesy_of(edges.settings)):
        ring(waiting.stage, times=min(MOST_RINGS, -(-waiting.due // ROWS_PER_RING)))
