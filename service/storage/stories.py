"""Stories as one workspace sees them: the articles of its feeds, with what it merged and split by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, func, select

from service.domain.coverage import Coverage, coverage_of, report_of
from service.domain.ids import derived_id
from service.storage.articles import StoredArticle, to_article, visible
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.handmade import join_stories, resolve
from service.storage.paging import Page, fetch_page
from service.storage.parting import Credits, split_alerts
from service.storage.placements import lock_stories
from service.storage.tables import article, match, story, story_move
from service.storage.whereabouts import among

MOST = 500  # articles of a story that are looked at, the newest


class UnknownStory(Exception):
    """There is no such story in the workspace; `number` says which of those named."""

    def __init__(self, number: int) -> None:
        super().__init__(f"story {number}")
        self.number = number


class BadSplit(Exception):
    """A story cannot be split so. `number`: the article that is not of the story; None: nothing would be left of it."""

    def __init__(self, number: int | None) -> None:
        super().__init__(f"article {number}")
        self.number = number


@dataclass(frozen=True, slots=True)
class Story:
    """A story: who reports it, its first and last sight, and its articles, newest first, at most `MOST`."""

    id: str
    first_seen_at: datetime
    last_seen_at: datetime
    coverage: Coverage
    articles: tuple[StoredArticle, ...]


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories: seen since then, with so many articles, matched by this rule."""

    since: datetime
    articles: int = 1
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class StoredStories:
    """Stories in the database. `credits` tells whose text an article prints."""

    database: Database

    def list_stories(
        self, workspace: str, wanted: StoryFilter, credits: Credits, *, cursor: str | None = None, limit: int = 50  # noqa: A002
    ) -> Page[Story]:  # fmt: skip
        """A workspace's stories, the one with the newest article first."""
        newest = _newest_of_each(workspace, wanted).subquery()
        moment: Column[Any] = newest.c.first_seen_at  # type: ignore[assignment]
        key: Column[Any] = newest.c.id  # type: ignore[assignment]
        query = select(newest).where(newest.c.place_from_end == 1, newest.c.articles >= wanted.articles)
        if wanted.rule:
            query = query.where(newest.c.place.in_(_matched_by(workspace, wanted.rule)))
        with self.database.read() as connection:
            page = fetch_page(connection, query, moment=moment, key=key, cursor=cursor, limit=limit, to_item=lambda row: str(row.place))
            stories = _fetch(connection, workspace, page.items, credits)
        return Page(tuple(stories[each] for each in page.items), page.next_cursor)

    def find_story(self, workspace: str, story_id: str, credits: Credits) -> Story | None:  # noqa: A002
        """A story with articles of feeds that this workspace follows; by its old id, too, where it has become part of another."""
        with self.database.read() as connection:
            there = resolve(connection, workspace, story_id)
            return _fetch(connection, workspace, [there], credits).get(there)

    def merge(self, story_id: str, others: Sequence[str], *, caller: Caller) -> str | None:
        """By hand: all that is and will be in the others is in this one, for the caller's workspace. Returns its id; None: no such story.

        Raises:
            UnknownStory: one of the others is not there.
        """
        with self.database.write() as connection:
            lock_stories(connection, self.database)
            into = _existing(connection, caller.workspace, story_id)
            if into is None:
                return None
            found = [_existing(connection, caller.workspace, other) for other in others]
            if None in found:
                raise UnknownStory(found.index(None))
            join_stories(connection, self.database, caller.workspace, [other for other in found if other is not None], into)
            record(connection, caller, "story.merge", into)
        return into

    def split(self, story_id: str, articles: Sequence[str], credits: Credits, *, caller: Caller) -> str | None:  # noqa: A002
        """By hand: these articles, and later ones that are most like them, are a story of their own in the caller's workspace.

        Returns the new story's id; None: there is no story `story_id`. Alerts about nothing but these articles are about the new one.

        Raises:
            BadSplit: an article is not of the story, or none would be left.
        """
        workspace = caller.workspace
        with self.database.write() as connection:
            lock_stories(connection, self.database)
            old = _existing(connection, workspace, story_id)
            if old is None:
                return None
            moving = _checked_split(connection, workspace, old, articles)
            # Another one each time: what was split off before, and merged back, is still part of the whole.
            new = derived_id("st", old, workspace, caller.now.isoformat(), *moving)
            values = {"id": new, "workspace": workspace, "opened_at": caller.now}
            connection.execute(self.database.insert(story).values(**values).on_conflict_do_nothing())
            move = self.database.insert(story_move)
            moved = move.on_conflict_do_update(index_elements=["workspace", "article"], set_={"story": move.excluded.story})
            connection.execute(moved, [{"workspace": workspace, "article": each, "story": new} for each in moving])
            split_alerts(connection, workspace, old, new, moving, credits)
            record(connection, caller, "story.split", old)
        return new


