"""Workspaces and the API keys that open them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, select, update

from service.domain.policies import NOTHING_CHOSEN, Defaults
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.tables import api_key, workspace
from service.storage.workspace_policies import to_defaults

Scope = Literal["read", "write", "admin"]
USE_RESOLUTION = timedelta(minutes=1)  # how exact `last_used_at` is; a write per request would be dear


@dataclass(frozen=True, slots=True)
class Workspace:
    """One team or client: who owns rules, channels and alerts."""

    id: str
    name: str
    created_at: datetime
    health_channel: str | None = None  # where it is told of its feeds' health; None: nowhere
    alerting: Defaults = NOTHING_CHOSEN  # what holds for its rules


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored: never the key itself."""

    id: str
    workspace: str
    name: str
    last4: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def opens(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def hash_key(key: str) -> str:
    """Keys are 256 random bits: a plain SHA-256 is as hard to invert as a slow hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Workspaces:
    """Workspaces and keys in the database."""

    database: Database

    def find_workspace(self, name: str) -> Workspace | None:
        """The workspace of this name."""
        with self.database.read() as connection:
            row = connection.execute(select(workspace).where(workspace.c.name == name)).one_or_none()
        return _workspace(row) if row else None

    def get_workspace(self, workspace_id: str) -> Workspace:
        """The workspace of this id."""
        with self.database.read() as connection:
            row = connection.execute(select(workspace).where(workspace.c.id == workspace_id)).one()
        return _workspace(row)

    def choose_health_channel(self, channel_id: str | None, *, caller: Caller) -> Workspace:
        """Tell the workspace of its feeds' health by this channel of its own, or not at all."""
        with self.database.write() as connection:
            connection.execute(update(workspace).where(workspace.c.id == caller.workspace).values(health_channel=channel_id))
            record(connection, caller, "workspace.change", caller.workspace)
        return self.get_workspace(caller.workspace)

    def change_alerting(self, change: Callable[[Defaults], Defaults], *, caller: Caller) -> Workspace:
        """Replace what holds for all rules of the workspace by what `change` makes of it.

        Two changes at once are made one after the other.
        """
        mine = workspace.c.id == caller.workspace
        with self.database.write() as connection:
            row = connection.execute(select(workspace.c.alerting).where(mine).with_for_update(key_share=True)).one()
            new = change(to_defaults(row.alerting))
            connection.execute(update(workspace).where(mine).values(alerting=new.model_dump(mode="json")))
            record(connection, caller, "workspace.change", caller.workspace)
        return self.get_workspace(caller.workspace)

    def list_workspaces(self) -> tuple[Workspace, ...]:
        """Every workspace, by name."""
        with self.database.read() as connection:
            rows = connection.execute(select(workspace).order_by(workspace.c.name)).all()
        return tuple(_workspace(row) for row in rows)

    def get_or_add_workspace(self, name: str, *, new_id: str, now: datetime) -> Workspace:
        """The workspace of this name, made if there is none."""
        with self.database.write() as connection:
            added = self.database.insert(workspace).values(id=new_id, name=name, created_at=now)
            connection.execute(added.on_conflict_do_nothing())
        found = self.find_workspace(name)
        assert found is not None, "inserted above"
        return found

    def add_key(self, key: ApiKey, secret: str, *, caller: Caller) -> None:
        """Store a new key by the hash of `secret`, the whole key as its user holds it."""
        values = {name: getattr(key, name) for name in ApiKey.__slots__}
        with self.database.write() as connection:
            connection.execute(api_key.insert().values(**values, hash=hash_key(secret)))
            record(connection, caller, "key.create", key.id)

    def find_key(self, key_id: str, secret: str, *, now: datetime) -> ApiKey | None:
        """The key that `secret` is, if it opens anything now; its use is noted."""
        with self.database.read() as connection:
            row = connection.execute(select(api_key).where(api_key.c.id == key_id)).one_or_none()
        if row is None or not hmac.compare_digest(row.hash, hash_key(secret)):
            return None
        key = _key(row)
        if not key.opens(now):
            return None
        if key.last_used_at is None or now - key.last_used_at > USE_RESOLUTION:
            with self.database.write() as connection:
                connection.execute(update(api_key).where(api_key.c.id == key_id).values(last_used_at=now))
        return key

    def still_opens(self, key_id: str, *, now: datetime) -> bool:
        """Whether a key that was shown before opens its workspace now."""
        with self.database.read() as connection:
            row = connection.execute(select(api_key).where(api_key.c.id == key_id)).one_or_none()
        return row is not None and _key(row).opens(now)

    def list_keys(self, workspace_id: str) -> tuple[ApiKey, ...]:
        """A workspace's keys, oldest first, the revoked ones too."""
        query = select(api_key).where(api_key.c.workspace == workspace_id).order_by(api_key.c.created_at, api_key.c.id)
        with self.database.read() as connection:
            return tuple(_key(row) for row in connection.execute(query).all())

    def revoke_key(self, key_id: str, *, caller: Caller) -> ApiKey | None:
        """Make a key open nothing from now on; None if the workspace has no such key."""
        mine = (api_key.c.workspace == caller.workspace) & (api_key.c.id == key_id)
        with self.database.write() as connection:
            connection.execute(update(api_key).where(mine, api_key.c.revoked_at.is_(None)).values(revoked_at=caller.now))
            row = connection.execute(select(api_key).where(mine)).one_or_none()
            if row:
                record(connection, caller, "key.revoke", key_id)
        return _key(row) if row else None


def _workspace(row: Row[Any]) -> Workspace:
    return Workspace(row.id, row.name, row.created_at, row.health_channel, to_defaults(row.alerting))


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(**{name: value for name, value in row._mapping.items() if name != "hash"})
