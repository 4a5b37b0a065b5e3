"""Articles, as matching claims them and users see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select, update

from service.domain.articles import Article
from service.domain.identity import KnownArticle
from service.storage.claims import claim_due, is_poison, untouched
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.seen import find_known
from service.storage.tables import article, subscription
from service.storage.whereabouts import among, as_placed

SETTLED = timedelta(minutes=1)  # by when whatever began at some time has surely been committed


@dataclass(frozen=True, slots=True)
class ClaimedArticle:
    """An article to be matched, under a lease."""

    article: Article
    lease_token: str
    due_at: datetime
    claimed_at: datetime
    matched_at: datetime | None = None  # as of when it was held against the rules as it reads now

    def had_its_turn(self, since: datetime) -> bool:
        """Whether it has been matched, as it reads now, for a workspace that follows its feed since then.

        It is matched again for whoever follows the feed later and asks for what is there.
        """
        return self.matched_at is not None and since + SETTLED <= self.matched_at


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as users see it, with how far it has come: `matched_at` is None while it waits, and so is `story`."""

    article: Article
    matched_at: datetime | None
    quarantined_at: datetime | None
    story: str | None = None


@dataclass(frozen=True, slots=True)
class Articles:
    """Articles in the database."""

    database: Database

    def known_articles(self, asked: Sequence[tuple[str, Collection[str]]]) -> list[dict[str, KnownArticle]]:
        """What the entries of several feeds, each with its keys, are known as."""
        return find_known(self.database, asked)

    def claim_articles(self, *, now: datetime, token: str, limit: int) -> tuple[ClaimedArticle, ...]:
        """Take up to `limit` articles that wait to be matched."""
        rows = claim_due(self.database, article, now=now, token=token, limit=limit)
        return tuple(ClaimedArticle(to_article(row), row.lease_token, row.next_at, now, row.matched_at) for row in rows)

    def list_articles(
        self, workspace: str, *, feed_id: str | None = None, story_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[StoredArticle]:
        """The articles of the feeds that a workspace follows, newest first."""
        query = visible(workspace)
        if feed_id:
            query = query.where(article.c.feed == feed_id)
        if story_id:
            query = query.where(among(workspace, [story_id]), as_placed(workspace)[1] == story_id)
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=article.c.first_seen_at, key=article.c.id, cursor=cursor, limit=limit, to_item=_to_stored
            )

    def find_article(self, workspace: str, article_id: str) -> StoredArticle | None:
        """An article of a feed that this workspace follows."""
        with self.database.read() as connection:
            row = connection.execute(visible(workspace).where(article.c.id == article_id)).one_or_none()
        return _to_stored(row) if row else None

    def quarantine(self, *, now: datetime) -> int:
        """Set aside the articles that ended every worker that matched them; return how many."""
        with self.database.write() as connection:
            poison = update(article).where(untouched(article, is_poison(article, now))).values(quarantined_at=now, next_at=None)
            return connection.execute(poison).rowcount


def to_article(row: Row[Any]) -> Article:
    """An article from its row."""
    return Article(**{name: row._mapping[name] for name in Article.__slots__})


def visible(workspace: str) -> Select[Any]:
    """The articles of the feeds that a workspace follows, each with the story it is in there, as `place`."""
    followed = select(subscription.c.feed).where(subscription.c.workspace == workspace)
    source, place = as_placed(workspace)
    return select(*article.c, place.label("place")).select_from(source).where(article.c.feed.in_(followed))


def _to_stored(row: Row[Any]) -> StoredArticle:
    return StoredArticle(to_article(row), row.matched_at, row.quarantined_at, row.place)
