"""What was told, in the order in which it was stored, for who listens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, literal, or_, select, union_all

from service.domain.alerts import Alert
from service.storage.alerts import messages_of
from service.storage.database import Database
from service.storage.tables import alert, alert_update

PAGE = 100


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A message's place: when it was told, its alert, and the number of its update (0: the alert itself)."""

    at: datetime
    alert: str
    number: int


@dataclass(frozen=True, slots=True)
class Told:
    """Alerts and updates in the database, by when they were told."""

    database: Database

    def list_since(self, workspace: str, since: datetime, *, rule_id: str | None = None) -> Iterator[Mark]:
        """The marks of what was told at `since` or later, the oldest first."""
        page = self._page(workspace, Mark(since, "", 0), rule_id)
        while page:
            yield from page
            page = self._page(workspace, page[-1], rule_id) if len(page) == PAGE else []

    def get_message(self, mark: Mark) -> Alert | None:
        """What was told there; None if it is gone since."""
        with self.database.read() as connection:
            return messages_of(connection, {(mark.alert, mark.number)}).get((mark.alert, mark.number))

    def _page(self, workspace: str, after: Mark, rule_id: str | None) -> list[Mark]:
        raised = select(alert.c.created_at.label("at"), alert.c.id.label("alert"), literal(0).label("number"))
        raised = raised.where(alert.c.workspace == workspace, alert.c.created_at >= after.at)
        updated = select(alert_update.c.created_at, alert_update.c.alert, alert_update.c.number)
        updated = updated.where(alert_update.c.workspace == workspace, alert_update.c.created_at >= after.at)
        if rule_id is not None:
            raised = raised.where(alert.c.rule == rule_id)
            updated = updated.join(alert, alert.c.id == alert_update.c.alert).where(alert.c.rule == rule_id)
        both = union_all(raised, updated).subquery()
        place = (both.c.at, both.c.alert, both.c.number)
        later = or_(
            both.c.at > after.at,
            and_(both.c.at == after.at, both.c.alert > after.alert),
            and_(both.c.at == after.at, both.c.alert == after.alert, both.c.number > after.number),
        )
        with self.database.read() as connection:
            rows = connection.execute(select(*place).where(later).order_by(*place).limit(PAGE)).all()
        return [Mark(*row) for row in rows]