def _newest_of_each(workspace: str, wanted: StoryFilter) -> Select[Any]:
    """Articles seen since then, each with its place counted from the end of its story, and how many that has."""
    mine = visible(workspace).where(article.c.first_seen_at >= wanted.since, article.c.story.is_not(None)).subquery()
    order = (mine.c.first_seen_at.desc(), mine.c.id.desc())
    place = func.row_number().over(partition_by=mine.c.place, order_by=order).label("place_from_end")
    count = func.count().over(partition_by=mine.c.place).label("articles")
    return select(mine.c.id, mine.c.first_seen_at, mine.c.place, place, count)


def _matched_by(workspace: str, rule_id: str) -> Select[Any]:
    matched = select(match.c.article).where(match.c.workspace == workspace, match.c.rule == rule_id)
    mine = visible(workspace).where(article.c.id.in_(matched)).subquery()
    return select(mine.c.place).where(mine.c.place.is_not(None))


def _fetch(connection: Connection, workspace: str, ids: Collection[str], credits: Credits) -> dict[str, Story]:  # noqa: A002
    """The stories of these ids, as far as the workspace sees them."""
    mine = visible(workspace).where(among(workspace, ids)).subquery()
    order = (mine.c.first_seen_at.desc(), mine.c.id.desc())
    place = func.row_number().over(partition_by=mine.c.place, order_by=order).label("place_from_end")
    ranked = select(mine, place).where(mine.c.place.in_(ids)).subquery()
    rows = connection.execute(select(ranked).where(ranked.c.place_from_end <= MOST).order_by(ranked.c.place_from_end)).all()
    by_story: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_story.setdefault(row.place, []).append(row)
    return {each: _to_story(each, members, credits) for each, members in by_story.items()}


def _to_story(story_id: str, rows: Sequence[Row[Any]], credits: Credits) -> Story:  # noqa: A002
    articles = tuple(StoredArticle(to_article(row), row.matched_at, row.quarantined_at, row.place) for row in rows)
    coverage = coverage_of(report_of(each.article, credits(each.article)) for each in articles)
    return Story(story_id, articles[-1].article.first_seen_at, articles[0].article.first_seen_at, coverage, articles)


def _existing(connection: Connection, workspace: str, story_id: str) -> str | None:
    there = resolve(connection, workspace, story_id)
    return there if _members(connection, workspace, there, limit=1) else None


def _members(connection: Connection, workspace: str, story_id: str, limit: int | None = None) -> list[str]:
    mine = visible(workspace).where(among(workspace, [story_id])).subquery()
    return list(connection.execute(select(mine.c.id).where(mine.c.place == story_id).order_by(mine.c.id).limit(limit)).scalars())


def _checked_split(connection: Connection, workspace: str, story_id: str, articles: Sequence[str]) -> list[str]:
    members = set(_members(connection, workspace, story_id))
    for number, each in enumerate(articles):
        if each not in members:
            raise BadSplit(number)
    if members <= set(articles):
        raise BadSplit(None)
    return sorted(set(articles))
