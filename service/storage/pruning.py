"""Forgetting what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select

from service.storage.database import Database
from service.storage.tables import alert, article, match, seen, story, story_join, story_move, story_print

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
    unmatched = article.c.next_at.is_(None) & article.c.id.not_in(select(match.c.article))
    old = select(article.c.id).where(article.c.first_seen_at < older_than, unmatched).limit(SOME)
    with database.write() as connection:
        return connection.execute(delete(article).where(article.c.id.in_(old), unmatched)).rowcount


def _unlisted(database: Database, now: datetime) -> list[tuple[str, datetime]]:
    """Feeds with keys to forget, each with the time before which those were last listed."""
    # Counted from the feed's own last news: a feed that has not changed for a year lists the same entries all the while.
    listings = select(seen.c.feed, func.min(seen.c.listed_at).label("first"), func.max(seen.c.listed_at).label("last"))
    with database.read() as connection:
        rows = connection.execute(listings.group_by(seen.c.feed)).all()
    limits = [(row.feed, row.first, min(row.last, now) - SEEN_FOR) for row in rows]
    return [(feed_id, before) for feed_id, first, before in limits if first < before]
