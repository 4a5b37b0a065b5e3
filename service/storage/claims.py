"""Claims: taking due rows by a lease with a fencing token, the same on both engines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Table,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)

from service.storage.columns import MAX_CLAIMS, Moment
from service.storage.database import Database

LOOKED_AT = 500  # due rows, the oldest, among which a claim looks for those that were claimed before: after an outage many are due
MOST_COUNTED = 10_000  # due rows; whoever asks each second how much there is to do need not know more
NOW = bindparam("now", type_=Moment)
Time = datetime | ColumnElement[datetime]
_ALL: ColumnElement[bool] = true()


class LeaseLost(Exception):
    """Somebody else has taken the row meanwhile: what was to be saved must not be."""


def is_due(table: Table, now: Time) -> ColumnElement[bool]:
    """Whether a row waits for work and nobody holds it."""
    free = or_(table.c.lease_until.is_(None), table.c.lease_until <= now)
    return and_(table.c.next_at.is_not(None), table.c.next_at <= now, free)


@dataclass(frozen=True, slots=True)
class Claim:
    """How due rows of a table are taken: statements that are built once, for to build them takes longer than to run them."""

    again: Update
    fresh: Update

    @classmethod
    def of(cls, table: Table, *, again: ColumnElement[bool] = _ALL, fresh: ColumnElement[bool] = _ALL) -> Claim:
        """A claim of all that is due, or of these rows only: those that were claimed before (`again`), and the others (`fresh`)."""
        first = select(table.c.id).where(is_due(table, NOW), again).order_by(table.c.next_at).limit(LOOKED_AT)
        before = and_(table.c.claims.between(1, MAX_CLAIMS - 1), table.c.id.in_(first))
        return cls(_take(table, before), _take(table, and_(table.c.claims == 0, fresh)))

    def run(
        self,
        connection: Connection,
        *,
        now: datetime,
        until: datetime,
        token: str,
        limit: int,
        bound: Mapping[str, Any] = MappingProxyType({}),
    ) -> Sequence[Row[Any]]:
        """Take up to `limit` rows, oldest first, inside the caller's transaction; `bound` are what else the conditions ask for.

        A row that was claimed before and never finished is claimed alone, so that poison takes only itself.
        """
        values = {"now": now, "until": until, "token": token, **bound}
        taken = connection.execute(self.again, {**values, "limit": 1}).all()
        taken = taken or connection.execute(self.fresh, {**values, "limit": limit}).all()
        return sorted(taken, key=lambda row: row.next_at)


def claim_due(
    database: Database, table: Table, *, now: datetime, token: str, limit: int, among: ColumnElement[bool] | None = None
) -> Sequence[Row[Any]]:
    """Take up to `limit` due rows (of those `among`), oldest first, for `database.lease`.

    A row that was claimed before and never finished is claimed alone, so that poison takes only itself.
    """
    claim = _claim_of(table) if among is None else Claim.of(table, again=among, fresh=among)
    with database.write() as connection:
        return claim.run(connection, now=now, until=now + database.lease, token=token, limit=limit)


@cache
def _claim_of(table: Table) -> Claim:
    return Claim.of(table)


def _take(table: Table, which: ColumnElement[bool]) -> Update:
    # A common table expression: a subquery, PostgreSQL runs anew for each row if it takes the table for tiny, and locks others each time.
    waiting = select(table.c.id).where(is_due(table, NOW), which).order_by(table.c.next_at).limit(bindparam("limit", type_=Integer))
    due = select(waiting.with_for_update(skip_locked=True).cte("due").c.id)
    lease = {"lease_until": bindparam("until", type_=Moment), "lease_token": bindparam("token"), "claims": table.c.claims + 1}
    return update(table).where(table.c.id.in_(due)).values(lease).returning(*table.c)


def in_order(table: Table, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """These rows, locked by their ids in order: where all take several rows of a table so, nobody waits in a circle."""
    # In the subquery: a statement that begins with WITH, Python's SQLite counts no rows of.
    locked = select(table.c.id).where(which).order_by(table.c.id).with_for_update().cte("in_order", nesting=True)
    return table.c.id.in_(select(locked.c.id))


def untouched(table: Table, which: ColumnElement[bool], *, limit: int | None = None) -> ColumnElement[bool]:
    """These rows, `limit` of them, without those that somebody is writing at this moment: whoever waits for no row waits in no circle.

    For work that comes back to what it left out, or where somebody else ends that.
    """
    free = select(table.c.id).where(which).limit(limit).with_for_update(skip_locked=True).cte("untouched", nesting=True)
    return table.c.id.in_(select(free.c.id))


def renew_leases(database: Database, table: Table, *, token: str, now: datetime) -> None:
    """Keep what this token still holds for another lease; rows that are being written at this moment keep theirs until the next time.

    It waits for no row: the work whose rows these are writes them in an order of its own, and the two could wait for each other.
    """
    mine = and_(table.c.lease_until.is_not(None), table.c.lease_token == token)
    with database.write() as connection:
        connection.execute(update(table).where(untouched(table, mine)).values(lease_until=now + database.lease))


def forgive(database: Database, table: Table, *, token: str, among: Collection[str] | None = None) -> None:
    """Leave one claim counted of what this token still holds (of those `among`): it was the database that failed, not the rows.

    They are free again when their lease runs out, and are claimed one at a time.
    """
    held = and_(table.c.lease_until.is_not(None), table.c.lease_token == token)
    mine = held if among is None else and_(held, table.c.id.in_(among))
    with database.write() as connection:
        connection.execute(update(table).where(mine).values(claims=1))


def finish(
    connection: Connection,
    table: Table,
    row_id: str,
    token: str,
    *,
    next_at: datetime | None,
    due_at: datetime | None = None,
    **values: Any,
) -> None:
    """Write the result of claimed work and let go, inside the caller's transaction.

    With `due_at`, the `next_at` that the row had when it was claimed, a row that somebody has made due (or put to
    rest) meanwhile stays so: its new work is not taken for the old one.

    Raises:
        LeaseLost: the row is in another worker's hands; the caller's transaction must roll back.
    """
    following = next_at if due_at is None else case((table.c.next_at == due_at, literal(next_at, Moment)), else_=table.c.next_at)
    free = {"next_at": following, "lease_until": None, "lease_token": None, "claims": 0}
    done = update(table).where(table.c.id == row_id, table.c.lease_token == token).values(**values, **free)
    if connection.execute(done).rowcount != 1:
        raise LeaseLost(f"{table.name} {row_id}")


def is_poison(table: Table, now: datetime) -> ColumnElement[bool]:
    """Whether a row has ended every worker that took it."""
    # Not a parameter: SQLite knows it for the condition of the index.
    return and_(is_due(table, now), table.c.claims >= literal_column(str(MAX_CLAIMS)))


def count_due(database: Database, table: Table, now: datetime) -> tuple[int, datetime | None]:
    """How many rows are due and unclaimed, at most `MOST_COUNTED`, and since when the oldest of them is."""
    due = select(table.c.next_at).where(is_due(table, now), table.c.claims < MAX_CLAIMS).order_by(table.c.next_at).limit(MOST_COUNTED)
    first = due.subquery()
    with database.read() as connection:
        count, oldest = connection.execute(select(func.count(), func.min(first.c.next_at))).one()
    return count, oldest
