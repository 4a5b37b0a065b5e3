"""One round: ring for every stage that has something due."""

from __future__ import annotations

from service.edges import Edges
from service.pipeline.sweep import find_waiting
from workers.bell import ring

ROWS_PER_RING = 200
MOST_RINGS = 4  # a stage's worker drains it; more hands than this only wait for the database


def ring_for_waiting(edges: Edges) -> None:
    """Ring for each stage by how much waits there."""
    for waiting in find_waiting(edges):
        ring(waiting.stage, times=min(MOST_RINGS, -(-waiting.rows // ROWS_PER_RING)))
