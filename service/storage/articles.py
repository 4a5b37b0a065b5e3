"""Articles, and the keys by which a feed's entries are known again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, case, delete, literal, select, update
from sqlalchemy.exc import SQLAlchemyError

from service.domain.articles import Article
from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate
from service.domain.identity import Known, KnownArticle, New, Recognised, article_id, content_hash, credible_date, dedup_key
from service.domain.listing import Listing
from service.domain.outage import is_ours
from service.storage.claims import LeaseLost, claim_due, finish, is_poison
from service.storage.database import Database
from service.storage.feed_hosts import ensure_host, host_of, rest_hosts
from service.storage.feed_notices import tell_owners
from service.storage.handmade import among, as_placed
from service.storage.listings import save_listing
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


Unsaved = LeaseLost | SQLAlchemyError


@dataclass(frozen=True, slots=True)
class PollToSave:
    """What a poll made of its feed and brought: entries, what to call the outlet, and what the feed lists now (None: as before).

    Until `host_free_at` no feed of its host is polled. `excuse` is for a failure.
    """

    feed: FeedToPoll
    outcome: FeedUpdate
    entries: Sequence[Recognised]
    source: str
    now: datetime
    listing: Listing | None = None
    host_free_at: datetime | None = None
    excuse: Excuse | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether all there is to write is the feed's own row: a good answer that brought nothing, of which nobody is told."""
        brought = self.entries or self.listing is not None
        return not brought and self.excuse is None and self.outcome.url is None and self.outcome.change is None

    @property
    def has_edits(self) -> bool:
        """Whether it changes articles that are stored."""
        return any(isinstance(entry, Known) and entry.edited for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Articles:
    """Articles in the database."""

    database: Database

    def known_articles(self, asked: Sequence[tuple[str, Collection[str]]]) -> list[dict[str, KnownArticle]]:
        """What the entries of several feeds, each with its keys, are known as."""
        if not any(keys for _, keys in asked):
            return [{} for _ in asked]
        with self.database.read() as connection:
            return [_find_known(connection, feed_id, sorted(keys)) for feed_id, keys in asked]

    def save_polls(self, polls: Sequence[PollToSave]) -> list[SavedPoll | Unsaved]:
        """Store polls, many in one transaction; where one cannot be stored, why, and the others are.

        Of each: new and edited articles, their keys, the feed's row and listing, its host's rest, and what its owners are told.
        LeaseLost stands for one whose feed another worker has by now.
        """
        # Matching locks articles in the order of their ids; edits of several feeds would lock them in another one.
        alone = [poll for poll in polls if poll.has_edits]
        # Workers lock hosts in one order.
        together = sorted((poll for poll in polls if not poll.has_edits), key=lambda poll: poll.feed.host)
        saved: dict[int, SavedPoll | Unsaved] = {}
        try:
            if together:
                with self.database.write() as connection:
                    saved = {id(poll): self._try(connection, poll) for poll in together}
        except SQLAlchemyError:
            alone = list(polls)  # what the database refuses takes only itself
        saved.update((id(poll), self._save_alone(poll)) for poll in alone)
        return [saved[id(poll)] for poll in polls]

    def _save_alone(self, poll: PollToSave) -> SavedPoll | Unsaved:
        try:
            with self.database.write() as connection:
                return self._try(connection, poll)
        except SQLAlchemyError as error:
            return error

    def _try(self, connection: Connection, poll: PollToSave) -> SavedPoll | LeaseLost:
        try:
            return self._save(connection, poll)
        except LeaseLost as lost:  # found before anything was written
            return lost

    def _save(self, connection: Connection, poll: PollToSave) -> SavedPoll:
        polled, entries, now = poll.feed, poll.entries, poll.now
        new = [entry for entry in entries if isinstance(entry, New)]
        edited = [entry for entry in entries if isinstance(entry, Known) and entry.edited]
        outcome = _stay_if_taken(connection, polled, poll.outcome)
        finish(connection, feed, polled.id, polled.lease_token, due_at=polled.due_at, **feed_values(outcome, now))
        outcome = _excused(connection, polled.id, outcome, poll.excuse, now)
        self._settle_feed(connection, poll, outcome)
        for start in range(0, len(new), CHUNK):
            rows = [_new_values(polled, entry, poll.source, now) for entry in new[start : start + CHUNK]]
            connection.execute(self.database.insert(article).on_conflict_do_nothing(), rows)
        for entry in sorted(edited, key=lambda one: one.article_id):  # the order in which matching locks them
            connection.execute(update(article).where(article.c.id == entry.article_id).values(**_edited_values(entry, now)))
            connection.execute(delete(article_vector).where(article_vector.c.article == entry.article_id))  # of what it said before
        self._save_keys(connection, polled.id, entries, now)
        if poll.listing is not None:
            save_listing(connection, self.database, polled.id, poll.listing)
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

    def _settle_feed(self, connection: Connection, poll: PollToSave, outcome: FeedUpdate) -> None:
        """What a poll means for the feed's host and its owners."""
        if poll.host_free_at is not None:
            rest_hosts(connection, {poll.feed.host: poll.host_free_at})
        if outcome.url is not None:
            ensure_host(connection, self.database, host_of(outcome.url), poll.now)
        if outcome.change is not None:
            tell_owners(connection, self.database, poll.feed.id, outcome.change, poll.now)

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


def _find_known(connection: Connection, feed_id: str, keys: Sequence[str]) -> dict[str, KnownArticle]:
    found: dict[str, KnownArticle] = {}
    for start in range(0, len(keys), CHUNK):
        for row in connection.execute(_known(feed_id, keys[start : start + CHUNK])).all():
            found[row.key] = KnownArticle(row.article, row.link_key, row.title_key, row.content_hash)
    return found


def _known(feed_id: str, keys: Sequence[str]) -> Select[Any]:
    wanted = (seen.c.feed == feed_id) & seen.c.key.in_(keys)
    columns = (seen.c.key, seen.c.article, article.c.link_key, article.c.title_key, article.c.content_hash)
    return select(*columns).join(article, article.c.id == seen.c.article, isouter=True).where(wanted)


def _stay_if_taken(connection: Connection, polled: FeedToPoll, outcome: FeedUpdate) -> FeedUpdate:
    """Leave the feed at its address where the one it has moved to is a feed of its own already."""
    if (
        outcome.url is None
        or connection.execute(
            select(feed.c.id).where(feed.c.url == outcome.url, feed.c.owner == polled.owner, feed.c.id != polled.id)
        ).first()
        is None
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
    values = {**feed_values(excuse.outcome, now), "next_at": following}
    connection.execute(update(feed).where(feed.c.id == feed_id).values(**values))
    return excuse.outcome


def feed_values(outcome: FeedUpdate, now: datetime) -> dict[str, Any]:
    """What becomes of the feed's row."""
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
