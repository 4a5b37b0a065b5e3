"""What each feed listed at its last poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def save_listings(connection: Connection, database: Database, listings: Mapping[str, Listing]) -> None:
    """Put these listings, by feed, in the places of the last ones, inside the caller's transaction."""
    new = database.insert(feed_listing)
    replaced = {name: new.excluded[name] for name in ("context", "read_at", "items")}
    rows = [
        {"feed": feed_id, "context": listing.context, "read_at": listing.read_at, "items": listing.pack()}
        for feed_id, listing in sorted(listings.items())
    ]
    if rows:
        connection.execute(new.on_conflict_do_update(index_elements=["feed"], set_=replaced), rows)
