"""Channels, and what they keep secret: their settings and signing secrets, sealed together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

from service.domain.channel_notices import DELETED, why_unsent
from service.domain.channels import Channel, Secret, rotate
from service.domain.deliveries import DeliveryState
from service.storage.audit import Caller, record
from service.storage.channel_notices import tell_of_disabled
from service.storage.claims import untouched
from service.storage.confirmations import ask_reader
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.sealing import Sealer, Unsealable
from service.storage.tables import channel, delivery


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many channels were sealed anew, and why others cannot be."""

    done: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channels:
    """Channels in the database."""

    database: Database
    sealer: Sealer

    def add_channel(self, new: Channel, *, caller: Caller) -> None:
        """Store a new channel. Raises NoSealingKey."""
        known = {"id": new.id, "workspace": new.workspace, "kind": new.kind, "name": new.name, "created_at": new.created_at}
        values = known | {"ordered": new.ordered} | _seal(new, self.sealer)
        with self.database.write() as connection:
            connection.execute(channel.insert().values(**values))
            if new.unconfirmed:
                ask_reader(connection, self.database, new.id, new.created_at)
            record(connection, caller, "channel.create", new.id)

    def find_channel(self, workspace: str, channel_id: str) -> Channel | None:
        """A channel of this workspace."""
        with self.database.read() as connection:
            return _find(connection, self.sealer, workspace, channel_id)

    def find_any_channel(self, channel_id: str) -> Channel | None:
        """A channel of whichever workspace: only for links that prove by a signature that they may."""
        with self.database.read() as connection:
            row = connection.execute(select(channel).where(channel.c.id == channel_id, channel.c.deleted_at.is_(None))).one_or_none()
        return to_channel(row, self.sealer) if row else None

    def list_channels(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Page[Channel]:
        """A workspace's channels, newest first."""
        query = select(channel).where(channel.c.workspace == workspace, channel.c.deleted_at.is_(None))

        def to_item(row: Row[Any]) -> Channel:
            return to_channel(row, self.sealer)

        with self.database.read() as connection:
            return fetch_page(connection, query, moment=channel.c.created_at, key=channel.c.id, cursor=cursor, limit=limit, to_item=to_item)

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
        """Give a channel another name, other settings or another order; None leaves them. `ask` whoever reads there now first.

        Raises NoSealingKey.
        """
        with self.database.write() as connection:
            old = _find(connection, self.sealer, caller.workspace, channel_id, lock=True)
            if old is None:
                return None
            values: dict[str, Any] = {} if name is None else {"name": name}
            if settings is not None:
                values |= _seal(replace(old, settings=settings), self.sealer)
            if ordered is not None:
                values["ordered"] = ordered
            if values:
                connection.execute(update(channel).where(channel.c.id == channel_id).values(**values))
            if ask:
                ask_reader(connection, self.database, channel_id, caller.now)
            record(connection, caller, "channel.change", channel_id)
            return _find(connection, self.sealer, caller.workspace, channel_id)

    def rotate_secret(self, channel_id: str, new: str, *, overlap: timedelta, caller: Caller) -> Channel | None:
        """Sign with `new` from now on, and for `overlap` with the secrets in force too; None if there is no such channel.

        Raises NoSealingKey, and Unsealable where what is stored cannot be opened here: it would be lost.
        """
        with self.database.write() as connection:
            old = _find(connection, self.sealer, caller.workspace, channel_id, lock=True)
            if old is None:
                return None
            if old.unreadable:
                raise Unsealable(old.unreadable)
            rotated = replace(old, secrets=rotate(old.secrets, new, now=caller.now, overlap=overlap))
            connection.execute(update(channel).where(channel.c.id == channel_id).values(**_seal(rotated, self.sealer)))
            record(connection, caller, "channel.rotate_secret", channel_id)
            return _find(connection, self.sealer, caller.workspace, channel_id)

    def reseal(self) -> Resealed:
        """Seal under the newest key what is not: older seals, and what was stored before channels were sealed. Raises NoSealingKey."""
        done, lost = 0, []
        with self.database.read() as connection:
            rows = connection.execute(select(channel.c.id, channel.c.sealed).where(channel.c.deleted_at.is_(None))).all()
        for row in rows:
            if row.sealed and self.sealer.is_current(row.sealed):
                continue
            why = self._reseal(row.id)
            done += why is None
            lost += [f"{row.id}: {why}"] if why else []
        return Resealed(done, tuple(lost))

    def _reseal(self, channel_id: str) -> str | None:
        with self.database.write() as connection:
            row = connection.execute(select(channel).where(channel.c.id == channel_id).with_for_update()).one()
            old = to_channel(row, self.sealer)
            if old.unreadable is None:
                connection.execute(update(channel).where(channel.c.id == channel_id).values(**_seal(old, self.sealer)))
        return old.unreadable

    def enable_channel(self, channel_id: str, *, caller: Caller) -> Channel | None:
        """Let a disabled channel be used again. What it missed is dead until somebody redelivers it."""
        return self._update(channel_id, "channel.enable", caller, {"disabled_at": None, "disabled_reason": None})

    def disable_channel(self, channel_id: str, reason: str, *, caller: Caller) -> Channel | None:
        """Stop using a channel; what waits for it becomes dead, visible and revivable. None if there is no such channel."""
        with self.database.write() as connection:
            found = _find(connection, self.sealer, caller.workspace, channel_id)
            if found is None:
                return None
            disable(connection, self.database, channel_id, reason, caller.now)
            record(connection, caller, "channel.disable", channel_id)
            return _find(connection, self.sealer, caller.workspace, channel_id)

    def delete_channel(self, channel_id: str, *, caller: Caller) -> bool:
        """Delete a channel and call off what waits for it. False if there is no such channel."""
        with self.database.write() as connection:
            found = (
                connection.execute(update(channel).where(_mine(caller.workspace, channel_id)).values(deleted_at=caller.now)).rowcount == 1
            )
            if found:
                _end_deliveries(connection, channel_id, DeliveryState.CANCELLED, DELETED, caller.now)
                record(connection, caller, "channel.delete", channel_id)
        return found

    def _update(self, channel_id: str, action: str, caller: Caller, values: dict[str, Any]) -> Channel | None:
        with self.database.write() as connection:
            if values:
                connection.execute(update(channel).where(_mine(caller.workspace, channel_id)).values(**values))
            found = _find(connection, self.sealer, caller.workspace, channel_id)
            if found:
                record(connection, caller, action, channel_id)
        return found


def to_channel(row: Row[Any], sealer: Sealer) -> Channel:
    """A channel from its row."""
    unreadable, settings, stored = None, row.settings, row.secrets
    if row.sealed is not None:
        try:
            opened = json.loads(sealer.unseal(row.sealed, about=_about(row.id)))
            settings, stored = opened["settings"], opened["secrets"]
        except Unsealable as error:
            unreadable = str(error)
    secrets = tuple(Secret(each["value"], _parse_moment(each["retires_at"])) for each in stored)
    return Channel(
        row.id, row.workspace, row.kind, row.name, settings, secrets, row.created_at, row.disabled_at, row.disabled_reason,
        row.ordered, row.unconfirmed, unreadable,
    )  # fmt: skip


def _seal(what: Channel, sealer: Sealer) -> dict[str, Any]:
    """The columns that hold a channel's settings and secrets. All settings, for only the kinds know which of them are secret."""
    opened = json.dumps({"settings": dict(what.settings), "secrets": _dump(what.secrets)})
    return {"sealed": sealer.seal(opened, about=_about(what.id)), "settings": {}, "secrets": []}


def _about(channel_id: str) -> str:
    return f"channel {channel_id}"


def disable(connection: Connection, database: Database, channel_id: str, reason: str, now: datetime) -> None:
    """Disable a channel inside the caller's transaction, with everything that waits for it, and tell its owner by another one."""
    # Weaker than FOR UPDATE: of two that are disabled at once each may be told by the other.
    row = connection.execute(select(channel).where(channel.c.id == channel_id).with_for_update(key_share=True)).one()
    if row.disabled_at is None and row.deleted_at is None:
        tell_of_disabled(connection, database, row, reason, now)
    since = row.disabled_at or now  # what it missed since then is replayed when it is enabled
    connection.execute(update(channel).where(channel.c.id == channel_id).values(disabled_at=since, disabled_reason=reason))
    _end_deliveries(connection, channel_id, DeliveryState.DEAD, why_unsent(reason), now)


def _end_deliveries(connection: Connection, channel_id: str, state: DeliveryState, detail: str, now: datetime) -> None:
    # What is under way just now is left to its worker: it may be received, and its attempt must be recorded.
    idle = or_(delivery.c.lease_until.is_(None), delivery.c.lease_until <= now)
    waiting = and_(delivery.c.channel == channel_id, delivery.c.state == DeliveryState.PENDING, idle)
    # Not those that are being claimed, or sent again: whoever does that may wait for what this transaction holds. Claiming ends them.
    ended = update(delivery).where(untouched(delivery, waiting))
    connection.execute(ended.values(state=state, detail=detail, finished_at=now, next_at=None))


def _mine(workspace: str, channel_id: str) -> ColumnElement[bool]:
    return (channel.c.workspace == workspace) & (channel.c.id == channel_id) & channel.c.deleted_at.is_(None)


def _find(connection: Connection, sealer: Sealer, workspace: str, channel_id: str, *, lock: bool = False) -> Channel | None:
    query = select(channel).where(_mine(workspace, channel_id))
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return to_channel(row, sealer) if row else None


def _dump(secrets: tuple[Secret, ...]) -> list[dict[str, str | None]]:
    return [{"value": each.value, "retires_at": each.retires_at.isoformat() if each.retires_at else None} for each in secrets]


def _parse_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
