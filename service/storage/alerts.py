"""Alerts as they were raised, and how far those of stories have come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from service.domain.alerts import Alert, AlertedArticle, Update
from service.domain.coverage import Coverage
from service.domain.developments import StoryAlert
from service.domain.spikes import Spike
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import alert, alert_update, article, match
from service.storage.whereabouts import among, as_placed, stories_of

_articles = TypeAdapter(tuple[AlertedArticle, ...])
_coverage = TypeAdapter(Coverage)
_update = TypeAdapter(Update)
_living = TypeAdapter(StoryAlert)
_spike = TypeAdapter(Spike)


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert as it was told first, its updates, the oldest first, and how far its story has come since.

    `story` is what it is about: what later articles have to report to join it, or where its rule tells of every article, in which
    story that is by now; None for a spike. `coverage` is who has reported it by now; None where none can join. `updated_at` is when
    the last article joined. `joined_into`: the alert that goes on for both since the stories of both turned out to be one.
    """

    alert: Alert
    story: str | None
    coverage: Coverage | None
    updated_at: datetime | None
    updates: tuple[Alert, ...]
    joined_into: str | None = None

    @property
    def id(self) -> str:
        """The alert's id."""
        return self.alert.id

    @property
    def messages(self) -> tuple[tuple[str, int], ...]:
        """The alert (0) and its updates, by their numbers."""
        return (self.id, 0), *((self.id, each.update.number) for each in self.updates if each.update)

    @property
    def articles(self) -> tuple[AlertedArticle, ...]:
        """What it was raised about."""
        return self.alert.articles


@dataclass(frozen=True, slots=True)
class Alerts:
    """Alerts in the database."""

    database: Database

    def list_alerts(
        self,
        workspace: str,
        *,
        rule_id: str | None = None,
        story_id: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[ListedAlert]:
        """A workspace's alerts, newest first."""
        query = select(alert).where(alert.c.workspace == workspace)
        if rule_id:
            query = query.where(alert.c.rule == rule_id)
        if story_id:
            query = query.where(or_(alert.c.story == story_id, _of_an_article_in(workspace, story_id)))
        with self.database.read() as connection:
            page = fetch_page(
                connection, query, moment=alert.c.created_at, key=alert.c.id, cursor=cursor, limit=limit, to_item=lambda row: row
            )
            return Page(_with_updates(connection, page.items), page.next_cursor)

    def find_alert(self, workspace: str, alert_id: str) -> ListedAlert | None:
        """An alert of this workspace."""
        with self.database.read() as connection:
            rows = connection.execute(select(alert).where(alert.c.workspace == workspace, alert.c.id == alert_id)).all()
            return next(iter(_with_updates(connection, rows)), None)

    def find_joined_into(self, workspace: str, alert_id: str) -> str | None:
        """The alert that goes on for this one, where it was joined into another."""
        mine = (alert.c.workspace == workspace) & (alert.c.id == alert_id)
        with self.database.read() as connection:
            return connection.execute(select(alert.c.joined_into).where(mine)).scalar_one_or_none()


def dump_content(told: Alert) -> dict[str, Any]:
    """What a message says, as JSON."""
    return {
        "rule_name": told.rule_name,
        "articles": _articles.dump_python(told.articles, mode="json"),
        "story": told.story,
        "coverage": told.coverage and _coverage.dump_python(told.coverage, mode="json"),
        "update": told.update and _update.dump_python(told.update, mode="json"),
        "spike": told.spike and _spike.dump_python(told.spike, mode="json"),
        "held": told.held,
    }


def to_alert(row: Row[Any], content: Mapping[str, Any] | None = None) -> Alert:
    """An alert from its row; with the content of one of its updates, that update."""
    said = row.content if content is None else content
    coverage, update, spike = said.get("coverage"), said.get("update"), said.get("spike")
    return Alert(
        row.id,
        row.workspace,
        row.rule,
        said["rule_name"],
        row.created_at,
        _articles.validate_python(said["articles"]),
        said.get("story"),
        coverage and _coverage.validate_python(coverage),
        update and _update.validate_python(update),
        spike and _spike.validate_python(spike),
        said.get("held"),
    )


def messages_of(connection: Connection, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], Alert]:
    """What alerts and their updates say, by alert and number of the update; 0 is the alert itself."""
    ids = {each for each, _number in wanted}
    rows = {row.id: row for row in connection.execute(select(alert).where(alert.c.id.in_(ids))).all()}
    said = {(each, 0): to_alert(row) for each, row in rows.items()}
    updates = connection.execute(select(alert_update).where(alert_update.c.alert.in_([each for each, number in wanted if number]))).all()
    said |= {(row.alert, row.number): to_alert(rows[row.alert], row.content) for row in updates if (row.alert, row.number) in wanted}
    return said


def dump_living(living: StoryAlert) -> dict[str, Any]:
    """How far the alert of a story has come, as JSON."""
    return {name: value for name, value in _living.dump_python(living, mode="json").items() if name not in ("id", "story", "created_at")}


def to_living(row: Row[Any]) -> StoryAlert:
    """The alert of a story from its row."""
    return _living.validate_python({**row.living, "id": row.id, "story": row.story, "created_at": row.created_at})


def _with_updates(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[ListedAlert, ...]:
    updates: dict[str, list[Row[Any]]] = {row.id: [] for row in rows}
    wanted = select(alert_update).where(alert_update.c.alert.in_(updates)).order_by(alert_update.c.alert, alert_update.c.number)
    for row in connection.execute(wanted).all():
        updates[row.alert].append(row)
    places = stories_of(connection, {(row.workspace, row.content["articles"][0]["id"]) for row in rows if _tells_of_one(row)})
    return tuple(_to_listed(row, updates[row.id], places) for row in rows)


def _tells_of_one(row: Row[Any]) -> bool:
    """Whether it is about a single article, whose story no other joins."""
    return row.story is None and not row.content.get("spike") and bool(row.content["articles"])


def _of_an_article_in(workspace: str, story_id: str) -> ColumnElement[bool]:
    """Which alerts are about a single article that is in this story."""
    source, place = as_placed(workspace)
    inside = select(article.c.id).select_from(source).where(among(workspace, [story_id]), place == story_id)
    told = select(match.c.alert).where(match.c.workspace == workspace, match.c.article.in_(inside), match.c.held.is_(None))
    is_spike = alert.c.content["spike"].as_string().is_not(None)
    return and_(alert.c.story.is_(None), ~is_spike, alert.c.id.in_(told))


def _to_listed(row: Row[Any], updates: Sequence[Row[Any]], places: Mapping[tuple[str, str], str]) -> ListedAlert:
    coverage = to_living(row).coverage if row.living else None
    told = tuple(to_alert(row, each.content) for each in updates)
    about = row.story or (places.get((row.workspace, row.content["articles"][0]["id"])) if _tells_of_one(row) else None)
    return ListedAlert(to_alert(row), about, coverage, row.updated_at, told, row.joined_into)
