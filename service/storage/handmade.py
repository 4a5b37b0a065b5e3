"""What a workspace has merged and split by hand, and in which story each article is there.

The stories that the service finds are the same for everybody. What one workspace says of them holds in it alone: `story_move` has
the articles that are in another story there, `story_join` the stories whose articles are all in another one, in one step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, delete, func, or_, select, update

from service.storage.database import Database
from service.storage.joining import move_alerts
from service.storage.tables import alert, article, story, story_join, story_move


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


def resolve(connection: Connection, workspace: str, story_id: str) -> str:
    """The story that the one of this id has become part of, in this workspace."""
    passed = {story_id}
    while True:
        into = (
            _joined_into(connection, workspace, story_id)
            or connection.execute(select(story.c.merged_into).where(story.c.id == story_id)).scalar_one_or_none()
        )
        if into is None or into in passed:
            return story_id
        story_id = into
        passed.add(into)


def join_stories(connection: Connection, database: Database, workspace: str, others: Iterable[str], into: str) -> None:
    """In this workspace, all that is and will be in `others` is in `into`. Alerts about them become alerts about it."""
    for other in others:
        if other != into:
            link = database.insert(story_join).values(workspace=workspace, story=other, into=into)
            connection.execute(link.on_conflict_do_update(index_elements=["workspace", "story"], set_={"into": into}))
            _carry(connection, workspace, other, into)


def follow_merger(connection: Connection, database: Database, other: str, into: str) -> None:
    """The service found that `other` is part of `into`: what workspaces did with either by hand, and their alerts, follow."""
    rows = connection.execute(select(story_join).where(or_(story_join.c.story.in_((other, into)), story_join.c.into == other))).all()
    by_hand: dict[str, dict[str, str]] = {row.workspace: {} for row in rows}
    for row in rows:
        by_hand[row.workspace][row.story] = row.into
    alerting = connection.execute(select(alert.c.workspace).where(alert.c.story == other)).scalars()
    for workspace in sorted({*by_hand, *alerting}):
        _follow(connection, database, workspace, by_hand.get(workspace, {}), other, into)


def _follow(connection: Connection, database: Database, workspace: str, links: Mapping[str, str], other: str, into: str) -> None:
    there, theirs = links.get(into, into), links.get(other, other)
    if there == other:  # joined by hand the other way round
        unlinked = and_(story_join.c.workspace == workspace, story_join.c.story == into)
        connection.execute(delete(story_join).where(unlinked))
        there = into
    elif there == into and theirs not in (other, into):  # what joined by hand takes the whole along
        there = theirs
        join_stories(connection, database, workspace, [into], there)
    elif theirs not in (other, there):
        join_stories(connection, database, workspace, [theirs], there)
    _carry(connection, workspace, other, there)


def _carry(connection: Connection, workspace: str, old: str, new: str) -> None:
    """What was joined to `old` by hand, and the alerts about it, are with `new` from now on."""
    joined = and_(story_join.c.workspace == workspace, story_join.c.into == old, story_join.c.story != new)
    connection.execute(update(story_join).where(joined).values(into=new))
    move_alerts(connection, workspace, old, new)


def _joined_into(connection: Connection, workspace: str, story_id: str) -> str | None:
    mine = and_(story_join.c.workspace == workspace, story_join.c.story == story_id)
    return connection.execute(select(story_join.c.into).where(mine)).scalar_one_or_none()
