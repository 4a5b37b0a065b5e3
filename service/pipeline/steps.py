"""Steps taken one after the other, each for itself: one that fails costs the others nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from service.edges import Edges
from service.storage.failures import count_failures

log = structlog.get_logger()

Step = Callable[[Edges], object]


def take_each(edges: Edges, steps: Mapping[str, Step]) -> tuple[str, ...]:
    """Take every step, in order; what fails is logged, and counted by its name for the metrics. Return the names of those that failed."""
    failed = []
    for name, step in steps.items():
        try:
            step(edges)
        except Exception:  # whatever it is, what comes after has nothing to do with it
            log.exception("a step failed, the others are taken", step=name)
            failed.append(name)
    if failed:
        count_failures(edges.store.database, failed)
    return tuple(failed)
