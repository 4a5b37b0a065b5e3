"""Alerts when a story is split by hand: those about nothing but what leaves go along, and what was joined may go on again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection, func, select, update

from service.domain.articles import Article
from service.domain.coverage import Report, coverage_of, report_of
from service.storage.alerts import dump_living, to_living
from service.storage.articles import to_article
from service.storage.joining import alerts_about, bring_together
from service.storage.tables import alert, alert_item, article, match

Credits = Callable[[Article], Collection[str]]  # the agencies whose text an article prints


def split_alerts(connection: Connection, workspace: str, old: str, new: str, moving: Collection[str], credits: Credits) -> None:  # noqa: A002
    """Alerts about nothing but these articles are about the new story from now on.

    Where that parts alerts that were joined, each goes on again, and counts its own articles alone.
    """
    inside = select(alert_item.c.match).join(match, match.c.id == alert_item.c.match)
    left = inside.where(alert_item.c.alert == alert.c.id, match.c.article.not_in(list(moving))).exists()
    about = (alert.c.workspace == workspace) & (alert.c.story == old)
    leaving = set(connection.execute(select(alert.c.id).where(about, ~left)).scalars())
    rows = alerts_about(connection, workspace, (old, new))
    # Those that leave go first: what stays may go on in the place of one of them.
    bring_together(connection, [row for row in rows if row.story == new or row.id in leaving], new)
    bring_together(connection, [row for row in rows if row.story == old and row.id not in leaving], old)
    joined = {row.rule for row in rows if row.joined_into}
    _count_anew(connection, [row.id for row in rows if row.rule in joined], credits)


def _count_anew(connection: Connection, alerts: Collection[str], credits: Credits) -> None:  # noqa: A002
    """Have those of the alerts that go on count the articles of theirs and of what is joined into them."""
    goes_on = func.coalesce(alert.c.joined_into, alert.c.id).label("goes_on")
    joined = alert.join(alert_item, alert_item.c.alert == alert.c.id).join(match, match.c.id == alert_item.c.match)
    query = select(article, goes_on).select_from(joined.join(article, article.c.id == match.c.article)).where(alert.c.id.in_(alerts))
    reports: dict[str, list[Report]] = {}
    for row in connection.execute(query).all():
        told = to_article(row)
        reports.setdefault(row.goes_on, []).append(report_of(told, credits(told)))
    for row in connection.execute(select(alert).where(alert.c.id.in_(reports))).all():
        living = replace(to_living(row), coverage=coverage_of(reports[row.id]))
        connection.execute(update(alert).where(alert.c.id == row.id).values(living=dump_living(living)))
