"""The keys by which feeds' entries are known again: they outlive the articles that they lead to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, column, func, select, update

from service.domain.identity import Known, KnownArticle, Recognised
from service.storage.columns import Json
from service.storage.database import Database
from service.storage.poll_rows import id_of
from service.storage.tables import article, seen

LISTED_RESOLUTION = timedelta(days=1)  # how exact `listed_at` is; a write per entry and poll would be dear
CHUNK = 500  # bound parameters per statement stay far below every engine's limit


def find_known(database: Database, asked: Sequence[tuple[str, Collection[str]]]) -> list[dict[str, KnownArticle]]:
    """What the entries of several feeds, each with its keys, are known as."""
    pairs = [(feed_id, key) for feed_id, keys in asked for key in sorted(keys)]
    found: dict[str, dict[str, KnownArticle]] = {feed_id: {} for feed_id, _ in asked}
    if pairs:
        with database.read() as connection:
            for row in connection.execute(_known(is_postgres=database.is_postgres), {"pairs": pairs}).all():
                found[row.feed][row.key] = KnownArticle(row.article, row.link_key, row.title_key, row.content_hash)
    return [found[feed_id] for feed_id, _ in asked]


def save_keys(connection: Connection, database: Database, polls: Sequence[tuple[str, Sequence[Recognised], datetime]]) -> None:
    """Keep new keys, and mark what is still listed, of the entries of several feeds, inside the caller's transaction."""
    rows = [
        {"feed": feed_id, "key": key, "article": id_of(feed_id, entry), "listed_at": now}
        for feed_id, entries, now in polls
        for entry in entries
        for key in entry.new_keys
    ]
    for start in range(0, len(rows), CHUNK):
        connection.execute(database.insert(seen).on_conflict_do_nothing(), rows[start : start + CHUNK])
    for feed_id, entries, now in polls:
        _mark_listed(connection, feed_id, entries, now)


def _mark_listed(connection: Connection, feed_id: str, entries: Sequence[Recognised], now: datetime) -> None:
    listed = sorted({entry.article_id for entry in entries if isinstance(entry, Known)})
    for start in range(0, len(listed), CHUNK):
        these = (seen.c.feed == feed_id) & seen.c.article.in_(listed[start : start + CHUNK])
        connection.execute(update(seen).where(these, seen.c.listed_at < now - LISTED_RESOLUTION).values(listed_at=now))


@cache
def _known(*, is_postgres: bool) -> Select[Any]:
    """What is known of the bound pairs of feed and key.

    They come as one JSON value, to be joined: of a list of pairs SQLite makes a search through the whole table.
    """
    each = func.jsonb_array_elements if is_postgres else func.json_each
    pairs = each(bindparam("pairs", type_=Json)).table_valued(column("value", Json), name="pairs")
    feed_id, key = (pairs.c.value[place].as_string() for place in (0, 1))
    those = seen.join(pairs, and_(seen.c.feed == feed_id, seen.c.key == key)).join(article, article.c.id == seen.c.article, isouter=True)
    return select(seen.c.feed, seen.c.key, seen.c.article, article.c.link_key, article.c.title_key, article.c.content_hash).select_from(
        those
    )
