"""The robots.txt of the sites whose pages are read, shared by all workers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, select

from service.domain.robots import Robots
from service.storage.database import Database
from service.storage.tables import robots


@dataclass(frozen=True, slots=True)
class KnownRobots:
    """What is known of each origin's robots.txt, in the database."""

    database: Database

    def find_robots(self, origin: str) -> Robots | None:
        """The robots.txt of an origin as it was last asked for."""
        with self.database.read() as connection:
            row = connection.execute(select(robots).where(robots.c.origin == origin)).one_or_none()
        return Robots(**row._mapping) if row else None

    def save_robots(self, found: Robots) -> None:
        """Put this in the place of what was known."""
        values = asdict(found)
        insert = self.database.insert(robots).values(**values)
        with self.database.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["origin"], set_=values))

    def forget_robots(self, *, older_than: datetime) -> int:
        """Forget those that nobody has asked for since then; return how many."""
        with self.database.write() as connection:
            return connection.execute(delete(robots).where(robots.c.ask_again_at < older_than)).rowcount
