"""Feedback on alerts: of each party its last word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from service.domain.feedback import Feedback, Via
from service.domain.ids import derived_id
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import alert, feedback, match, rule


@dataclass(frozen=True, slots=True)
class GivenFeedback:
    """Feedback in the database."""

    database: Database

    def give(self, alert_id: str, *, relevant: bool, note: str, via: Via, given_by: str, caller: Caller) -> Feedback | None:
        """Take in the party's word on an alert, in place of what it said before; None if the workspace has no such alert."""
        with self.database.write() as connection:
            mine = (alert.c.workspace == caller.workspace) & (alert.c.id == alert_id)
            rule = connection.execute(select(alert.c.rule).where(mine)).scalar_one_or_none()
            if rule is None:
                return None
            before = _find(connection, alert_id, given_by)
            if before is not None and (before.relevant, before.note) == (relevant, note):
                return before  # a link that is followed twice says the same once
            given = Feedback(
                derived_id("fb", alert_id, given_by), caller.workspace, rule, alert_id, relevant, note, via, given_by, caller.now
            )  # fmt: skip
            _put(connection, self.database, given)
            record(connection, caller, "feedback.give", alert_id)
        return given

    def withdraw(self, alert_id: str, *, given_by: str, caller: Caller) -> bool:
        """Take the party's word back. False if it has said nothing."""
        said = (feedback.c.workspace == caller.workspace) & (feedback.c.alert == alert_id) & (feedback.c.given_by == given_by)
        with self.database.write() as connection:
            found = connection.execute(delete(feedback).where(said)).rowcount == 1
            if found:
                record(connection, caller, "feedback.withdraw", alert_id)
        return found

    def find_feedback(self, alert_id: str, given_by: str) -> Feedback | None:
        """What the party says of an alert."""
        with self.database.read() as connection:
            return _find(connection, alert_id, given_by)

    def of_alert(self, workspace: str, alert_id: str) -> tuple[Feedback, ...]:
        """All that is said of an alert, the latest first."""
        said = select(feedback).where(feedback.c.workspace == workspace, feedback.c.alert == alert_id)
        with self.database.read() as connection:
            rows = connection.execute(said.order_by(feedback.c.given_at.desc(), feedback.c.id.desc())).all()
        return tuple(map(_to_feedback, rows))

    def list_feedback(
        self, workspace: str, *, rule_id: str | None = None, relevant: bool | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Feedback]:
        """A workspace's feedback, the latest first."""
        query = select(feedback).where(feedback.c.workspace == workspace)
        if rule_id is not None:
            query = query.where(feedback.c.rule == rule_id)
        if relevant is not None:
            query = query.where(feedback.c.relevant == relevant)
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=feedback.c.given_at, key=feedback.c.id, cursor=cursor, limit=limit, to_item=_to_feedback
            )

    def of_rule(self, workspace: str, rule_id: str, *, since: datetime | None = None) -> dict[str, list[Feedback]]:
        """All that is said of a rule's alerts, of those raised at `since` or later, by alert; the latest alert first."""
        query = select(feedback).join(alert, alert.c.id == feedback.c.alert)
        query = query.where(feedback.c.workspace == workspace, feedback.c.rule == rule_id)
        if since is not None:
            query = query.where(alert.c.created_at >= since)
        said: dict[str, list[Feedback]] = {}
        with self.database.read() as connection:
            for row in connection.execute(query.order_by(alert.c.created_at.desc(), alert.c.id.desc(), feedback.c.id)).all():
                said.setdefault(row.alert, []).append(_to_feedback(row))
        return said

    def raised_before(self, rule_id: str) -> frozenset[str]:
        """The judged alerts that the rule raised when it did not match as it does now."""
        judged = select(feedback.c.alert).where(feedback.c.rule == rule_id)
        raised = (match.c.alert.in_(judged)) & match.c.held.is_(None)
        query = select(match.c.alert).join(rule, rule.c.id == match.c.rule)
        query = query.where(match.c.rule == rule_id, raised, match.c.rule_revision < rule.c.matching_revision)
        with self.database.read() as connection:
            return frozenset(connection.execute(query).scalars())


def count_feedback(connection: Connection) -> Mapping[str, int]:
    """How much was said, by what."""
    rows = connection.execute(select(feedback.c.relevant, func.count()).group_by(feedback.c.relevant)).all()
    found = {bool(relevant): count for relevant, count in rows}
    return {"relevant": found.get(True, 0), "not_relevant": found.get(False, 0)}


def _find(connection: Connection, alert_id: str, given_by: str) -> Feedback | None:
    said = (feedback.c.alert == alert_id) & (feedback.c.given_by == given_by)
    row = connection.execute(select(feedback).where(said)).one_or_none()
    return _to_feedback(row) if row else None


def _put(connection: Connection, database: Database, given: Feedback) -> None:
    changed = {"relevant": given.relevant, "note": given.note, "given_at": given.given_at}
    put = database.insert(feedback).values(**asdict(given))
    connection.execute(put.on_conflict_do_update(index_elements=["id"], set_=changed))


def _to_feedback(row: Row[Any]) -> Feedback:
    values = {name: row._mapping[name] for name in Feedback.__slots__}
    return Feedback(**{**values, "via": Via(row.via)})
