"""Feeds as a workspace follows them, with their health."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from service.domain.feeds import FeedState, Trust
from service.storage.tables import feed, subscription, websub
from service.storage.watches import load_watch

PAUSED = "You have paused it."


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed as one workspace follows it, with its health."""

    id: str
    workspace: str
    url: str
    title: str | None
    site_url: str | None
    language: str | None
    tags: tuple[str, ...]
    paused: bool
    alert_existing: bool
    state: FeedState
    reason: str | None
    failures: int
    created_at: datetime  # since when the workspace follows it
    polled_at: datetime | None
    last_success_at: datetime | None
    next_at: datetime | None
    moved_to: str | None  # where it redirects to for good, not yet taken over
    news_at: datetime | None  # the last poll that brought something new
    usual_gap: float | None  # seconds from one such poll to the next
    trusts_304: bool
    full_text: bool
    has_access: bool  # it is polled with headers or a password of the workspace's own
    pushed_at: datetime | None = None  # when its hub last sent something


@dataclass(frozen=True, slots=True)
class Follower:
    """A workspace that follows a feed: what matching and alerting must know of it."""

    workspace: str
    feed: str
    tags: tuple[str, ...]
    alert_existing: bool
    since: datetime
    full_text: bool = False


_FOLLOWED = {each.name for each in fields(FollowedFeed)}


def select_followed() -> Select[Any]:
    """Every feed with each workspace that follows it."""
    ours = [column for column in subscription.c if column.name != "feed"]
    columns = [column for column in feed.c if column.name in _FOLLOWED - {"created_at"}]
    has_access = feed.c.access.is_not(None).label("has_access")
    followed = feed.join(subscription, subscription.c.feed == feed.c.id).outerjoin(websub, websub.c.feed == feed.c.id)
    return select(*columns, feed.c.watch, has_access, websub.c.pushed_at, *ours).select_from(followed)


def to_followed(row: Row[Any]) -> FollowedFeed:
    """A row of `select_followed` as a value."""
    watch = load_watch(row.watch)
    values = {name: value for name, value in row._mapping.items() if name in _FOLLOWED}
    if row.paused:
        values |= {"state": FeedState.PAUSED, "reason": PAUSED}
    usual = watch.rhythm.gap.total_seconds() if watch.rhythm.gap else None
    learned = {
        "news_at": watch.rhythm.news_at if watch.rhythm.news else None,
        "usual_gap": usual,
        "trusts_304": watch.trust is not Trust.LOST,
    }
    return FollowedFeed(**{**values, **learned, "tags": tuple(values["tags"]), "state": FeedState(values["state"])})


def is_followed(workspace: str, feed_id: str) -> ColumnElement[bool]:
    """Whether a subscription is this workspace's of this feed."""
    return and_(subscription.c.workspace == workspace, subscription.c.feed == feed_id)


def find_followed(connection: Connection, workspace: str, feed_id: str) -> FollowedFeed | None:
    """The feed as this workspace follows it."""
    row = connection.execute(select_followed().where(is_followed(workspace, feed_id))).one_or_none()
    return to_followed(row) if row else None


def find_url(connection: Connection, workspace: str, url: str) -> FollowedFeed | None:
    """The feed that this workspace follows at this address, its own before one that all share."""
    own = and_(subscription.c.workspace == workspace, feed.c.url == url)
    row = connection.execute(select_followed().where(own).order_by(feed.c.owner.desc()).limit(1)).one_or_none()
    return to_followed(row) if row else None
