"""How much there is of everything: for `/metrics`, over all workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, select

from service.domain.feeds import FeedState
from service.storage.claims import count_due
from service.storage.database import Database
from service.storage.digests import count_waiting
from service.storage.failures import load_failures
from service.storage.feed_hosts import Courtesy, count_pollable
from service.storage.feedback import count_feedback
from service.storage.tables import alert, article, delivery, digest, feed, match, page, websub
from service.storage.traffic import count_sendable

COURTESY = Courtesy()
STAGES: Mapping[str, Table] = {"poll": feed, "match": article, "deliver": delivery, "pages": page, "subscribe": websub, "digest": digest}


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a stage, unclaimed, and for how many seconds the oldest of it has; 0 where nothing waits."""

    stage: str
    due: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows in all."""

    articles: int
    matches: int
    alerts: int
    feeds: Mapping[str, int]  # by state
    deliveries: Mapping[str, int]  # by state
    collected: Mapping[str, int]  # messages that wait in digests, by kind
    feedback: Mapping[str, int]  # what alerts were judged
    failures: Mapping[str, int]  # of tasks, by their names


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


def count_all(database: Database) -> Counts:
    """Count everything in one transaction."""
    with database.read() as connection:
        return Counts(
            articles=_count(connection, article),
            matches=_count(connection, match),
            alerts=_count(connection, alert),
            feeds=_count_by(connection, _shown_state()),
            deliveries=_count_by(connection, delivery.c.state),
            collected=count_waiting(connection),
            feedback=count_feedback(connection),
            failures=load_failures(connection),
        )


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _shown_state() -> ColumnElement[str]:
    """A feed's state, paused where nobody follows it unpaused."""
    ended = feed.c.state.in_([FeedState.GONE, FeedState.QUARANTINED])
    return case((and_(feed.c.next_at.is_(None), ~ended), FeedState.PAUSED.value), else_=feed.c.state)


def _count_by(connection: Connection, column: ColumnElement[Any]) -> dict[str, int]:
    rows = connection.execute(select(column, func.count()).group_by(column)).all()
    return {str(value): number for value, number in rows}
