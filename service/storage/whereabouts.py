"""In which story each article is, as the service found it and as a workspace has merged and split it by hand (see `handmade`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select

from service.storage.tables import article, story_join, story_move


def as_placed(workspace: str) -> tuple[FromClause, ColumnElement[Any]]:
    """Articles with what the workspace says of them, to select from, and the story in which each is there."""
    moved = and_(story_move.c.workspace == workspace, story_move.c.article == article.c.id)
    own = func.coalesce(story_move.c.story, article.c.story)
    joined = and_(story_join.c.workspace == workspace, story_join.c.story == own)
    source = article.outerjoin(story_move, moved).outerjoin(story_join, joined)
    return source, func.coalesce(story_join.c.into, own)


def among(workspace: str, stories: Collection[str]) -> ColumnElement[bool]:
    """Which articles can be in these stories there: by indexes, where `as_placed` alone would look at every article."""
    joined = select(story_join.c.story).where(story_join.c.workspace == workspace, story_join.c.into.in_(stories))
    wanted = or_(story_move.c.story.in_(stories), story_move.c.story.in_(joined))
    moved = select(story_move.c.article).where(story_move.c.workspace == workspace, wanted)
    return or_(article.c.story.in_(stories), article.c.story.in_(joined), article.c.id.in_(moved))


def stories_of(connection: Connection, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The story of each (workspace, article) there; an article that was not placed is left out."""
    found: dict[tuple[str, str], str] = {}
    for workspace in sorted({workspace for workspace, _article in pairs}):
        source, its_story = as_placed(workspace)
        mine = [article_id for each, article_id in pairs if each == workspace]
        rows = connection.execute(select(article.c.id, its_story.label("story")).select_from(source).where(article.c.id.in_(mine))).all()
        found |= {(workspace, row.id): row.story for row in rows if row.story is not None}
    return found
