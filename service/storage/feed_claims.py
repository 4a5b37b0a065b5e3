"""Feeds in the hands of the workers that poll them: claimed under a lease, or set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from service.domain.feeds import FeedState, FeedToPoll, HealthChange, Validators
from service.storage.claims import is_poison, untouched
from service.storage.database import Database
from service.storage.feed_hosts import Courtesy, claim_politely
from service.storage.feed_notices import tell_owners
from service.storage.tables import feed
from service.storage.watches import dump_watch, load_watch

POISON = "polling this feed ended its worker five times; it is set aside until you poll it by hand"


def claim_feeds(database: Database, *, now: datetime, token: str, limit: int, courtesy: Courtesy) -> tuple[FeedToPoll, ...]:
    """Take up to `limit` due feeds under the lease `token`, one of each host that is free."""
    rows = claim_politely(database, now=now, token=token, limit=limit, courtesy=courtesy)
    return tuple(_to_poll(row, now) for row in rows)


def quarantine_feeds(database: Database, *, now: datetime) -> int:
    """Set aside the feeds that ended every worker that polled them; return how many."""
    with database.write() as connection:
        poison = update(feed).where(untouched(feed, is_poison(feed, now))).values(state=FeedState.QUARANTINED, reason=POISON, next_at=None)
        ids = list(connection.execute(poison.returning(feed.c.id)).scalars())
        for feed_id in ids:
            tell_owners(connection, database, feed_id, HealthChange(FeedState.QUARANTINED, POISON), now)
            _remember_told(connection, feed_id, FeedState.QUARANTINED)
    return len(ids)


def _to_poll(row: Row[Any], now: datetime) -> FeedToPoll:
    return FeedToPoll(
        id=row.id,
        url=row.url,
        lease_token=row.lease_token,
        claimed_at=now,
        due_at=row.next_at,
        state=FeedState(row.state),
        validators=Validators(row.etag, row.last_modified),
        body_hash=row.body_hash,
        baselined_at=row.baselined_at,
        failures=row.failures,
        polls_since_full=row.polls_since_full,
        gone_since=row.gone_since,
        moved_to=row.moved_to,
        moved_since=row.moved_since,
        moved_polls=row.moved_polls,
        host=row.host,
        watch=load_watch(row.watch),
        owner=row.owner,
        access=row.access,
    )


def _remember_told(connection: Connection, feed_id: str, told: FeedState) -> None:
    watch = load_watch(connection.execute(select(feed.c.watch).where(feed.c.id == feed_id)).scalar_one())
    connection.execute(update(feed).where(feed.c.id == feed_id).values(watch=dump_watch(replace(watch, told=told))))
