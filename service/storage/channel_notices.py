"""Notices of channels: that one was disabled, told by another; and the question whether messages are welcome."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from service.domain.channel_notices import ChannelNotice, ChannelNoticeKind, channel_notice_id
from service.domain.deliveries import DeliveryState
from service.domain.ids import delivery_id
from service.domain.sentences import as_sentence
from service.storage.database import Database
from service.storage.tables import channel, channel_notice, delivery, traffic, workspace


def tell_of_disabled(connection: Connection, database: Database, disabled: Row[Any], reason: str, now: datetime) -> None:
    """Tell the owner of a disabled channel by another one, due at once: by the workspace's `health_channel` if that works, else
    by the oldest that does. Where none does, only the API shows it."""
    teller = _find_teller(connection, disabled)
    if teller is not None:
        add_notice(connection, database, ChannelNoticeKind.DISABLED, disabled, reason, to=teller, now=now)


def add_notice(
    connection: Connection, database: Database, kind: ChannelNoticeKind, about: Row[Any], reason: str, *, to: str, now: datetime
) -> None:
    """A notice about a channel with its delivery to a channel, due at once."""
    notice = channel_notice_id(kind, about.id, now)
    values = {
        "id": notice,
        "workspace": about.workspace,
        "channel": about.id,
        "kind": kind,
        "reason": as_sentence(reason),
        "created_at": now,
    }
    connection.execute(database.insert(channel_notice).values(**values).on_conflict_do_nothing())
    sent = {"id": delivery_id(notice, to), "workspace": about.workspace, "channel_notice": notice, "channel": to}
    sent |= {"state": DeliveryState.PENDING, "created_at": now, "next_at": now}
    connection.execute(database.insert(delivery).values(**sent).on_conflict_do_nothing())


def load_channel_notices(connection: Connection, ids: Collection[str]) -> Mapping[str, ChannelNotice]:
    """These notices, by id."""
    if not ids:
        return {}
    columns = (*channel_notice.c, channel.c.kind.label("about_kind"), channel.c.name.label("about_name"))
    query = select(*columns).join(channel, channel.c.id == channel_notice.c.channel).where(channel_notice.c.id.in_(ids))
    return {row.id: _to_notice(row) for row in connection.execute(query).all()}


def last_notice_at(connection: Connection, kind: ChannelNoticeKind, channel_id: str) -> datetime | None:
    """When the last notice of this kind about a channel was written."""
    query = select(func.max(channel_notice.c.created_at)).where(channel_notice.c.channel == channel_id, channel_notice.c.kind == kind)
    moment: datetime | None = connection.execute(query).scalar()
    return moment


def _to_notice(row: Row[Any]) -> ChannelNotice:
    kind = ChannelNoticeKind(row.kind)
    return ChannelNotice(row.id, kind, row.channel, row.about_kind, row.about_name, row.reason, row.created_at)


def _find_teller(connection: Connection, disabled: Row[Any]) -> str | None:
    chosen = select(workspace.c.health_channel).where(workspace.c.id == disabled.workspace).scalar_subquery()
    working = and_(channel.c.workspace == disabled.workspace, channel.c.id != disabled.id, _works())
    healthy = traffic.c.failing_since.is_(None)
    query = select(channel.c.id).outerjoin(traffic, traffic.c.place == channel.c.id).where(working)
    found: str | None = connection.execute(
        query.order_by((channel.c.id == chosen).desc(), healthy.desc(), channel.c.created_at, channel.c.id).limit(1)
    ).scalar()
    return found


def _works() -> ColumnElement[bool]:
    return and_(channel.c.disabled_at.is_(None), channel.c.deleted_at.is_(None), channel.c.unconfirmed.is_(False))
