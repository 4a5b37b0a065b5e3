"""Putting messages into the outbox: a delivery for each channel that they go to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from service.domain.channel_notices import DELETED, why_unsent
from service.domain.deliveries import DeliveryState
from service.domain.ids import delivery_id
from service.storage.database import Database
from service.storage.muted import Muted, find_muted
from service.storage.tables import channel, delivery


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: an alert (`number` 0) or an update of it, or a digest; to these channels, None: all of the workspace."""

    workspace: str
    channels: tuple[str, ...] | None
    alert: str | None = None
    number: int = 0
    digest: str | None = None

    @property
    def origin(self) -> str:
        """The alert or the digest."""
        origin = self.alert or self.digest
        assert origin is not None, "a message says something"
        return origin


def save_deliveries(connection: Connection, database: Database, messages: Sequence[Outgoing], now: datetime) -> int:
    """Make a delivery of each message to each of its channels, unless there is one; return how many of them are due.

    What the reader of a channel has muted is called off at once, so that it can be seen, and sent after all. So is each alert of a
    digest that is sent without it, and what goes to a channel by name that was deleted meanwhile.
    """
    if not messages:
        return 0
    workspaces = {message.workspace for message in messages}
    named = {each for message in messages for each in message.channels or ()}
    concerned = and_(channel.c.workspace.in_(workspaces), or_(channel.c.deleted_at.is_(None), channel.c.id.in_(named)))
    rows = keep_closed(connection, connection.execute(select(channel).where(concerned)).all(), wait=True)
    muted = find_muted(connection, workspaces, {message.origin for message in messages}, now)
    pairs = [(message, each) for message in messages for each in rows if _goes_to(message, each)]
    values = [_values(message, each, muted, now) for message, each in pairs]
    values += [called_off for message, each in pairs for called_off in _called_off(message, each, muted, now)]
    if values:
        connection.execute(database.insert(delivery).on_conflict_do_nothing(), values)
    return sum(1 for each in values if each["next_at"])


def keep_closed(connection: Connection, channels: Sequence[Row[Any]], *, wait: bool) -> list[Row[Any]]:
    """The same channels, of which none that is closed is opened until the transaction ends: who opens it replays all that it missed.

    Without `wait` the closed ones that somebody is changing just now are left out.
    """
    closed = {row.id for row in channels if row.disabled_at is not None}
    if not closed:
        return list(channels)
    locked = select(channel).where(channel.c.id.in_(closed)).order_by(channel.c.id).with_for_update(read=True, skip_locked=not wait)
    return [*(row for row in channels if row.id not in closed), *connection.execute(locked).all()]


def over_at(where: Row[Any], now: datetime) -> datetime:
    """When a delivery to a channel is over that is not sent: never before the channel was disabled, by whose time what it missed is found.

    `now` was asked for before the transaction, which may have waited.
    """
    return now if where.disabled_at is None else max(now, where.disabled_at)


def _goes_to(message: Outgoing, where: Row[Any]) -> bool:
    goes_there = where.deleted_at is None if message.channels is None else where.id in message.channels
    return where.workspace == message.workspace and goes_there


def _values(message: Outgoing, where: Row[Any], muted: Muted, now: datetime) -> dict[str, Any]:
    """A delivery that is due; for a disabled channel one that is dead, so that it can be seen and revived."""
    left_out = sorted({alert for alert, _number in muted.left_out(message.origin, where.id)}) or None
    if where.deleted_at:
        return _delivery(message, where, DeliveryState.CANCELLED, DELETED, now, left_out)
    if where.disabled_reason:
        return _delivery(message, where, DeliveryState.DEAD, why_unsent(where.disabled_reason), now, left_out)
    if why := muted.why(message.origin, where.id):
        return _delivery(message, where, DeliveryState.CANCELLED, why, now)
    return _delivery(message, where, DeliveryState.PENDING, None, now, left_out)


def _called_off(message: Outgoing, where: Row[Any], muted: Muted, now: datetime) -> Iterator[dict[str, Any]]:
    for (alert, number), why in muted.left_out(message.origin, where.id).items():
        yield _delivery(Outgoing(message.workspace, None, alert, number), where, DeliveryState.CANCELLED, why, now)


def _delivery(
    message: Outgoing, where: Row[Any], state: DeliveryState, detail: str | None, now: datetime, left_out: Sequence[str] | None = None
) -> dict[str, Any]:
    due = state is DeliveryState.PENDING
    return {
        "id": delivery_id(message.origin, where.id, message.number),
        "workspace": message.workspace,
        "alert": message.alert,
        "digest": message.digest,
        "left_out": left_out,
        "channel": where.id,
        "update_number": message.number,
        "state": state,
        "detail": detail,
        "created_at": now,
        "finished_at": None if due else over_at(where, now),
        "next_at": now if due else None,
    }
