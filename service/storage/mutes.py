"""What the readers of single channels have muted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from service.domain.mutes import Mute
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import mute


@dataclass(frozen=True, slots=True)
class Mutes:
    """Mutes in the database."""

    database: Database

    def put_mute(self, wanted: Mute, *, caller: Caller) -> None:
        """Store a mute, or let the same one, which may have ended, hold anew."""
        anew = {"alert": wanted.alert, "since": wanted.since, "ends_at": wanted.ends_at}
        with self.database.write() as connection:
            put = self.database.insert(mute).values(**asdict(wanted))
            connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=anew))
            record(connection, caller, "mute.create", wanted.id)

    def find_mute(self, workspace: str, mute_id: str) -> Mute | None:
        """A mute of this workspace."""
        with self.database.read() as connection:
            return _find(connection, workspace, mute_id)

    def list_mutes(self, workspace: str, *, ends_after: datetime | None = None, cursor: str | None = None, limit: int = 50) -> Page[Mute]:
        """A workspace's mutes, newest first: all, or those that have not ended by then."""
        query = select(mute).where(mute.c.workspace == workspace)
        if ends_after is not None:
            query = query.where(mute.c.ends_at > ends_after)
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=mute.c.since, key=mute.c.id, cursor=cursor, limit=limit, to_item=_to_mute)

    def end_mute(self, mute_id: str, *, caller: Caller) -> Mute | None:
        """End a mute now; one that has ended stays as it is. None if the workspace has no such mute."""
        with self.database.write() as connection:
            found = _find(connection, caller.workspace, mute_id)
            if found is None or found.ends_at <= caller.now:
                return found
            connection.execute(update(mute).where(mute.c.id == mute_id).values(ends_at=caller.now))
            record(connection, caller, "mute.end", mute_id)
        return replace(found, ends_at=caller.now)


def mutes_at(connection: Connection, workspaces: Collection[str], now: datetime) -> Mapping[str, tuple[Mute, ...]]:
    """The mutes that hold at this moment, by workspace."""
    query = select(mute).where(mute.c.workspace.in_(workspaces), mute.c.ends_at > now).order_by(mute.c.id)
    found: dict[str, tuple[Mute, ...]] = {}
    for row in connection.execute(query).all():
        found[row.workspace] = (*found.get(row.workspace, ()), _to_mute(row))
    return found


def _find(connection: Connection, workspace: str, mute_id: str) -> Mute | None:
    row = connection.execute(select(mute).where(mute.c.workspace == workspace, mute.c.id == mute_id)).one_or_none()
    return _to_mute(row) if row else None


def _to_mute(row: Row[Any]) -> Mute:
    return Mute(**{name: row._mapping[name] for name in Mute.__slots__})
