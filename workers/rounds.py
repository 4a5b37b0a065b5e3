"""One round: ring for what is due."""

from __future__ import annotations

from service.edges import Edges
from service.storage.backlogs import STAGES, backlog_of
from service.storage.feed_hosts import courtesy_of
from workers.bell import ring

ROWS_PER_RING = 200
MOST_RINGS = 4  # a stage's worker drains it; more hands than this only wait for the database


def ring_for_waiting(edges: Edges) -> None:
    """Ring for each stage by how much waits there."""
    for stage in STAGES:
        ring_for(edges, stage)


def ring_for(edges: Edges, stage: str) -> None:
    """Ring for this stage by how much waits there."""
    waiting = backlog_of(edges.store.database, stage, edges.now(), courtesy_of(edges.settings))
    ring(stage, times=min(MOST_RINGS, -(-waiting.due // ROWS_PER_RING)))
