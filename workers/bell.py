"""Ringing for a stage: a hint that rows may be due, never more."""

from __future__ import annotations

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

RING_EXPIRES = 60  # seconds; a sweep has rung again long before, and workers' clocks may differ by as much
log = structlog.get_logger()


def ring(stage: str, times: int = 1) -> None:
    """Ask `times` workers to look at a stage, which is a task by its name. A broker that is down costs a log line."""
    try:
        for _ in range(times):
            current_app.send_task(f"workers.tasks.{stage}", expires=RING_EXPIRES)
    except OperationalError as error:
        log.warning("the broker does not answer; the next sweep rings again", stage=stage, error=type(error).__name__)
