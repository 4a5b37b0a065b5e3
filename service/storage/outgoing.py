"""Putting messages into the outbox: a delivery for each channel that they go to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from service.domain.deliveries import DeliveryState
from service.domain.ids import delivery_id
from service.storage.database import Database
from service.storage.tables import channel, delivery


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: an alert (`number` 0) or an update of it, or a digest; to these channels, None: all of the workspace."""

    workspace: str
    channels: tuple[str, ...] | None
    alert: str | None = None
    number: int = 0
    digest: str | None = None


def save_deliveries(connection: Connection, database: Database, messages: Sequence[Outgoing], now: datetime) -> int:
    """Make a delivery of each message to each of its channels, unless there is one; return how many of them are due."""
    if not messages:
        return 0
    workspaces = {message.workspace for message in messages}
    rows = connection.execute(select(channel).where(channel.c.workspace.in_(workspaces), channel.c.deleted_at.is_(None))).all()
    values = [_values(message, each, now) for message in messages for each in rows if _goes_to(message, each)]
    if values:
        connection.execute(database.insert(delivery).on_conflict_do_nothing(), values)
    return sum(1 for each in values if each["next_at"])


def _goes_to(message: Outgoing, where: Row[Any]) -> bool:
    return where.workspace == message.workspace and (message.channels is None or where.id in message.channels)


def _values(message: Outgoing, where: Row[Any], now: datetime) -> dict[str, Any]:
    """A delivery that is due; for a disabled channel one that is dead, so that it can be seen and revived."""
    origin = message.alert or message.digest
    assert origin is not None, "a message says something"
    disabled = where.disabled_reason
    return {
        "id": delivery_id(origin, where.id, message.number),
        "workspace": message.workspace,
        "alert": message.alert,
        "digest": message.digest,
        "channel": where.id,
        "update_number": message.number,
        "state": DeliveryState.DEAD if disabled else DeliveryState.PENDING,
        "detail": f"the channel is disabled: {disabled}" if disabled else None,
        "created_at": now,
        "finished_at": now if disabled else None,
        "next_at": None if disabled else now,
    }
