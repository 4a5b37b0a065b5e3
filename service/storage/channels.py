"""Channels and their signing secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

from service.domain.channels import Channel, Secret, rotate
from service.domain.deliveries import DeliveryState
from service.storage.audit import Caller, record
from service.storage.channel_notices import tell_of_disabled
from service.storage.confirmations import ask_reader
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import channel, delivery


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels in the database."""

    database: Database

    def add_channel(self, new: Channel, *, caller: Caller) -> None:
        """Store a new channel."""
        values = {
            "id": new.id,
            "workspace": new.workspace,
            "kind": new.kind,
            "name": new.name,
            "settings": dict(new.settings),
            "secrets": _dump(new.secrets),
            "created_at": new.created_at,
            "ordered": new.ordered,
        }
        with self.database.write() as connection:
            connection.execute(channel.insert().values(**values))
            if new.unconfirmed:
                ask_reader(connection, self.database, new.id, new.created_at)
            record(connection, caller, "channel.create", new.id)

    def find_channel(self, workspace: str, channel_id: str) -> Channel | None:
        """A channel of this workspace."""
        with self.database.read() as connection:
            return _find(connection, workspace, channel_id)

    def find_any_channel(self, channel_id: str) -> Channel | None:
        """A channel of whichever workspace: only for links that prove by a signature that they may."""
        with self.database.read() as connection:
            row = connection.execute(select(channel).where(channel.c.id == channel_id, channel.c.deleted_at.is_(None))).one_or_none()
        return to_channel(row) if row else None

    def list_channels(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Page[Channel]:
        """A workspace's channels, newest first."""
        query = select(channel).where(channel.c.workspace == workspace, channel.c.deleted_at.is_(None))
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=channel.c.created_at, key=channel.c.id, cursor=cursor, limit=limit, to_item=to_channel
            )

    def change_channel(
        self,
        channel_id: str,
        *,
        name: str | None,
        settings: Mapping[str, str] | None,
        caller: Caller,
        ordered: bool | None = None,
        ask: bool = False,
    ) -> Channel | None:
        """Give a channel another name, other settings or another order; None leaves them. `ask` whoever reads there now first."""
        values: dict[str, Any] = {"name": name} if name is not None else {}
        if ordered is not None:
            values["ordered"] = ordered
        if settings is not None:
            values["settings"] = dict(settings)
        return self._update(channel_id, "channel.change", caller, values, ask=ask)

    def rotate_secret(self, channel_id: str, new: str, *, overlap: timedelta, caller: Caller) -> Channel | None:
        """Sign with `new` from now on, and for `overlap` with the secrets in force too; None if there is no such channel."""
        mine = _mine(caller.workspace, channel_id)
        with self.database.write() as connection:
            row = connection.execute(select(channel).where(mine).with_for_update()).one_or_none()
            if row is None:
                return None
            rotated = rotate(to_channel(row).secrets, new, now=caller.now, overlap=overlap)
            connection.execute(update(channel).where(mine).values(secrets=_dump(rotated)))
            record(connection, caller, "channel.rotate_secret", channel_id)
            return _find(connection, caller.workspace, channel_id)

    def enable_channel(self, channel_id: str, *, caller: Caller) -> Channel | None:
        """Let a disabled channel be used again. What it missed is dead until somebody redelivers it."""
        return self._update(channel_id, "channel.enable", caller, {"disabled_at": None, "disabled_reason": None})

    def disable_channel(self, channel_id: str, reason: str, *, caller: Caller) -> Channel | None:
        """Stop using a channel; what waits for it becomes dead, visible and revivable. None if there is no such channel."""
        with self.database.write() as connection:
            found = _find(connection, caller.workspace, channel_id)
            if found is None:
                return None
            disable(connection, self.database, channel_id, reason, caller.now)
            record(connection, caller, "channel.disable", channel_id)
            return _find(connection, caller.workspace, channel_id)

    def delete_channel(self, channel_id: str, *, caller: Caller) -> bool:
        """Delete a channel and call off what waits for it. False if there is no such channel."""
        with self.database.write() as connection:
            found = (
                connection.execute(update(channel).where(_mine(caller.workspace, channel_id)).values(deleted_at=caller.now)).rowcount == 1
            )
            if found:
                _end_deliveries(connection, channel_id, DeliveryState.CANCELLED, "the channel was deleted", caller.now)
                record(connection, caller, "channel.delete", channel_id)
        return found

    def _update(self, channel_id: str, action: str, caller: Caller, values: dict[str, Any], *, ask: bool = False) -> Channel | None:
        with self.database.write() as connection:
            if values:
                connection.execute(update(channel).where(_mine(caller.workspace, channel_id)).values(**values))
            if ask and _find(connection, caller.workspace, channel_id):
                ask_reader(connection, self.database, channel_id, caller.now)
            found = _find(connection, caller.workspace, channel_id)
            if found:
                record(connection, caller, action, channel_id)
        return found


def to_channel(row: Row[Any]) -> Channel:
    """A channel from its row."""
    secrets = tuple(Secret(each["value"], _parse_moment(each["retires_at"])) for each in row.secrets)
    return Channel(
        row.id, row.workspace, row.kind, row.name, row.settings, secrets, row.created_at, row.disabled_at, row.disabled_reason,
        row.ordered, row.unconfirmed,
    )  # fmt: skip


def disable(connection: Connection, database: Database, channel_id: str, reason: str, now: datetime) -> None:
    """Disable a channel inside the caller's transaction, with everything that waits for it, and tell its owner by another one."""
    row = connection.execute(select(channel).where(channel.c.id == channel_id).with_for_update()).one()
    if row.disabled_at is None and row.deleted_at is None:
        tell_of_disabled(connection, database, row, reason, now)
    connection.execute(update(channel).where(channel.c.id == channel_id).values(disabled_at=now, disabled_reason=reason))
    _end_deliveries(connection, channel_id, DeliveryState.DEAD, f"the channel is disabled: {reason}", now)


def _end_deliveries(connection: Connection, channel_id: str, state: DeliveryState, detail: str, now: datetime) -> None:
    # What is under way just now is left to its worker: it may be received, and its attempt must be recorded.
    idle = or_(delivery.c.lease_until.is_(None), delivery.c.lease_until <= now)
    waiting = and_(delivery.c.channel == channel_id, delivery.c.state == DeliveryState.PENDING, idle)
    connection.execute(update(delivery).where(waiting).values(state=state, detail=detail, finished_at=now, next_at=None))


def _mine(workspace: str, channel_id: str) -> ColumnElement[bool]:
    return (channel.c.workspace == workspace) & (channel.c.id == channel_id) & channel.c.deleted_at.is_(None)


def _find(connection: Connection, workspace: str, channel_id: str) -> Channel | None:
    row = connection.execute(select(channel).where(_mine(workspace, channel_id))).one_or_none()
    return to_channel(row) if row else None


def _dump(secrets: tuple[Secret, ...]) -> list[dict[str, str | None]]:
    return [{"value": each.value, "retires_at": each.retires_at.isoformat() if each.retires_at else None} for each in secrets]


def _parse_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
