"""Judged alerts with the articles that were in them, to find out what the false alarms among them have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from service.domain.evidence import Evidence, Scores
from service.domain.feedback import JudgedAlert, JudgedArticle
from service.storage.articles import to_article
from service.storage.database import Database
from service.storage.tables import alert, alert_item, article, match

MAX_ARTICLES = 20  # of one alert
_SOME = 50  # alerts read at a time: each has whole articles


@dataclass(frozen=True, slots=True)
class JudgedAlerts:
    """What was judged, in the database."""

    database: Database

    def load(self, workspace: str, judged: Mapping[str, bool]) -> Iterator[JudgedAlert]:
        """These alerts of a workspace, in their order, each with its first twenty articles as they read now.

        `judged` says whether each was relevant. Alerts that no article raised are left out.
        """
        ids = [*judged]
        for at in range(0, len(ids), _SOME):
            some = ids[at : at + _SOME]
            with self.database.read() as connection:
                about, articles = _about(connection, workspace, some), _articles(connection, workspace, some)
            yield from (JudgedAlert(each, about[each], judged[each], tuple(articles[each])) for each in some if each in articles)


def _about(connection: Connection, workspace: str, ids: Collection[str]) -> dict[str, str]:
    """What alerts are about: their story, themselves where they have none."""
    wanted = select(alert.c.id, alert.c.content["story"].as_string().label("story"))
    rows = connection.execute(wanted.where(alert.c.workspace == workspace, alert.c.id.in_(ids))).all()
    return {row.id: row.story or row.id for row in rows}


def _articles(connection: Connection, workspace: str, ids: Collection[str]) -> dict[str, list[JudgedArticle]]:
    """The articles of alerts: what raised each, then the others in the order in which they joined."""
    raised = (article.c.dedup_key == alert.c.subject).desc()
    place = func.row_number().over(partition_by=alert.c.id, order_by=(raised, alert_item.c.added_at, match.c.id)).label("place")
    joined = alert_item.join(alert, alert.c.id == alert_item.c.alert).join(match, match.c.id == alert_item.c.match)
    joined = joined.join(article, article.c.id == match.c.article)
    items = select(alert.c.id.label("alert_id"), match.c.evidence, match.c.scores, *article.c, place)
    ranked = items.select_from(joined).where(alert.c.workspace == workspace, alert.c.id.in_(ids)).subquery()
    query = select(ranked).where(ranked.c.place <= MAX_ARTICLES).order_by(ranked.c.alert_id, ranked.c.place)
    found: dict[str, list[JudgedArticle]] = {}
    for row in connection.execute(query).all():
        found.setdefault(row.alert_id, []).append(_to_judged(row))
    return found


def _to_judged(row: Row[Any]) -> JudgedArticle:
    evidence = tuple(Evidence(**each) for each in row.evidence)
    return JudgedArticle(to_article(row), evidence, Scores(**row.scores) if row.scores else None)
