"""How much there is of everything: for `/metrics`, over all workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, select

from service.domain.feeds import FeedState
from service.storage.database import Database
from service.storage.digests import count_waiting
from service.storage.failures import load_failures
from service.storage.feedback import count_feedback
from service.storage.tables import alert, article, delivery, feed, match


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
