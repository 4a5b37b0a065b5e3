"""How sending goes at each channel and endpoint, and what of the outbox may be claimed for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, Subquery, and_, bindparam, case, exists, func, or_, select

from service.domain.traffic import Traffic, UnderWay, Waiting, allot
from service.storage.claims import MOST_COUNTED, NOW, is_due
from service.storage.columns import MAX_CLAIMS
from service.storage.database import Database
from service.storage.tables import channel, delivery, traffic

_COLUMNS = tuple(Traffic.__slots__)


def find_waiting(connection: Connection, now: datetime) -> list[Waiting]:
    """The channels for which something is due and nobody holds it, without those at rest.

    Costs a few index look-ups for each channel with pending deliveries, however many there are of one.
    """
    return [_to_waiting(row) for row in connection.execute(_waiting(), {"now": now}).all() if row.due_at is not None]


def find_under_way(connection: Connection, now: datetime) -> list[UnderWay]:
    """What all runs have under lease, for each channel."""
    held = and_(delivery.c.lease_until > now, delivery.c.next_at.is_not(None))
    by = (delivery.c.channel, traffic.c.endpoint, delivery.c.lease_token)
    query = select(*by, func.count()).outerjoin(traffic, traffic.c.place == delivery.c.channel).where(held).group_by(*by)
    return [UnderWay(*row) for row in connection.execute(query).all()]


def load_traffic(connection: Connection, places: Collection[str]) -> dict[str, Traffic]:
    """How it goes at these places, as far as anything is known; locked, in one order, until the transaction ends."""
    query = select(traffic).where(traffic.c.place.in_(places)).order_by(traffic.c.place).with_for_update()
    return {row.place: Traffic(*(row._mapping[name] for name in _COLUMNS)) for row in connection.execute(query).all()}


def save_traffic(connection: Connection, database: Database, changed: Mapping[str, Traffic]) -> None:
    """Store how it goes at these places."""
    if not changed:
        return
    values = [{"place": place, **{name: getattr(changed[place], name) for name in _COLUMNS}} for place in sorted(changed)]
    added = database.insert(traffic)
    upsert = added.on_conflict_do_update(index_elements=["place"], set_={name: added.excluded[name] for name in _COLUMNS})
    connection.execute(upsert, values)


def count_sendable(database: Database, now: datetime) -> tuple[int, datetime | None]:
    """How many deliveries a worker could take on now, and since when the first of them could be.

    What waits behind others of its channel or endpoint, or for the end of its rest, is not late through the workers' fault.
    """
    with database.read() as connection:
        waiting = find_waiting(connection, now)
        shares = allot(waiting, find_under_way(connection, now), token="", limit=MOST_COUNTED)
        query = select(delivery.c.channel, func.count()).where(_takeable(), delivery.c.channel.in_(shares)).group_by(delivery.c.channel)
        counts = connection.execute(query, {"now": now}).all()
    due = sum(min(count, shares[of]) for of, count in counts)
    return due, min((_sendable_since(each) for each in waiting if each.channel in shares), default=None)


def choose_due(connection: Connection, waiting: Sequence[Waiting], shares: Mapping[str, int], now: datetime) -> list[Row[Any]]:
    """The id and the number of claims of as many due deliveries of each channel as it has a share of."""
    chosen: list[Row[Any]] = []
    for each in waiting:
        if share := shares.get(each.channel):
            chosen += connection.execute(_due_of_one(ordered=each.ordered), {"now": now, "of": each.channel, "share": share}).all()
    return chosen


@cache
def _waiting() -> Select[Any]:
    """What `find_waiting` asks: to build it takes longer than to run it."""
    pending, shared = _pending_channels(), traffic.alias("shared")
    mine = traffic.outerjoin(shared, shared.c.place == traffic.c.endpoint)
    joined = pending.join(channel, channel.c.id == pending.c.channel).outerjoin(mine, traffic.c.place == pending.c.channel)
    awake = and_(*(or_(table.c.rest_until.is_(None), table.c.rest_until <= NOW) for table in (traffic, shared)))
    since = case((channel.c.ordered, _due_head(pending)), else_=_first_due(pending)).label("due_at")
    columns = [*_labelled(traffic, ""), *_labelled(shared, "shared_")]
    return select(pending.c.channel, channel.c.ordered, since, *columns).select_from(joined).where(awake)


@cache
def _due_of_one(*, ordered: bool) -> Select[Any]:
    """What may be claimed of a channel, which is asked for each of them at each claim."""
    of: ColumnElement[str] = bindparam("of")
    mine = select(delivery.c.id, delivery.c.claims, delivery.c.next_at).where(delivery.c.channel == of)
    if not ordered:
        mine = mine.where(_takeable()).order_by(delivery.c.next_at, delivery.c.created_at)
    else:
        head = _in_order(select(delivery.c.id).where(delivery.c.channel == of, delivery.c.next_at.is_not(None)))
        mine = mine.where(_is_free(), delivery.c.id == head.limit(1).scalar_subquery())
    return mine.limit(bindparam("share", type_=Integer))


def _is_free() -> ColumnElement[bool]:
    return and_(is_due(delivery, NOW), delivery.c.claims < MAX_CLAIMS)


@cache
def _takeable() -> ColumnElement[bool]:
    return and_(_is_free(), _not_too_early())


def _not_too_early() -> ColumnElement[bool]:
    """Whether it overtakes nothing of its own alert: no update goes before the first attempt of what it updates.

    It waits only for what is due and was never tried. What failed, is dead or put off, or kills whoever takes it, holds up nothing.
    """
    before = delivery.alias("before")
    untried = and_(before.c.next_at <= NOW, before.c.attempts == 0, before.c.claims < MAX_CLAIMS)
    earlier = and_(
        before.c.alert == delivery.c.alert, before.c.channel == delivery.c.channel, before.c.update_number < delivery.c.update_number
    )
    return or_(delivery.c.update_number == 0, ~exists().where(earlier, untried))


def _in_order(query: Any) -> Any:
    return query.order_by(delivery.c.created_at, delivery.c.update_number, delivery.c.id)


def _pending_channels() -> Subquery:
    """The channels with pending deliveries, found by hopping through the index from one to the next."""
    is_pending = delivery.c.next_at.is_not(None)
    hops = select(func.min(delivery.c.channel).label("channel")).where(is_pending).cte("hops", recursive=True)
    following = select(func.min(delivery.c.channel)).where(is_pending, delivery.c.channel > hops.c.channel).scalar_subquery()
    hops = hops.union_all(select(following).where(hops.c.channel.is_not(None)))
    return select(hops.c.channel).where(hops.c.channel.is_not(None)).subquery("pending")


def _first_due(pending: Subquery) -> Any:
    return (
        select(delivery.c.next_at)
        .where(delivery.c.channel == pending.c.channel, _takeable())
        .order_by(delivery.c.next_at)
        .limit(1)
        .scalar_subquery()
    )


def _due_head(pending: Subquery) -> Any:
    """When the oldest pending delivery of the channel was due; NULL if it is not, or is under way: then the others wait, too."""
    due = case((_is_free(), delivery.c.next_at))
    mine = and_(delivery.c.channel == pending.c.channel, delivery.c.next_at.is_not(None))
    return _in_order(select(due).where(mine)).limit(1).scalar_subquery()


def _labelled(table: Any, prefix: str) -> list[Any]:
    return [table.c[name].label(f"{prefix}{name}") for name in _COLUMNS]


def _to_waiting(row: Row[Any]) -> Waiting:
    own, shared = (Traffic(*(_known(row, f"{prefix}{name}") for name in _COLUMNS)) for prefix in ("", "shared_"))
    return Waiting(row.channel, row.ordered, row.due_at, own, shared)


def _known(row: Row[Any], name: str) -> Any:
    value = row._mapping[name]
    return 0 if value is None and name.endswith("failures") else value


def _sendable_since(each: Waiting) -> datetime:
    later = (each.traffic.rest_until, each.traffic.served_at, each.shared.rest_until)
    return max([each.due_at, *(moment for moment in later if moment is not None)])
