"""What polls write, as rows: what becomes of each feed, and its articles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, case, update

from service.domain.feeds import FeedToPoll, FeedUpdate
from service.domain.identity import Known, New, Recognised, article_id, content_hash, credible_date, dedup_key
from service.storage.feed_hosts import host_of
from service.storage.tables import feed
from service.storage.watches import dump_watch

_ALWAYS = ("body_hash", "baselined_at", "failures", "polls_since_full", "gone_since", "moved_to", "moved_since", "moved_polls")
_UNLESS_NONE = ("last_success_at", "url", "title", "site_url", "language")
_FREE = {"lease_until": None, "lease_token": None, "claims": 0}


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """A feed that was polled under a lease, and the values its row takes."""

    feed: FeedToPoll
    values: Mapping[str, Any]


def write_feeds(connection: Connection, polled: Sequence[PolledFeed]) -> None:
    """Write these rows and let go of them, inside the caller's transaction; one whose lease was lost stays as it is.

    A row that somebody has made due (or put to rest) since it was claimed stays so.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in sorted(polled, key=lambda one: one.feed.id):
        values = {**each.values, **_FREE}
        row = {f"new_{name}": value for name, value in values.items()}
        alike[tuple(values)].append({**row, "its_id": each.feed.id, "its_token": each.feed.lease_token, "its_due_at": each.feed.due_at})
    for names, rows in alike.items():
        connection.execute(_update(names), rows)


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
    values.update({name: getattr(outcome, name) for name in _ALWAYS})
    values.update({name: value for name in _UNLESS_NONE if (value := getattr(outcome, name)) is not None})
    if outcome.url is not None:
        values["host"] = host_of(outcome.url)
    return values


def new_values(polled: FeedToPoll, new: New, source: str, now: datetime) -> dict[str, Any]:
    """A new article's row."""
    new_id = id_of(polled.id, new)
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


def edited_values(known: Known, now: datetime) -> dict[str, Any]:
    """What changes in the row of an article that was edited."""
    return {**_text_values(known), "changed_at": now, "next_at": now, "claims": 0, "matched_at": None, "quarantined_at": None}


def id_of(feed_id: str, recognised: Recognised) -> str:
    """The id of an entry's article."""
    return recognised.article_id if isinstance(recognised, Known) else article_id(feed_id, recognised.first_key)


@lru_cache(maxsize=64)
def _update(names: Sequence[str]) -> Update:
    """The update of one row by bound values."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=feed.c[name].type) for name in names}
    due_at = bindparam("its_due_at", type_=feed.c.next_at.type)
    values["next_at"] = case((feed.c.next_at == due_at, values["next_at"]), else_=feed.c.next_at)
    ours = (feed.c.id == bindparam("its_id")) & (feed.c.lease_token == bindparam("its_token"))
    return update(feed).where(ours).values(values)


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
