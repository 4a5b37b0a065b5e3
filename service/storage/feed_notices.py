"""Notices of feeds' health: written in the transaction that shows the change, and told together, through the same outbox as alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select, update

from service.domain.channel_notices import why_unsent
from service.domain.deliveries import DeliveryState
from service.domain.feed_notices import FeedNotice, is_ripe, notice_id
from service.domain.feeds import FeedState, HealthChange
from service.domain.ids import delivery_id
from service.storage.database import Database
from service.storage.tables import channel, delivery, feed, feed_notice, subscription, workspace


def tell_owners(
    connection: Connection, database: Database, feed_id: str, change: HealthChange, now: datetime, *, only: str | None = None
) -> None:
    """Write a notice for each workspace (or `only` this one) that follows the feed unpaused and has chosen a channel for that.

    It is sent with `release_notices`. That all is well again is told to those only who were told that it was not: trouble that is over
    before anybody was told of it is no news. Nor is trouble that is back before anybody was told that it was over.
    """
    state = change.state or FeedState.OK
    taken_back = _take_back(connection, feed_id, state, only)
    owners = _owners(feed_id)
    owners = owners.where(workspace.c.id == only) if only else owners
    for row in connection.execute(owners).all():
        if not _is_news(state, row.last, taken_back=row.workspace in taken_back):
            continue
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


def release_notices(database: Database, *, now: datetime) -> int:
    """Make a message of the notices that wait, one for all of a workspace and a kind, once they have waited for others; return how many."""
    with database.read() as connection:
        ripe = _ripe(connection.execute(_held()).all(), now)
    if not ripe:
        return 0
    with database.write() as connection:
        ripe = _ripe(connection.execute(_held().with_for_update(skip_locked=True)).all(), now)
        for together in ripe:
            _send(connection, database, together, now)
    return len(ripe)


def load_notices(connection: Connection, ids: Collection[str]) -> Mapping[str, FeedNotice]:
    """These notices, by id, each with those that are told with it."""
    query = select(feed_notice).where(feed_notice.c.told_in.in_(ids)).order_by(feed_notice.c.created_at, feed_notice.c.id)
    parts: dict[str, list[FeedNotice]] = defaultdict(list)
    firsts: dict[str, Row[Any]] = {}
    for row in connection.execute(query).all() if ids else ():
        if row.id == row.told_in:
            firsts[row.id] = row
        else:
            parts[row.told_in].append(_to_notice(row))
    return {each: _to_notice(row, tuple(parts[each])) for each, row in firsts.items()}


def _to_notice(row: Row[Any], others: tuple[FeedNotice, ...] = ()) -> FeedNotice:
    values = {name: value for name, value in row._mapping.items() if name != "told_in"}
    return FeedNotice(**{**values, "state": FeedState(row.state), "others": others})


def _held() -> Select[Any]:
    columns = (feed_notice.c.id, feed_notice.c.workspace, feed_notice.c.state, feed_notice.c.created_at)
    return select(*columns).where(feed_notice.c.told_in.is_(None)).order_by(feed_notice.c.created_at, feed_notice.c.id)


def _ripe(held: Sequence[Row[Any]], now: datetime) -> list[list[Row[Any]]]:
    """What may be told now, as one message each."""
    groups: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in held:
        groups[row.workspace, row.state].append(row)
    return [rows for rows in groups.values() if is_ripe(rows[0].created_at, rows[-1].created_at, now)]


def _send(connection: Connection, database: Database, together: Sequence[Row[Any]], now: datetime) -> None:
    """Have these told by the first of them, by the channel that the workspace has chosen by now; nobody is told where there is none."""
    first = together[0]
    connection.execute(update(feed_notice).where(feed_notice.c.id.in_([row.id for row in together])).values(told_in=first.id))
    chosen = select(channel.c.id, channel.c.disabled_reason).join(workspace, workspace.c.health_channel == channel.c.id)
    row = connection.execute(chosen.where(workspace.c.id == first.workspace, channel.c.deleted_at.is_(None))).one_or_none()
    if row is not None:
        values = _delivery(first, row.id, row.disabled_reason, now)
        connection.execute(database.insert(delivery).values(**values).on_conflict_do_nothing())


def _take_back(connection: Connection, feed_id: str, state: FeedState, only: str | None) -> set[str]:
    """Drop what waits to be told and holds no more: trouble that is over, and that all is well where it is not; return whose it was."""
    waits = (feed_notice.c.feed == feed_id) & feed_notice.c.told_in.is_(None)
    over = waits if state is FeedState.OK else waits & (feed_notice.c.state == FeedState.OK)
    over = over & (feed_notice.c.workspace == only) if only else over
    return set(connection.execute(delete(feed_notice).where(over).returning(feed_notice.c.workspace)).scalars())


def _is_news(state: FeedState, last: str | None, *, taken_back: bool) -> bool:
    """Whether a workspace is told this, whose last notice of the feed, if any, says `last`; `taken_back`: one after that was dropped."""
    if state is FeedState.OK:
        return last not in (None, FeedState.OK, FeedState.MOVED)
    return not (taken_back and last == state)


def _owners(feed_id: str) -> Select[Any]:
    notices = select(feed_notice.c.state).where(feed_notice.c.workspace == workspace.c.id, feed_notice.c.feed == feed_id)
    last = notices.order_by(feed_notice.c.created_at.desc(), feed_notice.c.id.desc()).limit(1).scalar_subquery()
    return (
        select(workspace.c.id.label("workspace"), feed.c.url, feed.c.title, last.label("last"))
        .select_from(subscription)
        .join(feed, feed.c.id == subscription.c.feed)
        .join(workspace, workspace.c.id == subscription.c.workspace)
        .join(channel, channel.c.id == workspace.c.health_channel)
        .where(feed.c.id == feed_id, subscription.c.paused.is_(False), channel.c.deleted_at.is_(None))
    )


def _delivery(notice: Row[Any], channel_id: str, disabled: str | None, now: datetime) -> dict[str, Any]:
    """A delivery that is due; for a disabled channel one that is dead, so that it can be seen and revived."""
    return {
        "id": delivery_id(notice.id, channel_id),
        "workspace": notice.workspace,
        "notice": notice.id,
        "channel": channel_id,
        "state": DeliveryState.DEAD if disabled else DeliveryState.PENDING,
        "detail": why_unsent(disabled) if disabled else None,
        "created_at": now,
        "finished_at": now if disabled else None,
        "next_at": None if disabled else now,
    }
