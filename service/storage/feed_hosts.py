"""Hosts: how many feeds of one server are polled at once, and how soon after one another, by all workers together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select, update

from service.config import Settings
from service.storage.claims import MAX_CLAIMS, claim_among, is_due
from service.storage.database import Database
from service.storage.tables import feed, feed_host

LOOK_AHEAD = 10  # due feeds of free hosts that a claim looks at, for each that it may take


@dataclass(frozen=True, slots=True)
class Courtesy:
    """What we ask of one host: feeds polled `at_once`, and the `gap` from the end of one poll to the next one's beginning."""

    at_once: int = 1
    gap: timedelta = timedelta(0)


def courtesy_of(settings: Settings) -> Courtesy:
    """How we treat hosts, by the settings."""
    return Courtesy(settings.poll_per_host, timedelta(seconds=settings.poll_host_gap))


def host_of(url: str) -> str:
    """The server that a URL leads to, with its port: what is spared as one."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def ensure_host(connection: Connection, database: Database, name: str, now: datetime) -> None:
    """Make the row of a host that has none."""
    connection.execute(database.insert(feed_host).values(name=name, free_at=now).on_conflict_do_nothing())


def claim_politely(database: Database, *, now: datetime, token: str, limit: int, courtesy: Courtesy) -> Sequence[Row[Any]]:
    """Take up to `limit` due feeds, oldest first, one of each host that is free.

    The hosts' rows are locked first: of two workers that look at one host, one sees what the other has taken.
    """
    with database.write() as connection:
        hosts = _lock_free_hosts(connection, now, limit, courtesy)
        if not hosts:
            return ()
        first = _first_of_each(and_(feed.c.host.in_(hosts), feed.c.host.not_in(_busy(now, courtesy))), now)
        claimed = claim_among(connection, feed, feed.c.id.in_(first), now=now, until=now + database.lease, token=token, limit=limit)
        taken = sorted({row.host for row in claimed})
        connection.execute(update(feed_host).where(feed_host.c.name.in_(taken)).values(free_at=now + courtesy.gap))
    return claimed


def rest_host(connection: Connection, name: str, until: datetime) -> None:
    """Keep a host free of polls until then, inside the caller's transaction."""
    connection.execute(update(feed_host).where(feed_host.c.name == name, feed_host.c.free_at < until).values(free_at=until))


def count_pollable(database: Database, now: datetime, courtesy: Courtesy) -> tuple[int, datetime | None]:
    """How many feeds a worker could poll now, and since when the first of them could be.

    What waits for its host only, behind other feeds of the same host, is not late through the workers' fault.
    """
    since = case((feed.c.next_at < feed_host.c.free_at, feed_host.c.free_at), else_=feed.c.next_at).label("since")
    waiting = select(since).join(feed_host, feed_host.c.name == feed.c.host).where(_pollable(now, courtesy)).subquery()
    with database.read() as connection:
        count, oldest = connection.execute(select(func.count(), func.min(waiting.c.since)).select_from(waiting)).one()
    return count, oldest


def _pollable(now: datetime, courtesy: Courtesy) -> ColumnElement[bool]:
    free = and_(feed_host.c.free_at <= now, feed.c.host.not_in(_busy(now, courtesy)))
    return and_(is_due(feed, now), feed.c.claims < MAX_CLAIMS, free)


def _busy(now: datetime, courtesy: Courtesy) -> Any:
    """Hosts of which as many feeds are under way as may be."""
    under_way = and_(feed.c.lease_until > now, feed.c.lease_token.is_not(None))
    return select(feed.c.host).where(under_way).group_by(feed.c.host).having(func.count() >= courtesy.at_once)


def _lock_free_hosts(connection: Connection, now: datetime, limit: int, courtesy: Courtesy) -> list[str]:
    due = select(feed.c.host, feed.c.next_at).join(feed_host, feed_host.c.name == feed.c.host).where(_pollable(now, courtesy))
    first = due.order_by(feed.c.next_at).limit(LOOK_AHEAD * limit).subquery()
    hosts = select(first.c.host, func.min(first.c.next_at).label("since")).group_by(first.c.host).subquery()
    free = select(feed_host.c.name).join(hosts, hosts.c.host == feed_host.c.name).where(feed_host.c.free_at <= now)
    locked = free.order_by(hosts.c.since).limit(limit).with_for_update(skip_locked=True, of=feed_host)
    return list(connection.execute(locked).scalars())


def _first_of_each(among: ColumnElement[bool], now: datetime) -> Any:
    place = func.row_number().over(partition_by=feed.c.host, order_by=feed.c.next_at).label("place")
    placed = select(feed.c.id, place).where(is_due(feed, now), feed.c.claims < MAX_CLAIMS, among).subquery()
    return select(placed.c.id).where(placed.c.place == 1)
