"""What waits for each stage: for health checks, which look often and import little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from service.storage.claims import count_due
from service.storage.database import Database
from service.storage.feed_hosts import Courtesy, count_pollable
from service.storage.tables import article, delivery, digest, feed, page, websub
from service.storage.traffic import count_sendable

COURTESY = Courtesy()
STAGES: Mapping[str, Table] = {"poll": feed, "match": article, "deliver": delivery, "pages": page, "subscribe": websub, "digest": digest}


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a stage, unclaimed, and for how many seconds the oldest of it has; 0 where nothing waits."""

    stage: str
    due: int
    oldest: float


def backlogs(database: Database, now: datetime, courtesy: Courtesy = COURTESY) -> tuple[Backlog, ...]:
    """What waits for each stage; those that only wait for their host or endpoint are left out."""
    return tuple(backlog_of(database, stage, now, courtesy) for stage in STAGES)


def backlog_of(database: Database, stage: str, now: datetime, courtesy: Courtesy = COURTESY) -> Backlog:
    """What waits for this stage, likewise."""
    match stage:
        case "poll":
            due, oldest = count_pollable(database, now, courtesy)
        case "deliver":
            due, oldest = count_sendable(database, now)
        case _:
            due, oldest = count_due(database, STAGES[stage], now)
    return Backlog(stage, due, (now - oldest).total_seconds() if oldest else 0.0)
