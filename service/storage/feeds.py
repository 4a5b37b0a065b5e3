"""Feeds, and who follows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, exists, or_, select, update

from service.domain.feeds import FeedState, FeedToPoll, HealthChange
from service.domain.outage import Outcomes
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.feed_claims import claim_feeds, quarantine_feeds
from service.storage.feed_hosts import Courtesy, ensure_host, host_of
from service.storage.feed_notices import tell_owners
from service.storage.feed_rows import begin_anew, has_follower, is_own, lock_feed, match_again, rest, wake
from service.storage.followed_feeds import FollowedFeed, Follower, find_followed, find_url, is_followed, select_followed, to_followed
from service.storage.outcomes import count_outcomes
from service.storage.paging import Page, fetch_page
from service.storage.tables import feed, subscription
from service.storage.watches import load_watch

COURTESY = Courtesy()


@dataclass(frozen=True, slots=True)
class Feeds:
    """Feeds and subscriptions in the database."""

    database: Database

    def follow(
        self,
        url: str,
        *,
        new_id: str,
        tags: Sequence[str],
        alert_existing: bool,
        caller: Caller,
        access: str | None = None,
        full_text: bool = False,
    ) -> tuple[FollowedFeed, bool]:
        """Follow the feed at `url`, one row per URL however many follow it; due at once if it is new.

        With (sealed) `access` of the workspace's own the feed is the workspace's own, too. One that it follows already stays as it is.

        What it holds already is matched again for those who want `alert_existing`. A feed that nobody followed
        begins anew: what has come meanwhile is old news. Returns the feed and whether the workspace did not follow it yet.
        """
        with self.database.write() as connection:
            ensure_host(connection, self.database, host_of(url), caller.now)
            followed = find_url(connection, caller.workspace, url)
            if followed is not None:
                return followed, False
            feed_id = self._lock_or_add(connection, url, owner=caller.workspace if access else "", new_id=new_id, now=caller.now)
            if access:
                connection.execute(update(feed).where(feed.c.id == feed_id).values(access=access))
            added = self._subscribe(connection, feed_id, tags, caller, alert_existing=alert_existing, full_text=full_text)
            if added:
                begin_anew(connection, feed_id)
                wake(connection, feed_id, caller.now)
                if alert_existing:
                    match_again(connection, feed_id, caller.now)
                record(connection, caller, "feed.follow", feed_id)
                self._tell_of_trouble(connection, feed_id, caller)
            found = find_followed(connection, caller.workspace, feed_id)
        assert found is not None, "followed above"
        return found, added

    def _subscribe(
        self, connection: Connection, feed_id: str, tags: Sequence[str], caller: Caller, *, alert_existing: bool, full_text: bool
    ) -> bool:
        """Whether the workspace did not follow the feed yet."""
        follows = {
            "workspace": caller.workspace,
            "feed": feed_id,
            "tags": list(tags),
            "paused": False,
            "alert_existing": alert_existing,
            "full_text": full_text,
            "created_at": caller.now,
        }
        inserted = self.database.insert(subscription).values(**follows).on_conflict_do_nothing()
        return connection.execute(inserted.returning(subscription.c.feed)).one_or_none() is not None

    def _tell_of_trouble(self, connection: Connection, feed_id: str, caller: Caller) -> None:
        """Tell a new follower what the others were told, where that is not over."""
        row = connection.execute(select(feed.c.watch, feed.c.reason).where(feed.c.id == feed_id)).one()
        told = load_watch(row.watch).told
        if told not in (None, FeedState.MOVED):
            tell_owners(connection, self.database, feed_id, HealthChange(told, row.reason or ""), caller.now, only=caller.workspace)

    def _lock_or_add(self, connection: Connection, url: str, *, owner: str, new_id: str, now: datetime) -> str:
        """The id of the feed at this address, locked; a new one is due at once."""
        new = {"id": new_id, "url": url, "host": host_of(url), "owner": owner, "state": FeedState.NEW, "created_at": now, "next_at": now}
        connection.execute(self.database.insert(feed).values(**new).on_conflict_do_nothing(index_elements=["url", "owner"]))
        row = select(feed.c.id).where(feed.c.url == url, feed.c.owner == owner)
        feed_id: str = connection.execute(row.with_for_update()).scalar_one()
        return feed_id

    def is_proven(self, url: str, workspace: str) -> bool:
        """Whether `url` is known to be a feed: it has been read as one before, or the workspace follows it."""
        followed = exists().where(subscription.c.feed == feed.c.id, subscription.c.workspace == workspace)
        shared = and_(feed.c.owner == "", feed.c.last_success_at.is_not(None))
        with self.database.read() as connection:
            return connection.execute(select(feed.c.id).where(feed.c.url == url, or_(shared, followed)).limit(1)).first() is not None

    def find_feed(self, workspace: str, feed_id: str) -> FollowedFeed | None:
        """A feed that this workspace follows."""
        with self.database.read() as connection:
            return find_followed(connection, workspace, feed_id)

    def list_feeds(self, workspace: str, *, state: str | None = None, cursor: str | None = None, limit: int = 50) -> Page[FollowedFeed]:
        """The feeds that a workspace follows, newest first."""
        query = select_followed().where(subscription.c.workspace == workspace)
        if state == FeedState.PAUSED:
            query = query.where(subscription.c.paused)
        elif state:
            query = query.where(feed.c.state == state, subscription.c.paused.is_(False))
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=subscription.c.created_at, key=feed.c.id, cursor=cursor, limit=limit, to_item=to_followed
            )

    def tags_of(self, workspace: str) -> Mapping[str, tuple[str, ...]]:
        """The tags of each feed that a workspace follows."""
        query = select(subscription.c.feed, subscription.c.tags).where(subscription.c.workspace == workspace)
        with self.database.read() as connection:
            return {row.feed: tuple(row.tags) for row in connection.execute(query).all()}

    def change_subscription(
        self, feed_id: str, *, paused: bool | None, tags: Sequence[str] | None, caller: Caller, full_text: bool | None = None
    ) -> FollowedFeed | None:
        """Pause or resume a feed for this workspace, tag it anew, or want its full texts; None leaves as it is.

        A feed is polled while any workspace follows it unpaused.
        """
        given: dict[str, Any] = {"paused": paused, "tags": list(tags) if tags is not None else None, "full_text": full_text}
        values = {name: value for name, value in given.items() if value is not None}
        with self.database.write() as connection:
            lock_feed(connection, feed_id)
            if values:
                connection.execute(update(subscription).where(is_followed(caller.workspace, feed_id)).values(**values))
            if paused is not None:
                wake(connection, feed_id, caller.now) if not paused else rest(connection, feed_id)
            found = find_followed(connection, caller.workspace, feed_id)
            if found:
                record(connection, caller, "feed.change", feed_id)
        return found

    def unfollow(self, feed_id: str, *, caller: Caller) -> bool:
        """Stop following a feed; its articles stay. False if the workspace did not follow it."""
        with self.database.write() as connection:
            lock_feed(connection, feed_id)
            found = connection.execute(subscription.delete().where(is_followed(caller.workspace, feed_id))).rowcount == 1
            if found:
                rest(connection, feed_id)
                connection.execute(update(feed).where(is_own(caller.workspace, feed_id)).values(access=None))
                record(connection, caller, "feed.unfollow", feed_id)
        return found

    def poll_now(self, feed_id: str, *, caller: Caller) -> FollowedFeed | None:
        """Make a feed due now, also one that was given up or set aside."""
        with self.database.write() as connection:
            lock_feed(connection, feed_id)
            found = find_followed(connection, caller.workspace, feed_id)
            if found:
                # Who resumes a feed that was given up as gone gives it another week.
                again = case((feed.c.state == FeedState.GONE, None), else_=feed.c.gone_since)
                reset = {"next_at": caller.now, "claims": 0, "gone_since": again}
                connection.execute(update(feed).where(feed.c.id == feed_id, has_follower()).values(**reset))
                record(connection, caller, "feed.poll", feed_id)
                found = find_followed(connection, caller.workspace, feed_id)
        return found

    def set_access(self, feed_id: str, access: str | None, *, caller: Caller) -> bool:
        """Replace the (sealed) access to a feed of the workspace's own, or forget it; due at once. False if it has no such feed."""
        fresh = {"etag": None, "last_modified": None, "body_hash": None}
        with self.database.write() as connection:
            found = connection.execute(update(feed).where(is_own(caller.workspace, feed_id)).values(access=access, **fresh)).rowcount == 1
            if found:
                connection.execute(update(feed).where(feed.c.id == feed_id, feed.c.next_at.is_not(None)).values(next_at=caller.now))
                record(connection, caller, "feed.access", feed_id)
        return found

    def list_access(self) -> Sequence[tuple[str, str, str]]:
        """Every sealed access: the feed, its owner, what is sealed."""
        query = select(feed.c.id, feed.c.owner, feed.c.access).where(feed.c.access.is_not(None))
        with self.database.read() as connection:
            return [(row.id, row.owner, row.access) for row in connection.execute(query).all()]

    def reseal_access(self, feed_id: str, old: str, new: str) -> bool:
        """Put the `new` sealing of the same access in the place of the `old`; False if it has changed meanwhile."""
        same = and_(feed.c.id == feed_id, feed.c.access == old)
        with self.database.write() as connection:
            return connection.execute(update(feed).where(same).values(access=new)).rowcount == 1

    def claim_feeds(self, *, now: datetime, token: str, limit: int, courtesy: Courtesy = COURTESY) -> tuple[FeedToPoll, ...]:
        """Take up to `limit` due feeds under the lease `token`, one of each host that is free."""
        return claim_feeds(self.database, now=now, token=token, limit=limit, courtesy=courtesy)

    def recent_outcomes(self, since: datetime) -> Outcomes:
        """How the last polls ended, by hosts."""
        with self.database.read() as connection:
            return count_outcomes(connection, since)

    def followers(self, feeds: Collection[str]) -> Mapping[str, tuple[Follower, ...]]:
        """Who follows each of these feeds, unpaused."""
        query = select(subscription).where(subscription.c.feed.in_(feeds), subscription.c.paused.is_(False))
        found: dict[str, list[Follower]] = {}
        with self.database.read() as connection:
            for row in connection.execute(query).all():
                follower = Follower(row.workspace, row.feed, tuple(row.tags), row.alert_existing, row.created_at, row.full_text)
                found.setdefault(row.feed, []).append(follower)
        return {feed_id: tuple(followers) for feed_id, followers in found.items()}

    def quarantine(self, *, now: datetime) -> int:
        """Set aside the feeds that ended every worker that polled them; return how many."""
        return quarantine_feeds(self.database, now=now)
