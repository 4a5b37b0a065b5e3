"""Hosts: how many feeds of one server are polled at once, and how soon after one another, by all workers together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import BindParameter, ColumnElement, Connection, Integer, Row, Select, and_, bindparam, case, func, select, update

from service.config import Settings
from service.storage.claims import NOW, Claim, is_due
from service.storage.columns import MAX_CLAIMS
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
    bound = {"now": now, "at_once": courtesy.at_once}
    with database.write() as connection:
        looked_at = {"limit": limit, "look_ahead": LOOK_AHEAD * limit}
        hosts = connection.execute(_free_hosts(), {**bound, **looked_at}).scalars().all()
        if not hosts:
            return ()
        bound["hosts"] = hosts
        claimed = _claim().run(connection, now=now, until=now + database.lease, token=token, limit=limit, bound=bound)
        taken = sorted({row.host for row in claimed})
        connection.execute(update(feed_host).where(feed_host.c.name.in_(taken)).values(free_at=now + courtesy.gap))
    return claimed


def rest_hosts(connection: Connection, until: Mapping[str, datetime]) -> None:
    """Keep each of these hosts free of polls until then, inside the caller's transaction; all workers lock them in one order."""
    moment = bindparam("until", type_=feed_host.c.free_at.type)
    rested = update(feed_host).where(feed_host.c.name == bindparam("host"), feed_host.c.free_at < moment).values(free_at=moment)
    if until:
        connection.execute(rested, [{"host": name, "until": until[name]} for name in sorted(until)])


def count_pollable(database: Database, now: datetime, courtesy: Courtesy) -> tuple[int, datetime | None]:
    """How many feeds a worker could poll now, and since when the first of them could be.

    What waits for its host only, behind other feeds of the same host, is not late through the workers' fault.
    """
    since = case((feed.c.next_at < feed_host.c.free_at, feed_host.c.free_at), else_=feed.c.next_at).label("since")
    waiting = select(since).join(feed_host, feed_host.c.name == feed.c.host).where(_pollable()).subquery()
    query = select(func.count(), func.min(waiting.c.since)).select_from(waiting)
    with database.read() as connection:
        count, oldest = connection.execute(query, {"now": now, "at_once": courtesy.at_once}).one()
    return count, oldest


def _pollable() -> ColumnElement[bool]:
    """Whether a feed may be polled at the moment that is bound as `now`."""
    return and_(is_due(feed, NOW), feed.c.claims < MAX_CLAIMS, feed_host.c.free_at <= NOW, feed.c.host.not_in(_busy()))


def _busy() -> Select[Any]:
    """Hosts of which as many feeds are under way as may be."""
    under_way = and_(feed.c.lease_until > NOW, feed.c.lease_token.is_not(None))
    return select(feed.c.host).where(under_way).group_by(feed.c.host).having(func.count() >= bindparam("at_once", type_=Integer))


@cache
def _free_hosts() -> Select[Any]:
    due = select(feed.c.host, feed.c.next_at).join(feed_host, feed_host.c.name == feed.c.host).where(_pollable())
    first = due.order_by(feed.c.next_at).limit(bindparam("look_ahead", type_=Integer)).subquery()
    hosts = select(first.c.host, func.min(first.c.next_at).label("since")).group_by(first.c.host).subquery()
    free = select(feed_host.c.name).join(hosts, hosts.c.host == feed_host.c.name).where(feed_host.c.free_at <= NOW)
    return free.order_by(hosts.c.since).limit(bindparam("limit", type_=Integer)).with_for_update(skip_locked=True, of=feed_host)


@cache
def _claim() -> Claim:
    """A claim of the first due feed of each of the `hosts`."""
    hosts: BindParameter[list[str]] = bindparam("hosts", expanding=True)
    its_feed = and_(feed.c.host == feed_host.c.name, is_due(feed, NOW), feed.c.claims < MAX_CLAIMS)
    first = select(feed.c.id).where(its_feed).order_by(feed.c.next_at).limit(1).correlate(feed_host).scalar_subquery()
    firsts = select(first).where(feed_host.c.name.in_(hosts), feed_host.c.name.not_in(_busy()))
    return Claim.of(feed, again=and_(feed.c.host.in_(hosts), feed.c.host.not_in(_busy())), fresh=feed.c.id.in_(firsts))
