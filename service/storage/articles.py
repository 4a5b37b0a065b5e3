"""Articles, and the keys by which a feed's entries are known again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, case, delete, literal, select, update

from service.domain.articles import Article
from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate
from service.domain.identity import Known, KnownArticle, New, Recognised, article_id, content_hash, credible_date, dedup_key
from service.domain.outage import is_ours
from service.storage.claims import claim_due, finish, is_poison
from service.storage.database import Database
from service.storage.feed_hosts import ensure_host, host_of, rest_host
from service.storage.feed_notices import tell_owners
from service.storage.handmade import among, as_placed
from service.storage.outcomes import count_outcomes
from service.storage.paging import Page, fetch_page
from service.storage.tables import Moment, article, article_vector, feed, seen, subscription
from service.storage.watches import dump_watch

LISTED_RESOLUTION = timedelta(days=1)  # how exact `listed_at` is; a write per entry and poll would be dear
SETTLED = timedelta(minutes=1)  # by when whatever began at some time has surely been committed
CHUNK = 500  # bound parameters per statement stay far below every engine's limit


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
class SavedPoll:
    """How many articles a poll added and how many it changed, and what it made of the feed."""

    added: int
    edited: int
    outcome: FeedUpdate


@dataclass(frozen=True, slots=True)
class Excuse:
    """What a failure makes of the feed instead, if most hosts polled `since` then fail: the fault is ours."""

    outcome: FeedUpdate
    since: datetime


@dataclass(frozen=True, slots=True)
class Articles:
    """Articles in the database."""

    database: Database

    def known_articles(self, feed_id: str, keys: Collection[str]) -> Mapping[str, KnownArticle]:
        """What this feed's entries with these keys are known as."""
        found: dict[str, KnownArticle] = {}
        ordered = sorted(keys)
        with self.database.read() as connection:
            for start in range(0, len(ordered), CHUNK):
                for row in connection.execute(_known(feed_id, ordered[start : start + CHUNK])).all():
                    found[row.key] = KnownArticle(row.article, row.link_key, row.title_key, row.content_hash)
        return found

    def save_poll(
        self,
        polled: FeedToPoll,
        outcome: FeedUpdate,
        entries: Sequence[Recognised],
        *,
        source: str,
        now: datetime,
        host_free_at: datetime | None = None,
        excuse: Excuse | None = None,
    ) -> SavedPoll:
        """Store a poll: new and edited articles, their keys, the feed's validators and what its owners are told, in one transaction.

        Until `host_free_at` no feed of its host is polled. `excuse` is for a failure. Raises:
            LeaseLost: another worker has the feed by now; nothing is stored.
        """
        new = [entry for entry in entries if isinstance(entry, New)]
        edited = [entry for entry in entries if isinstance(entry, Known) and entry.edited]
        with self.database.write() as connection:
            outcome = _stay_if_taken(connection, polled, outcome)
            finish(connection, feed, polled.id, polled.lease_token, due_at=polled.due_at, **_feed_values(outcome, now))
            outcome = _excused(connection, polled.id, outcome, excuse, now)
            self._settle_feed(connection, polled, outcome, now, host_free_at)
            for start in range(0, len(new), CHUNK):
                rows = [_new_values(polled, entry, source, now) for entry in new[start : start + CHUNK]]
                connection.execute(self.database.insert(article).on_conflict_do_nothing(), rows)
            for entry in sorted(edited, key=lambda one: one.article_id):  # the order in which matching locks them
                connection.execute(update(article).where(article.c.id == entry.article_id).values(**_edited_values(entry, now)))
                connection.execute(delete(article_vector).where(article_vector.c.article == entry.article_id))  # of what it said before
            self._save_keys(connection, polled.id, entries, now)
        return SavedPoll(len(new), len(edited), outcome)

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
            poison = update(article).where(is_poison(article, now)).values(quarantined_at=now, next_at=None)
            return connection.execute(poison).rowcount

    def _settle_feed(
        self, connection: Connection, polled: FeedToPoll, outcome: FeedUpdate, now: datetime, host_free_at: datetime | None
    ) -> None:
        """What a poll means for the feed's host and its owners."""
        if host_free_at is not None:
            rest_host(connection, polled.host, host_free_at)
        if outcome.url is not None:
            ensure_host(connection, self.database, host_of(outcome.url), now)
        if outcome.change is not None:
            tell_owners(connection, self.database, polled.id, outcome.change, now)

    def _save_keys(self, connection: Connection, feed_id: str, entries: Sequence[Recognised], now: datetime) -> None:
        rows = [
            {"feed": feed_id, "key": key, "article": _id_of(feed_id, entry), "listed_at": now}
            for entry in entries
            for key in entry.new_keys
        ]
        for start in range(0, len(rows), CHUNK):
            connection.execute(self.database.insert(seen).on_conflict_do_nothing(), rows[start : start + CHUNK])
        listed = sorted({entry.article_id for entry in entries if isinstance(entry, Known)})
        for start in range(0, len(listed), CHUNK):
            stale = (
                (seen.c.feed == feed_id) & seen.c.article.in_(listed[start : start + CHUNK]) & (seen.c.listed_at < now - LISTED_RESOLUTION)
            )
            connection.execute(update(seen).where(stale).values(listed_at=now))


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


