"""Alerts as they were raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, select

from service.domain.alerts import Alert, AlertedArticle
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import alert

_articles = TypeAdapter(tuple[AlertedArticle, ...])


@dataclass(frozen=True, slots=True)
class Alerts:
    """Alerts in the database."""

    database: Database

    def list_alerts(self, workspace: str, *, rule_id: str | None = None, cursor: str | None = None, limit: int = 50) -> Page[Alert]:
        """A workspace's alerts, newest first."""
        query = select(alert).where(alert.c.workspace == workspace)
        if rule_id:
            query = query.where(alert.c.rule == rule_id)
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=alert.c.created_at, key=alert.c.id, cursor=cursor, limit=limit, to_item=to_alert)

    def find_alert(self, workspace: str, alert_id: str) -> Alert | None:
        """An alert of this workspace."""
        with self.database.read() as connection:
            row = connection.execute(select(alert).where(alert.c.workspace == workspace, alert.c.id == alert_id)).one_or_none()
        return to_alert(row) if row else None


def dump_content(told: Alert) -> dict[str, Any]:
    """What the alert says, as JSON."""
    return {"rule_name": told.rule_name, "articles": _articles.dump_python(told.articles, mode="json")}


def load_alert(alert_id: str, workspace: str, rule: str, created_at: datetime, content: dict[str, Any]) -> Alert:
    """An alert from its columns."""
    return Alert(alert_id, workspace, rule, content["rule_name"], created_at, _articles.validate_python(content["articles"]))


def to_alert(row: Row[Any]) -> Alert:
    """An alert from its row."""
    return load_alert(row.id, row.workspace, row.rule, row.created_at, row.content)
