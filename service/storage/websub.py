"""Subscriptions at hubs, and what hubs have sent and no poll has read yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, select, update

from service.domain.websub import Topic
from service.storage.claims import claim_due, finish, is_poison, untouched
from service.storage.database import Database
from service.storage.tables import feed, push, websub

MOST_PUSHES = 20  # that wait for one feed; its next poll finds what further ones would have told


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """A feed's subscription at its hub; `id` is the unguessable part of the callback, `secret` is sealed."""

    id: str
    feed: str
    hub: str
    topic: str
    secret: str
    tries: int
    asked_at: datetime | None
    lease_ends_at: datetime | None
    lease_token: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """A document that a hub has sent for a feed."""

    id: str
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class WebSub:
    """Subscriptions at hubs in the database."""

    database: Database

    def offer(self, feed_id: str, topic: Topic, *, new_id: str, secret: str, now: datetime) -> bool:
        """A feed names this hub: subscribe there, unless that is known already. A subscription at another hub gives way."""
        new = {"id": new_id, "feed": feed_id, "hub": topic.hub, "topic": topic.topic, "secret": secret, "next_at": now}
        with self.database.write() as connection:
            known = connection.execute(select(websub).where(websub.c.feed == feed_id)).one_or_none()
            if known is not None and (known.hub, known.topic) == (topic.hub, topic.topic):
                return False
            connection.execute(delete(websub).where(websub.c.feed == feed_id))
            connection.execute(self.database.insert(websub).values(**new).on_conflict_do_nothing())
        return True

    def find_by_feed(self, feed_id: str) -> HubSubscription | None:
        """A feed's subscription."""
        with self.database.read() as connection:
            row = connection.execute(select(websub).where(websub.c.feed == feed_id)).one_or_none()
        return _to_subscription(row) if row else None

    def find_subscription(self, subscription_id: str) -> HubSubscription | None:
        """A subscription by its callback, while its feed is polled."""
        query = select(websub).join(feed, feed.c.id == websub.c.feed).where(websub.c.id == subscription_id, feed.c.next_at.is_not(None))
        with self.database.read() as connection:
            row = connection.execute(query).one_or_none()
        return _to_subscription(row) if row else None

    def claim_subscriptions(self, *, now: datetime, token: str, limit: int) -> Sequence[HubSubscription]:
        """Take up to `limit` subscriptions that are to be asked for; those of feeds that nobody follows are forgotten."""
        resting = select(feed.c.id).where(feed.c.next_at.is_(None))
        with self.database.write() as connection:
            connection.execute(delete(websub).where(websub.c.feed.in_(resting), websub.c.lease_until.is_(None)))
        return [_to_subscription(row, claimed=True) for row in claim_due(self.database, websub, now=now, token=token, limit=limit)]

    def mark_asked(self, subscription_id: str, *, now: datetime) -> None:
        """Remember that we ask, before we do: the hub may verify before it answers."""
        with self.database.write() as connection:
            connection.execute(update(websub).where(websub.c.id == subscription_id).values(asked_at=now))

    def save_asked(self, asked: HubSubscription, reason: str | None, *, next_at: datetime) -> None:
        """Store what came of asking; one that was verified meanwhile keeps its date. Raises LeaseLost."""
        values = {"tries": asked.tries + 1, "reason": reason}
        with self.database.write() as connection:
            finish(connection, websub, asked.id, asked.lease_token or "", next_at=next_at, due_at=asked.due_at, **values)

    def confirm(self, subscription_id: str, *, lease_ends_at: datetime, renew_at: datetime) -> None:
        """The hub has verified it."""
        values = {"lease_ends_at": lease_ends_at, "next_at": renew_at, "tries": 0, "reason": None}
        with self.database.write() as connection:
            connection.execute(update(websub).where(websub.c.id == subscription_id).values(**values))

    def deny(self, subscription_id: str, reason: str, *, next_at: datetime) -> None:
        """The hub will not serve it."""
        with self.database.write() as connection:
            denied = {"lease_ends_at": None, "next_at": next_at, "reason": reason}
            connection.execute(update(websub).where(websub.c.id == subscription_id).values(**denied))

    def receive(self, feed_id: str, body: bytes, content_type: str, *, new_id: str, now: datetime) -> None:
        """Keep a document that a hub has sent, and make its feed due."""
        with self.database.write() as connection:
            waiting = connection.execute(select(func.count()).select_from(push).where(push.c.feed == feed_id)).scalar_one()
            if waiting < MOST_PUSHES:
                row = {"id": new_id, "feed": feed_id, "body": body, "content_type": content_type, "received_at": now}
                connection.execute(push.insert().values(**row))
            connection.execute(update(feed).where(_polled(feed_id)).values(next_at=now))
            connection.execute(update(websub).where(websub.c.feed == feed_id).values(pushed_at=now))

    def next_push(self, feed_id: str) -> Push | None:
        """The oldest document that waits for a feed."""
        query = select(push).where(push.c.feed == feed_id).order_by(push.c.received_at, push.c.id).limit(1)
        with self.database.read() as connection:
            row = connection.execute(query).one_or_none()
        return Push(row.id, row.body, row.content_type) if row else None

    def forget_push(self, feed_id: str, push_id: str, *, now: datetime) -> None:
        """It has been read; if another waits, the feed is due again."""
        with self.database.write() as connection:
            connection.execute(delete(push).where(push.c.id == push_id))
            more = select(push.c.id).where(push.c.feed == feed_id).exists()
            connection.execute(update(feed).where(_polled(feed_id), more).values(next_at=now))

    def quarantine(self, *, now: datetime) -> int:
        """Let the subscriptions be that ended every worker that asked for them; return how many."""
        with self.database.write() as connection:
            return connection.execute(update(websub).where(untouched(websub, is_poison(websub, now))).values(next_at=None)).rowcount


def _polled(feed_id: str) -> Any:
    return and_(feed.c.id == feed_id, feed.c.next_at.is_not(None))


def _to_subscription(row: Row[Any], *, claimed: bool = False) -> HubSubscription:
    names = ("id", "feed", "hub", "topic", "secret", "tries", "asked_at", "lease_ends_at")
    values = {name: row._mapping[name] for name in names}
    return HubSubscription(**values, **({"lease_token": row.lease_token, "due_at": row.next_at} if claimed else {}))
