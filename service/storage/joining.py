"""Alerts follow their stories: where a rule has several about one story, the oldest goes on and the others are joined into it.

Whoever calls these has the lock on stories, so no article joins an alert meanwhile. An alert that was joined into another keeps
all that it told, and says where it went; `joined_into` always names one that goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, select, update

from service.domain.developments import merge
from service.storage.alerts import dump_living, to_living
from service.storage.tables import alert


def move_alerts(connection: Connection, workspace: str, old: str, new: str) -> None:
    """Alerts about one story are about another one from now on."""
    rows = alerts_about(connection, workspace, (old, new))
    moving = {row.rule for row in rows if row.story == old}
    bring_together(connection, [row for row in rows if row.rule in moving], new)


def alerts_about(connection: Connection, workspace: str, stories: Collection[str]) -> Sequence[Row[Any]]:
    """All alerts about these stories, by rule, the oldest first."""
    about = (alert.c.workspace == workspace) & alert.c.story.in_(stories)
    return connection.execute(select(alert).where(about).order_by(alert.c.rule, alert.c.created_at, alert.c.id)).all()


def bring_together(connection: Connection, rows: Sequence[Row[Any]], story: str) -> None:
    """Have these, in the order of `alerts_about`, be all of their rules' alerts about the story: one of each rule goes on."""
    for _rule, alerts in groupby(rows, key=lambda row: row.rule):
        mine = list(alerts)
        ids = {row.id for row in mine}
        first, *others = [row for row in mine if row.joined_into not in ids]
        _join(connection, first, others)
        connection.execute(update(alert).where(alert.c.id == first.id).values(story=story, joined_into=None))
        connection.execute(update(alert).where(alert.c.id.in_(ids)).values(story=story))


def _join(connection: Connection, first: Row[Any], others: Sequence[Row[Any]]) -> None:
    whole, updated_at = to_living(first), first.updated_at
    for row in others:
        other = to_living(row)
        whole, updated_at = merge(whole, other), max(updated_at, row.updated_at)
        values = {"living": dump_living(replace(other, untold=())), "joined_into": first.id}
        connection.execute(update(alert).where(alert.c.id == row.id).values(**values))
        connection.execute(update(alert).where(alert.c.joined_into == row.id).values(joined_into=first.id))
    if others:
        connection.execute(update(alert).where(alert.c.id == first.id).values(living=dump_living(whole), updated_at=updated_at))
