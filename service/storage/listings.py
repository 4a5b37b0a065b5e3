"""What each feed listed at its last poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from service.domain.listing import Listing, unpack
from service.storage.database import Database
from service.storage.tables import feed_listing


@dataclass(frozen=True, slots=True)
class Listings:
    """Listings in the database: one row for each feed that was read."""

    database: Database

    def find_listings(self, feeds: Sequence[str]) -> list[Listing | None]:
        """What each of these feeds listed when it was last read."""
        with self.database.read() as connection:
            rows = connection.execute(select(feed_listing).where(feed_listing.c.feed.in_(feeds))).all()
        found = {row.feed: Listing(row.context, row.read_at, unpack(row.items)) for row in rows}
        return [found.get(feed_id) for feed_id in feeds]


def save_listing(connection: Connection, database: Database, feed_id: str, listing: Listing) -> None:
    """Put this listing in the place of the feed's last one, inside the caller's transaction."""
    values = {"context": listing.context, "read_at": listing.read_at, "items": listing.pack()}
    row = database.insert(feed_listing).values(feed=feed_id, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["feed"], set_=values))