def _known(feed_id: str, keys: Sequence[str]) -> Select[Any]:
    wanted = (seen.c.feed == feed_id) & seen.c.key.in_(keys)
    columns = (seen.c.key, seen.c.article, article.c.link_key, article.c.title_key, article.c.content_hash)
    return select(*columns).join(article, article.c.id == seen.c.article, isouter=True).where(wanted)


def _stay_if_taken(connection: Connection, polled: FeedToPoll, outcome: FeedUpdate) -> FeedUpdate:
    """Leave the feed at its address where the one it has moved to is a feed of its own already."""
    if (
        outcome.url is None
        or connection.execute(select(feed.c.id).where(feed.c.url == outcome.url, feed.c.id != polled.id)).first() is None
    ):
        return outcome
    reason = f"It has moved to {outcome.url}, which is a feed here already; follow that one instead."
    watch = replace(outcome.watch, moved_from=polled.watch.moved_from, moved_at=polled.watch.moved_at, told=polled.watch.told)
    stayed = replace(outcome, state=FeedState.OK, url=None, reason=reason, watch=watch, change=None)
    return replace(stayed, moved_to=polled.moved_to, moved_since=polled.moved_since, moved_polls=polled.moved_polls)


def _excused(connection: Connection, feed_id: str, outcome: FeedUpdate, excuse: Excuse | None, now: datetime) -> FeedUpdate:
    """The outcome that holds. Decided here, where this failure and those before it count: many feeds fail at one moment."""
    if excuse is None or not is_ours(count_outcomes(connection, excuse.since)):
        return outcome
    # Somebody may have made the feed due, or put it to rest, during the poll.
    following = case((feed.c.next_at == outcome.next_at, literal(excuse.outcome.next_at, Moment)), else_=feed.c.next_at)
    values = {**_feed_values(excuse.outcome, now), "next_at": following}
    connection.execute(update(feed).where(feed.c.id == feed_id).values(**values))
    return excuse.outcome


def _feed_values(outcome: FeedUpdate, now: datetime) -> dict[str, Any]:
    values = {
        "state": outcome.state,
        "reason": outcome.reason,
        "next_at": outcome.next_at,
        "etag": outcome.validators.etag,
        "last_modified": outcome.validators.last_modified,
        "polled_at": now,
        "watch": dump_watch(outcome.watch),
    }
    always = ("body_hash", "baselined_at", "failures", "polls_since_full", "gone_since", "moved_to", "moved_since", "moved_polls")
    values.update({name: getattr(outcome, name) for name in always})
    unless_none = ("last_success_at", "url", "title", "site_url", "language")
    values.update({name: getattr(outcome, name) for name in unless_none if getattr(outcome, name) is not None})
    if outcome.url is not None:
        values["host"] = host_of(outcome.url)
    return values


def _new_values(polled: FeedToPoll, new: New, source: str, now: datetime) -> dict[str, Any]:
    new_id = _id_of(polled.id, new)
    return {
        **_text_values(new),
        "id": new_id,
        "feed": polled.id,
        "dedup_key": dedup_key(new.keys, new_id),
        "language": new.entry.language,
        "source": source,
        "baseline": polled.baselined_at is None,
        "published_at": credible_date(new.entry.published_at, now),
        "first_seen_at": now,
        "changed_at": now,
        "next_at": now,
    }


def _edited_values(known: Known, now: datetime) -> dict[str, Any]:
    return {**_text_values(known), "changed_at": now, "next_at": now, "claims": 0, "matched_at": None, "quarantined_at": None}


def _text_values(recognised: Recognised) -> dict[str, Any]:
    entry, keys = recognised.entry, recognised.keys
    return {
        "url": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "body": entry.body,
        "author": entry.author,
        "link_key": keys.link_key,
        "title_key": keys.title_key,
        "content_hash": content_hash(entry),
    }


def _id_of(feed_id: str, recognised: Recognised) -> str:
    return recognised.article_id if isinstance(recognised, Known) else article_id(feed_id, recognised.first_key)
