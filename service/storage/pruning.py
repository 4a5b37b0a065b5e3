"""Forgetting what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select

from service.storage.claims import in_order, untouched
from service.storage.database import Database
from service.storage.tables import (
    alert,
    article,
    delivery,
    feed_notice,
    match,
    mute,
    seen,
    silence,
    story,
    story_join,
    story_move,
    story_print,
)

SEEN_FOR = timedelta(days=90)  # how long a key is remembered after its feed last listed it
SOME = 500  # articles forgotten in one transaction


def forget_articles(database: Database, *, older_than: datetime) -> int:
    """Forget articles first seen before `older_than` that no match holds and that do not wait for one; return how many.

    Their keys outlive them, so that an article forgotten is not taken for a new one.
    """
    gone = 0
    while some := _forget_some(database, older_than):
        gone += some
    return gone


def forget_keys(database: Database, *, now: datetime) -> None:
    """Forget the keys that their feeds have not listed for 90 days."""
    for feed_id, before in _unlisted(database, now):
        with database.write() as connection:
            connection.execute(delete(seen).where(seen.c.feed == feed_id, seen.c.listed_at < before))


def forget_stories(database: Database, *, older_than: datetime) -> int:
    """Forget what is remembered to place articles of those placed before then, and the stories of which nothing is left; return how many.

    A story is kept as long as it has an article or an alert, so that its id leads somewhere.
    """
    gone = 0
    with database.write() as connection:
        connection.execute(delete(story_print).where(story_print.c.placed_at < older_than))
    while some := _forget_empty(database, older_than):
        gone += some
    return gone


def forget_mutes(database: Database, *, older_than: datetime) -> int:
    """Forget the mutes of readers that ended before then; return how many."""
    with database.write() as connection:
        return connection.execute(delete(mute).where(mute.c.ends_at < older_than)).rowcount


def forget_silences(database: Database, *, older_than: datetime) -> int:
    """Forget silences that ended before then; return how many. One that holds a match is kept, so that what the match says leads there."""
    holds = select(match.c.id).where(match.c.silence == silence.c.id).exists()
    with database.write() as connection:
        return connection.execute(delete(silence).where(silence.c.ends_at < older_than, ~holds)).rowcount


def forget_notices(database: Database, *, older_than: datetime) -> int:
    """Forget what was told of feeds before then, with the deliveries that told it; return how many messages that were.

    The last that a workspace was told of a feed is kept: that the feed works again is told to those only who know that it did not.
    """
    gone = 0
    while some := _forget_notices(database, older_than):
        gone += some
    return gone


def _forget_notices(database: Database, older_than: datetime) -> int:
    later, part = feed_notice.alias("later"), feed_notice.alias("part")
    same = and_(later.c.workspace == part.c.workspace, later.c.feed == part.c.feed)
    after = or_(later.c.created_at > part.c.created_at, and_(later.c.created_at == part.c.created_at, later.c.id > part.c.id))
    is_last = ~select(later.c.id).where(same, after).exists()
    keeps = select(part.c.id).where(part.c.told_in == feed_notice.c.id, or_(part.c.created_at >= older_than, is_last)).exists()
    waits = select(delivery.c.id).where(delivery.c.notice == feed_notice.c.id, delivery.c.next_at.is_not(None)).exists()
    old = select(feed_notice.c.id).where(feed_notice.c.told_in == feed_notice.c.id, feed_notice.c.created_at < older_than, ~keeps, ~waits)
    with database.write() as connection:
        ids = list(connection.execute(old.limit(SOME)).scalars())
        connection.execute(delete(delivery).where(in_order(delivery, delivery.c.notice.in_(ids))))
        connection.execute(delete(feed_notice).where(feed_notice.c.told_in.in_(ids)))
    return len(ids)


def _forget_empty(database: Database, older_than: datetime) -> int:
    held = or_(
        select(article.c.id).where(article.c.story == story.c.id).exists(),
        select(alert.c.id).where(alert.c.story == story.c.id).exists(),
        select(story_move.c.article).where(story_move.c.story == story.c.id).exists(),
    )
    # One that became part of another is kept with that one.
    whole = story.alias("whole")
    merged = select(whole.c.id).where(whole.c.id == story.c.merged_into).exists()
    empty = select(story.c.id).where(story.c.opened_at < older_than, ~held, ~merged).limit(SOME)
    with database.write() as connection:
        ids = list(connection.execute(empty).scalars())
        connection.execute(delete(story_join).where(story_join.c.story.in_(ids)))
        return connection.execute(delete(story).where(story.c.id.in_(ids))).rowcount


def _forget_some(database: Database, older_than: datetime) -> int:
    # A few at a time: one long transaction would keep the workers waiting, or run into its time-out every day.
    # NOT EXISTS, not NOT IN: from some 300,000 matches on PostgreSQL reads all of them anew for every article.
    unmatched = article.c.next_at.is_(None) & ~select(match.c.id).where(match.c.article == article.c.id).exists()
    old = untouched(article, and_(article.c.first_seen_at < older_than, unmatched), limit=SOME)
    with database.write() as connection:
        return connection.execute(delete(article).where(old, unmatched)).rowcount


def _unlisted(database: Database, now: datetime) -> list[tuple[str, datetime]]:
    """Feeds with keys to forget, each with the time before which those were last listed."""
    # Counted from the feed's own last news: a feed that has not changed for a year lists the same entries all the while.
    listings = select(seen.c.feed, func.min(seen.c.listed_at).label("first"), func.max(seen.c.listed_at).label("last"))
    with database.read() as connection:
        rows = connection.execute(listings.group_by(seen.c.feed)).all()
    limits = [(row.feed, row.first, min(row.last, now) - SEEN_FOR) for row in rows]
    return [(feed_id, before) for feed_id, first, before in limits if first < before]
