"""Pages of articles that wait to be read for their full text, one host at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, and_, delete, func, select, update

from service.domain.articles import Article
from service.storage.claims import claim_due, finish, is_poison, untouched
from service.storage.database import Database
from service.storage.tables import article, article_vector, feed, page

POISON = "reading it ended its worker five times"


@dataclass(frozen=True, slots=True)
class ClaimedPage:
    """An article's page to be read, under a lease; `access` is the sealed one of the `owner` of its feed."""

    id: str
    url: str
    host: str
    tries: int
    title: str
    body: str
    lease_token: str
    due_at: datetime
    feed_url: str
    owner: str
    access: str | None


@dataclass(frozen=True, slots=True)
class PageReading:
    """How far the reading of an article's page has come: `outcome` is None before the first try, `next_at` when there is none to come."""

    outcome: str | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class PageTally:
    """What so many pages came to: `outcome` as of a PageReading, `waiting` whether they are tried (again)."""

    outcome: str | None
    waiting: bool
    articles: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages in the database."""

    database: Database

    def want(self, articles: Sequence[Article], *, now: datetime) -> None:
        """Have the pages of these articles read, each once for every text that its feed gave it."""
        rows = [
            {"id": each.id, "host": _host(each.url), "changed_at": each.changed_at, "next_at": now, "tries": 0}
            for each in sorted(articles, key=lambda one: one.id)
            if each.url is not None
        ]
        if not rows:
            return
        insert = self.database.insert(page)
        again = {"changed_at": insert.excluded.changed_at, "next_at": insert.excluded.next_at, "host": insert.excluded.host, "tries": 0}
        wanted = insert.on_conflict_do_update(index_elements=["id"], set_=again, where=page.c.changed_at < insert.excluded.changed_at)
        with self.database.write() as connection:
            connection.execute(wanted, rows)

    def claim_pages(self, *, now: datetime, token: str, limit: int) -> tuple[ClaimedPage, ...]:
        """Take up to `limit` due pages, at most one of each host, and none of a host that is being asked."""
        other, waiting = page.alias(), page.alias()
        busy = select(other.c.host).where(other.c.lease_until > now)
        due = and_(waiting.c.next_at <= now, waiting.c.host.not_in(busy))
        first = select(func.min(waiting.c.id)).where(due).group_by(waiting.c.host)
        rows = claim_due(self.database, page, now=now, token=token, limit=limit, among=page.c.id.in_(first))
        if not rows:
            return ()
        columns = (article.c.id, article.c.url, article.c.title, article.c.body, feed.c.url.label("feed_url"), feed.c.owner, feed.c.access)
        about = select(*columns).join(feed, feed.c.id == article.c.feed).where(article.c.id.in_([row.id for row in rows]))
        with self.database.read() as connection:
            known = {row.id: row for row in connection.execute(about).all()}
        return tuple(_to_claimed(row, known[row.id]) for row in rows if row.id in known)

    def find_reading(self, article_id: str) -> PageReading | None:
        """What came of reading an article's page; None where nobody wants it."""
        with self.database.read() as connection:
            row = connection.execute(select(page.c.outcome, page.c.next_at).where(page.c.id == article_id)).one_or_none()
        return PageReading(row.outcome, row.next_at) if row else None

    def tally(self, feed_id: str, newest: int) -> list[PageTally]:
        """What the pages of the feed's newest articles came to, the commonest first; those that nobody wants are not counted."""
        of_feed = select(article.c.id).where(article.c.feed == feed_id).order_by(article.c.first_seen_at.desc()).limit(newest)
        waiting, articles = page.c.next_at.is_not(None), func.count()
        tallied = select(page.c.outcome, waiting.label("waiting"), articles.label("articles")).where(page.c.id.in_(of_feed))
        with self.database.read() as connection:
            rows = connection.execute(tallied.group_by(page.c.outcome, waiting).order_by(articles.desc(), page.c.outcome)).all()
        return [PageTally(row.outcome, bool(row.waiting), row.articles) for row in rows]

    def save_text(self, claimed: ClaimedPage, text: str, *, host_free_at: datetime, now: datetime) -> None:
        """Give the article its full text and have it matched again, where it is more than what the feed gave.

        Raises:
            LeaseLost: another worker has the page by now; nothing is stored.
        """
        more = and_(article.c.id == claimed.id, func.length(article.c.body) < len(text))
        anew = {"body": text, "next_at": now, "claims": 0, "matched_at": None, "quarantined_at": None}
        with self.database.write() as connection:
            changed = connection.execute(update(article).where(more).values(**anew)).rowcount
            if changed:
                connection.execute(delete(article_vector).where(article_vector.c.article == claimed.id))  # of what it said before
            outcome = "read" if changed else "it has no more than the feed gives"
            self._finish(connection, claimed, outcome, None, host_free_at)

    def save_failure(self, claimed: ClaimedPage, reason: str, *, next_at: datetime | None, host_free_at: datetime) -> None:
        """Store why no text came of a page. Raises LeaseLost."""
        with self.database.write() as connection:
            self._finish(connection, claimed, reason, next_at, host_free_at)

    def give_up(self, reason: str) -> int:
        """Let all pages be that wait; return how many."""
        with self.database.write() as connection:
            waiting = update(page).where(page.c.next_at.is_not(None)).values(next_at=None, outcome=reason)
            return connection.execute(waiting).rowcount

    def quarantine(self, *, now: datetime) -> int:
        """Let the pages be that ended every worker that read them; return how many."""
        with self.database.write() as connection:
            poison = untouched(page, is_poison(page, now))
            return connection.execute(update(page).where(poison).values(outcome=POISON, next_at=None)).rowcount

    def _finish(self, connection: Connection, claimed: ClaimedPage, outcome: str, next_at: datetime | None, host_free_at: datetime) -> None:
        values = {"outcome": outcome, "tries": claimed.tries + 1}
        finish(connection, page, claimed.id, claimed.lease_token, next_at=next_at, due_at=claimed.due_at, **values)
        waiting = and_(page.c.host == claimed.host, page.c.next_at < host_free_at, page.c.lease_until.is_(None))
        connection.execute(update(page).where(waiting).values(next_at=host_free_at))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:255]
    except ValueError:
        return ""


def _to_claimed(row: Row[Any], about: Any) -> ClaimedPage:
    return ClaimedPage(
        id=row.id,
        url=about.url or "",
        host=row.host,
        tries=row.tries,
        title=about.title,
        body=about.body,
        lease_token=row.lease_token,
        due_at=row.next_at,
        feed_url=about.feed_url,
        owner=about.owner,
        access=about.access,
    )
