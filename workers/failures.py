"""Tasks that failed, which Celery logs with their cause, are counted for the metrics."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from service.storage.failures import count_failure
from workers.house import house

log = structlog.get_logger()


def count(task: str, args: Sequence[str]) -> None:
    """Count a failed task by its name and what it was to look at: `sweep_poll`."""
    name = "_".join((task.rpartition(".")[2], *args))
    try:
        count_failure(house().edges.store.database, name)
    except SQLAlchemyError as error:
        log.warning("a failure was not counted", task=name, error=type(error).__name__)
