"""Putting messages into the outbox: a delivery for each channel that they go to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, null, or_, select

from service.domain.deliveries import DeliveryState
from service.domain.ids import delivery_id
from service.domain.mutes import Mute, say_mute
from service.storage.database import Database
from service.storage.mutes import mutes_at
from service.storage.tables import alert, channel, delivery, digest


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

    What the reader of a channel has muted is called off at once, so that it can be seen, and sent after all.
    """
    if not messages:
        return 0
    workspaces = {message.workspace for message in messages}
    rows = connection.execute(select(channel).where(channel.c.workspace.in_(workspaces), channel.c.deleted_at.is_(None))).all()
    muted = _muted(connection, messages, mutes_at(connection, workspaces, now))
    values = [_values(message, each, muted, now) for message in messages for each in rows if _goes_to(message, each)]
    if values:
        connection.execute(database.insert(delivery).on_conflict_do_nothing(), values)
    return sum(1 for each in values if each["next_at"])


def _goes_to(message: Outgoing, where: Row[Any]) -> bool:
    return where.workspace == message.workspace and (message.channels is None or where.id in message.channels)


def _muted(connection: Connection, messages: Sequence[Outgoing], mutes: Mapping[str, tuple[Mute, ...]]) -> dict[tuple[str, str], str]:
    """Why messages are kept from channels, by the message's origin and the channel.

    Who muted the story by the message of an alert that was joined into another hears nothing of that one.
    """
    if not mutes:
        return {}
    origins = {message.origin for message in messages}
    story = alert.c.content["story"].as_string().label("story")
    alerts = select(alert.c.id, alert.c.workspace, alert.c.rule, alert.c.joined_into, story)
    digests = select(digest.c.id, digest.c.workspace, digest.c.rule, null().label("joined_into"), null().label("story"))
    told = (
        *connection.execute(alerts.where(or_(alert.c.id.in_(origins), alert.c.joined_into.in_(origins)))).all(),
        *connection.execute(digests.where(digest.c.id.in_(origins))).all(),
    )
    return {
        (origin, each.channel): say_mute(each)
        for row in told
        for origin in (row.id, row.joined_into)
        for each in mutes.get(row.workspace, ())
        if each.covers(rule=row.rule, story=row.story, alert=row.id)
    }


def _values(message: Outgoing, where: Row[Any], muted: Mapping[tuple[str, str], str], now: datetime) -> dict[str, Any]:
    """A delivery that is due; for a disabled channel one that is dead, so that it can be seen and revived."""
    state, detail = DeliveryState.PENDING, None
    if where.disabled_reason:
        state, detail = DeliveryState.DEAD, f"the channel is disabled: {where.disabled_reason}"
    elif why := muted.get((message.origin, where.id)):
        state, detail = DeliveryState.CANCELLED, why
    due = state is DeliveryState.PENDING
    return {
        "id": delivery_id(message.origin, where.id, message.number),
        "workspace": message.workspace,
        "alert": message.alert,
        "digest": message.digest,
        "channel": where.id,
        "update_number": message.number,
        "state": state,
        "detail": detail,
        "created_at": now,
        "finished_at": None if due else now,
        "next_at": now if due else None,
    }
