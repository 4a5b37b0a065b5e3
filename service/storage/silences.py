"""Silences, those that have ended too: what was held under one must lead somewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from service.domain.silences import Silence
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import silence


@dataclass(frozen=True, slots=True)
class Silences:
    """Silences in the database."""

    database: Database

    def add_silence(self, added: Silence, *, caller: Caller) -> None:
        """Store a new silence."""
        with self.database.write() as connection:
            connection.execute(silence.insert().values(**asdict(added)))
            record(connection, caller, "silence.create", added.id)

    def find_silence(self, workspace: str, silence_id: str) -> Silence | None:
        """A silence of this workspace."""
        with self.database.read() as connection:
            return _find(connection, workspace, silence_id)

    def list_silences(
        self, workspace: str, *, ends_after: datetime | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Silence]:
        """A workspace's silences, newest first: all, or those that have not ended by then."""
        query = select(silence).where(silence.c.workspace == workspace)
        if ends_after is not None:
            query = query.where(silence.c.ends_at > ends_after)
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=silence.c.created_at, key=silence.c.id, cursor=cursor, limit=limit, to_item=_to_silence
            )

    def expire(self, silence_id: str, *, caller: Caller) -> Silence | None:
        """End a silence now; one that has ended stays as it is. None if the workspace has no such silence."""
        with self.database.write() as connection:
            found = _find(connection, caller.workspace, silence_id)
            if found is None or found.ends_at <= caller.now:
                return found
            ended = replace(found, ends_at=caller.now, starts_at=min(found.starts_at, caller.now))
            values = {"ends_at": ended.ends_at, "starts_at": ended.starts_at}
            connection.execute(update(silence).where(silence.c.id == silence_id).values(**values))
            record(connection, caller, "silence.expire", silence_id)
        return ended


def silences_at(connection: Connection, workspaces: Collection[str], now: datetime) -> dict[str, tuple[Silence, ...]]:
    """The silences that hold at this moment, the oldest first, by workspace."""
    holds = (silence.c.starts_at <= now) & (silence.c.ends_at > now)
    query = select(silence).where(silence.c.workspace.in_(workspaces), holds).order_by(silence.c.created_at, silence.c.id)
    found: dict[str, tuple[Silence, ...]] = {}
    for row in connection.execute(query).all():
        found[row.workspace] = (*found.get(row.workspace, ()), _to_silence(row))
    return found


def _find(connection: Connection, workspace: str, silence_id: str) -> Silence | None:
    row = connection.execute(select(silence).where(silence.c.workspace == workspace, silence.c.id == silence_id)).one_or_none()
    return _to_silence(row) if row else None


def _to_silence(row: Row[Any]) -> Silence:
    values = dict(row._mapping)
    return Silence(**{**values, **{name: tuple(values[name]) for name in ("actors", "sources", "rules")}})
