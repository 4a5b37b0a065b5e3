"""Into which story each article was placed, one after the other over all workers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text, update

from service.storage.database import Database
from service.storage.handmade import follow_merger
from service.storage.tables import article, counter, story, story_move, story_print

STORY_LOCK = 7_723_002  # any number that nothing else in the database uses
SEQ = "stories"
_SOME = 1000  # prints read at a time


@dataclass(frozen=True, slots=True)
class Placed:
    """An article, the story it went into, what became part of that by it, and its print.

    `nearest`: an article of the story that some workspace has moved by hand, and that this one goes with there.
    """

    article: str
    story: str
    merged: tuple[str, ...]
    print: bytes
    nearest: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A placement or a merger of before: `print` of an article that is in `story`, or the story `other` that became part of it."""

    seq: int
    story: str
    print: bytes | None = None
    other: str | None = None


def lock_stories(connection: Connection, database: Database) -> None:
    """Until the transaction ends nobody else places articles, merges or splits stories, or raises alerts about them.

    Take it before any other lock. On SQLite, where one transaction writes at a time, there is nothing to do.
    """
    if database.is_postgres:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": STORY_LOCK})


def share_stories(connection: Connection, database: Database) -> None:
    """Until the transaction ends stories stay as they are; many may share them. Take it before any other lock."""
    if database.is_postgres:
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": STORY_LOCK})


def unplaced(connection: Connection, articles: Collection[str]) -> set[str]:
    """Those of the articles that have no story yet."""
    return set(connection.execute(select(article.c.id).where(article.c.id.in_(articles), article.c.story.is_(None))).scalars())


def recorded_since(connection: Connection, seq: int) -> list[Recorded]:
    """What was placed and merged after `seq`, in its order; some of it, where there is much."""
    prints = select(story_print.c.seq, story_print.c.print, article.c.story).join(article, article.c.id == story_print.c.article)
    rows = connection.execute(prints.where(story_print.c.seq > seq).order_by(story_print.c.seq).limit(_SOME)).all()
    found = [Recorded(row.seq, row.story, print=row.print) for row in rows]
    mergers = select(story.c.id, story.c.merged_into, story.c.merged_seq).where(story.c.merged_seq > seq).order_by(story.c.merged_seq)
    if len(rows) == _SOME:
        mergers = mergers.where(story.c.merged_seq <= rows[-1].seq)
    found += [Recorded(row.merged_seq, row.merged_into, other=row.id) for row in connection.execute(mergers).all()]
    return sorted(found, key=lambda each: (each.seq, each.other or ""))


def moved_neighbours(connection: Connection, stories: Collection[str]) -> dict[str, dict[str, bytes]]:
    """The prints of the articles, by story, of those stories of which some workspace has moved articles by hand."""
    moved = select(article.c.story).join(story_move, story_move.c.article == article.c.id).where(article.c.story.in_(stories)).distinct()
    prints = select(article.c.story, article.c.id, story_print.c.print).join(story_print, story_print.c.article == article.c.id)
    found: dict[str, dict[str, bytes]] = {}
    for row in connection.execute(prints.where(article.c.story.in_(moved)).order_by(story_print.c.seq)).all():
        found.setdefault(row.story, {})[row.id] = row.print
    return found


def save_placements(connection: Connection, database: Database, placed: Sequence[Placed], now: datetime) -> int:
    """Store placements in their order, under the lock; return the last number given to them."""
    last = _next_seqs(connection, database, len(placed))
    numbered = list(enumerate(placed, last - len(placed) + 1))
    opened = [{"id": each, "opened_at": now} for each in dict.fromkeys(one.story for one in placed)]
    connection.execute(database.insert(story).on_conflict_do_nothing(), opened)
    roots = _roots(placed)
    _put_articles(connection, placed, roots)
    rows = [{"article": each.article, "seq": seq, "print": each.print, "placed_at": now} for seq, each in numbered]
    connection.execute(database.insert(story_print).on_conflict_do_nothing(), rows)
    for seq, each in numbered:
        for other in each.merged:
            gone = update(story).where(story.c.id == other).values(merged_into=each.story, merged_seq=seq)
            connection.execute(gone)
            follow_merger(connection, database, other, each.story)
        _follow_neighbour(connection, database, each)
    return last


def _next_seqs(connection: Connection, database: Database, count: int) -> int:
    step = database.insert(counter).values(name=SEQ, value=count)
    raised = step.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + count}).returning(counter.c.value)
    return int(connection.execute(raised).scalar_one())


def _roots(placed: Sequence[Placed]) -> dict[str, str]:
    """Where what was merged has come to in the end."""
    roots: dict[str, str] = {}
    for each in placed:
        for other in each.merged:
            roots[other] = each.story
            roots.update({old: each.story for old, root in roots.items() if root == other})
    return roots


def _put_articles(connection: Connection, placed: Sequence[Placed], roots: dict[str, str]) -> None:
    stories = {each.article: roots.get(each.story, each.story) for each in placed}
    members = connection.execute(select(article.c.id, article.c.story).where(article.c.story.in_(roots))).all()
    stories |= {row.id: roots[row.story] for row in members}
    for each in sorted(stories):  # the order in which polls lock them
        connection.execute(update(article).where(article.c.id == each).values(story=stories[each]))


def _follow_neighbour(connection: Connection, database: Database, each: Placed) -> None:
    if each.nearest is None:
        return
    moves = connection.execute(select(story_move).where(story_move.c.article == each.nearest)).all()
    rows = [{"workspace": row.workspace, "article": each.article, "story": row.story} for row in moves]
    if rows:
        connection.execute(database.insert(story_move).on_conflict_do_nothing(), rows)
