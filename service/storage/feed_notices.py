"""Notices of feeds' health: written with the change that they tell of, and delivered as alerts are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from service.domain.deliveries import DeliveryState
from service.domain.feed_notices import FeedNotice, notice_id
from service.domain.feeds import FeedState, HealthChange
from service.domain.ids import delivery_id
from service.storage.database import Database
from service.storage.tables import channel, delivery, feed, feed_notice, subscription, workspace


def tell_owners(connection: Connection, database: Database, feed_id: str, change: HealthChange, now: datetime) -> None:
    """Write a notice for each workspace that follows the feed unpaused and has chosen a channel for that, due at once.

    That all is well again is told to those only who were told that it was not.
    """
    state = change.state or FeedState.OK
    for row in connection.execute(_owners(feed_id, told=state is FeedState.OK)).all():
        values = {
            "id": notice_id(row.workspace, feed_id, state, now),
            "workspace": row.workspace,
            "feed": feed_id,
            "state": state,
            "reason": change.reason,
            "url": row.url,
            "title": row.title,
            "created_at": now,
        }
        connection.execute(database.insert(feed_notice).values(**values).on_conflict_do_nothing())
        connection.execute(database.insert(delivery).values(**_delivery(values, row, now)).on_conflict_do_nothing())


def load_notices(connection: Connection, ids: Collection[str]) -> Mapping[str, FeedNotice]:
    """These notices, by id."""
    rows = connection.execute(select(feed_notice).where(feed_notice.c.id.in_(ids))).all() if ids else ()
    return {row.id: FeedNotice(**{**row._mapping, "state": FeedState(row.state)}) for row in rows}


def _owners(feed_id: str, *, told: bool) -> Any:
    columns = (workspace.c.id.label("workspace"), workspace.c.health_channel, channel.c.disabled_reason, feed.c.url, feed.c.title)
    followed = (
        select(*columns)
        .select_from(subscription)
        .join(feed, feed.c.id == subscription.c.feed)
        .join(workspace, workspace.c.id == subscription.c.workspace)
        .join(channel, channel.c.id == workspace.c.health_channel)
        .where(feed.c.id == feed_id, subscription.c.paused.is_(False), channel.c.deleted_at.is_(None))
    )
    earlier = exists().where(feed_notice.c.workspace == workspace.c.id, feed_notice.c.feed == feed_id)
    return followed.where(earlier) if told else followed


def _delivery(notice: Mapping[str, Any], owner: Row[Any], now: datetime) -> dict[str, Any]:
    """A delivery that is due; for a disabled channel one that is dead, so that it can be seen and revived."""
    disabled = owner.disabled_reason
    return {
        "id": delivery_id(notice["id"], owner.health_channel),
        "workspace": owner.workspace,
        "notice": notice["id"],
        "channel": owner.health_channel,
        "state": DeliveryState.DEAD if disabled else DeliveryState.PENDING,
        "detail": f"the channel is disabled: {disabled}" if disabled else None,
        "created_at": now,
        "finished_at": now if disabled else None,
        "next_at": None if disabled else now,
    }
