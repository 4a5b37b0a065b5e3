"""How many independent outlets there were in a window, counted by the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, Text, and_, bindparam, func, literal, select

from service.storage.columns import Moment
from service.storage.tables import article, sighting

MOST = 10_000  # sightings that are looked at in one window: of more, the latest
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Frame:
    """The sightings of a rule from `since`, which is not in it, to `until`, without those that came later than `lag`."""

    rule: str
    since: datetime
    until: datetime
    lag: timedelta

    @property
    def values(self) -> dict[str, Any]:
        """What to run a statement that asks for `IN_FRAME` with."""
        return {"of_rule": self.rule, "after": self.since, "until": self.until, "lag": int(self.lag.total_seconds())}


# Bound, not written in: one statement for every frame, which is put together and compiled once. That takes longer than to run it.
IN_FRAME: ColumnElement[bool] = and_(
    sighting.c.rule == bindparam("of_rule", type_=Text),
    sighting.c.at > bindparam("after", type_=Moment),
    sighting.c.at <= bindparam("until", type_=Moment),
    sighting.c.lag <= bindparam("lag", type_=Integer),
)


def count_independent(connection: Connection, frames: Iterable[Frame]) -> list[int]:
    """How many independent outlets there were in each frame, in their order."""
    return [connection.execute(INDEPENDENT, frame.values).scalar_one() for frame in frames]


def were_alive(connection: Connection, ends: Iterable[datetime]) -> list[bool]:
    """Whether any article at all came in the day before each of these moments: else we were not there to see any."""
    return [connection.execute(_CAME, {"after": end - _DAY, "until": end}).first() is not None for end in ends]


def _independent() -> Select[int]:
    """As `Coverage.independent`: of each outlet the first, of each headline the first of those, and how many voices these have."""
    columns = (sighting.c.outlet, sighting.c.voice, sighting.c.headline, sighting.c.at, sighting.c.match)
    seen = select(*columns).where(IN_FRAME).order_by(sighting.c.at.desc()).limit(MOST).subquery()
    first_of = func.row_number().over(partition_by=seen.c.outlet, order_by=(seen.c.at, seen.c.match))
    outlets = select(seen.c.voice, seen.c.headline, seen.c.at, seen.c.match, first_of.label("place")).subquery()
    first_with = func.row_number().over(partition_by=outlets.c.headline, order_by=(outlets.c.at, outlets.c.match))
    headlines = select(outlets.c.voice, first_with.label("place")).where(outlets.c.place == 1).subquery()
    return select(func.count(headlines.c.voice.distinct())).where(headlines.c.place == 1)


INDEPENDENT = _independent()
_CAME = (
    select(literal(1))
    .where(article.c.first_seen_at > bindparam("after", type_=Moment), article.c.first_seen_at <= bindparam("until", type_=Moment))
    .limit(1)
)
