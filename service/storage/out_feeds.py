"""The links under which alerts can be read as feeds; of their tokens only a hash is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update

from service.domain.out_feeds import OutFeed, hash_token
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import out_feed


@dataclass(frozen=True, slots=True)
class OutFeeds:
    """Outgoing feeds in the database."""

    database: Database

    def add_out_feed(self, new: OutFeed, token: str, *, caller: Caller) -> None:
        """Store a new feed under its token."""
        values = {name: getattr(new, name) for name in OutFeed.__slots__}
        with self.database.write() as connection:
            connection.execute(out_feed.insert().values(**values, hash=hash_token(token)))
            record(connection, caller, "out_feed.create", new.id)

    def list_out_feeds(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Page[OutFeed]:
        """A workspace's feeds, newest first."""
        query = select(out_feed).where(out_feed.c.workspace == workspace)
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=out_feed.c.created_at, key=out_feed.c.id, cursor=cursor, limit=limit, to_item=_to_out_feed
            )

    def find_by_token(self, token: str) -> OutFeed | None:
        """The feed, of whichever workspace, that this token opens."""
        with self.database.read() as connection:
            row = connection.execute(select(out_feed).where(out_feed.c.hash == hash_token(token))).one_or_none()
        return _to_out_feed(row) if row else None

    def renew(self, feed_id: str, token: str, *, caller: Caller) -> OutFeed | None:
        """Open a feed by this token from now on, and by no other; None if there is no such feed."""
        mine = (out_feed.c.workspace == caller.workspace) & (out_feed.c.id == feed_id)
        with self.database.write() as connection:
            connection.execute(update(out_feed).where(mine).values(hash=hash_token(token), renewed_at=caller.now))
            row = connection.execute(select(out_feed).where(mine)).one_or_none()
            if row:
                record(connection, caller, "out_feed.renew", feed_id)
        return _to_out_feed(row) if row else None

    def delete_out_feed(self, feed_id: str, *, caller: Caller) -> bool:
        """Close a feed for good. False if there is no such feed."""
        mine = (out_feed.c.workspace == caller.workspace) & (out_feed.c.id == feed_id)
        with self.database.write() as connection:
            found = connection.execute(delete(out_feed).where(mine)).rowcount == 1
            if found:
                record(connection, caller, "out_feed.delete", feed_id)
        return found


def _to_out_feed(row: Row[Any]) -> OutFeed:
    return OutFeed(**{name: row._mapping[name] for name in OutFeed.__slots__})
