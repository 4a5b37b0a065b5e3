"""What a workspace has merged and split by hand.

The stories that the service finds are the same for everybody. What one workspace says of them holds in it alone: `story_move` has
the articles that are in another story there, `story_join` the stories whose articles are all in another one, in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, and_, delete, or_, select, update

from service.storage.database import Database
from service.storage.joining import move_alerts
from service.storage.tables import alert, story, story_join


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
