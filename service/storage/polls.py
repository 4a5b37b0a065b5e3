"""Saving polls: what each brought, and what becomes of its feed, many in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, case, delete, literal, select, update
from sqlalchemy.exc import SQLAlchemyError

from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate
from service.domain.identity import Known, New, Recognised
from service.domain.listing import Listing
from service.domain.outage import is_ours
from service.storage.claims import LeaseLost
from service.storage.columns import Moment
from service.storage.database import Database
from service.storage.feed_hosts import ensure_host, host_of, rest_hosts
from service.storage.feed_notices import tell_owners
from service.storage.listings import save_listings
from service.storage.outcomes import count_outcomes
from service.storage.poll_rows import PolledFeed, edited_values, feed_values, new_values, write_feeds
from service.storage.seen import save_keys
from service.storage.tables import article, article_vector, feed

CHUNK = 500  # rows a statement


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
    def new(self) -> list[New]:
        """The entries that are articles from now on."""
        return [entry for entry in self.entries if isinstance(entry, New)]

    @property
    def edited(self) -> list[Known]:
        """The entries of stored articles that read otherwise now, in the order in which matching locks them."""
        changed = [entry for entry in self.entries if isinstance(entry, Known) and entry.edited]
        return sorted(changed, key=lambda one: one.article_id)

    def saved(self) -> SavedPoll:
        """What is said of it once it is stored."""
        return SavedPoll(len(self.new), len(self.edited), self.outcome)


def save_polls(database: Database, polls: Sequence[PollToSave]) -> list[SavedPoll | Unsaved]:
    """Store polls, many in one transaction; where one cannot be stored, why, and the others are.

    Of each: new and edited articles, their keys, the feed's row and listing, its host's rest, and what its owners are told.
    LeaseLost stands for one whose feed another worker has by now.
    """
    # Matching locks articles in the order of their ids; edits of several feeds would lock them in another one.
    alone = [number for number, poll in enumerate(polls) if poll.edited]
    together = [number for number, poll in enumerate(polls) if not poll.edited]
    saved: dict[int, SavedPoll | Unsaved] = {}
    try:
        if together:
            saved.update(zip(together, _save(database, [polls[number] for number in together]), strict=True))
    except SQLAlchemyError:
        alone = list(range(len(polls)))  # what the database refuses takes only itself
    saved.update((number, _save_alone(database, polls[number])) for number in alone)
    return [saved[number] for number in range(len(polls))]


def rests_of(polls: Sequence[PollToSave]) -> dict[str, datetime]:
    """Until when each host rests after these polls."""
    found: dict[str, datetime] = {}
    for poll in polls:
        if poll.host_free_at is not None:
            found[poll.feed.host] = max(poll.host_free_at, found.get(poll.feed.host, poll.host_free_at))
    return found


def _save_alone(database: Database, poll: PollToSave) -> SavedPoll | Unsaved:
    try:
        return _save(database, [poll])[0]
    except SQLAlchemyError as error:
        return error


def _save(database: Database, polls: Sequence[PollToSave]) -> list[SavedPoll | LeaseLost]:
    with database.write() as connection:
        held = _held(connection, polls)
        ours = [_stay_if_taken(connection, poll) for poll in polls if poll.feed.id in held]
        write_feeds(connection, [PolledFeed(poll.feed, feed_values(poll.outcome, poll.now)) for poll in ours])
        settled = {poll.feed.id: _settle_feed(connection, database, poll) for poll in ours}
        rest_hosts(connection, rests_of(ours))
        _save_articles(connection, database, ours)
        save_keys(connection, database, [(poll.feed.id, poll.entries, poll.now) for poll in ours])
        save_listings(connection, database, {poll.feed.id: poll.listing for poll in ours if poll.listing is not None})
    return [settled[poll.feed.id] if poll.feed.id in held else LeaseLost(f"feed {poll.feed.id}") for poll in polls]


def _held(connection: Connection, polls: Sequence[PollToSave]) -> set[str]:
    """The feeds that are still in our hands, locked until the end of the transaction."""
    tokens = {poll.feed.id: poll.feed.lease_token for poll in polls}
    rows = select(feed.c.id, feed.c.lease_token).where(feed.c.id.in_(sorted(tokens))).order_by(feed.c.id).with_for_update()
    return {row.id for row in connection.execute(rows).all() if row.lease_token == tokens[row.id]}


def _save_articles(connection: Connection, database: Database, polls: Sequence[PollToSave]) -> None:
    rows = [new_values(poll.feed, entry, poll.source, poll.now) for poll in polls for entry in poll.new]
    for start in range(0, len(rows), CHUNK):
        connection.execute(database.insert(article).on_conflict_do_nothing(), rows[start : start + CHUNK])
    for poll in polls:
        for entry in poll.edited:
            connection.execute(update(article).where(article.c.id == entry.article_id).values(**edited_values(entry, poll.now)))
            connection.execute(delete(article_vector).where(article_vector.c.article == entry.article_id))  # of what it said before


def _settle_feed(connection: Connection, database: Database, poll: PollToSave) -> SavedPoll:
    """What a poll means for the feed's owners, once all are written that it is weighed against."""
    outcome = _excused(connection, poll)
    if outcome.url is not None:
        ensure_host(connection, database, host_of(outcome.url), poll.now)
    if outcome.change is not None:
        tell_owners(connection, database, poll.feed.id, outcome.change, poll.now)
    return replace(poll, outcome=outcome).saved()


def _stay_if_taken(connection: Connection, poll: PollToSave) -> PollToSave:
    """Leave the feed at its address where the one it has moved to is a feed of its own already."""
    polled, outcome = poll.feed, poll.outcome
    if outcome.url is None:
        return poll
    taken = select(feed.c.id).where(feed.c.url == outcome.url, feed.c.owner == polled.owner, feed.c.id != polled.id)
    if connection.execute(taken).first() is None:
        return poll
    reason = f"It has moved to {outcome.url}, which is a feed here already; follow that one instead."
    watch = replace(outcome.watch, moved_from=polled.watch.moved_from, moved_at=polled.watch.moved_at, told=polled.watch.told)
    stayed = replace(outcome, state=FeedState.OK, url=None, reason=reason, watch=watch, change=None)
    return replace(poll, outcome=replace(stayed, moved_to=polled.moved_to, moved_since=polled.moved_since, moved_polls=polled.moved_polls))


def _excused(connection: Connection, poll: PollToSave) -> FeedUpdate:
    """The outcome that holds. Decided here, where this failure and those before it count: many feeds fail at one moment."""
    excuse, outcome = poll.excuse, poll.outcome
    if excuse is None or not is_ours(count_outcomes(connection, excuse.since)):
        return outcome
    # Somebody may have made the feed due, or put it to rest, during the poll.
    following = case((feed.c.next_at == outcome.next_at, literal(excuse.outcome.next_at, Moment)), else_=feed.c.next_at)
    values = {**feed_values(excuse.outcome, poll.now), "next_at": following}
    connection.execute(update(feed).where(feed.c.id == poll.feed.id).values(**values))
    return excuse.outcome
