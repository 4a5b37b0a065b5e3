"""What becomes of a feed's row when people follow it, rest it, or leave it, inside their transactions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, null, select, update

from service.domain.feeds import FeedState
from service.storage.tables import article, feed, subscription


def is_own(workspace: str, feed_id: str) -> ColumnElement[bool]:
    """Whether it is this feed and belongs to this workspace alone."""
    return and_(feed.c.id == feed_id, feed.c.owner == workspace)


def lock_feed(connection: Connection, feed_id: str) -> None:
    """Keep two changes of one feed's followers apart, so that neither overlooks the other."""
    connection.execute(select(feed.c.id).where(feed.c.id == feed_id).with_for_update())


def has_follower() -> ColumnElement[bool]:
    """Whether anybody follows a feed unpaused."""
    return exists().where(subscription.c.feed == feed.c.id, subscription.c.paused.is_(False))


def _is_resting(feed_id: str) -> ColumnElement[bool]:
    return and_(feed.c.id == feed_id, feed.c.next_at.is_(None), feed.c.state.not_in([FeedState.GONE, FeedState.QUARANTINED]))


def begin_anew(connection: Connection, feed_id: str) -> None:
    """Make the next poll of a resting feed a baseline, as if it were its first."""
    anew = {"baselined_at": None, "etag": None, "last_modified": None, "body_hash": None, "watch": null()}
    connection.execute(update(feed).where(_is_resting(feed_id)).values(**anew))


def match_again(connection: Connection, feed_id: str, now: datetime) -> None:
    """Make a feed's articles due once more; who followed it before does not hear of them again."""
    known = and_(article.c.feed == feed_id, article.c.quarantined_at.is_(None))
    connection.execute(select(article.c.id).where(known).order_by(article.c.id).with_for_update())  # the order of matching
    connection.execute(update(article).where(known).values(next_at=now))


def wake(connection: Connection, feed_id: str, now: datetime) -> None:
    """Make a resting feed due; one that was given up or set aside stays so until somebody polls it by hand."""
    connection.execute(update(feed).where(_is_resting(feed_id), has_follower()).values(next_at=now))


def rest(connection: Connection, feed_id: str) -> None:
    """Stop polling a feed that nobody follows any more."""
    connection.execute(update(feed).where(feed.c.id == feed_id, ~has_follower()).values(next_at=None))
