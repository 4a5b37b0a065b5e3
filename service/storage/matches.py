"""Matches with their alerts and deliveries: committed in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, literal, select, update

from service.domain.alerting import AlertDraft, Decision
from service.domain.deliveries import DeliveryState
from service.domain.evidence import Evidence, Scores
from service.domain.ids import delivery_id
from service.domain.rules import Rule
from service.storage.alerts import dump_content
from service.storage.articles import ClaimedArticle
from service.storage.channels import to_channel
from service.storage.claims import finish
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.rules import to_rule
from service.storage.tables import Moment, alert, alert_item, article, channel, delivery, match, rule


@dataclass(frozen=True, slots=True)
class Match:
    """One rule satisfied by one article. `held` says why it raised no alert; None where `alert` is the one it is in."""

    id: str
    workspace: str
    rule: str
    rule_revision: int
    article: str
    evidence: tuple[Evidence, ...]
    scores: Scores | None
    held: str | None
    alert: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What the decision about a match must know of its rule at this moment."""

    rule: Rule
    alerted_at: datetime | None
    subjects: frozenset[str]  # of those asked about: already alerted


@dataclass(frozen=True, slots=True)
class Matches:
    """Matches in the database."""

    database: Database

    def list_matches(
        self, workspace: str, *, rule_id: str | None = None, article_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Match]:
        """A workspace's matches, newest first, also those that raised no alert."""
        query = select(match).where(match.c.workspace == workspace)
        if rule_id:
            query = query.where(match.c.rule == rule_id)
        if article_id:
            query = query.where(match.c.article == article_id)
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=match.c.created_at, key=match.c.id, cursor=cursor, limit=limit, to_item=_to_match)

    def find_match(self, workspace: str, match_id: str) -> Match | None:
        """A match of this workspace."""
        with self.database.read() as connection:
            row = connection.execute(select(match).where(match.c.workspace == workspace, match.c.id == match_id)).one_or_none()
        return _to_match(row) if row else None


def known_pairs(connection: Connection, articles: Collection[str]) -> frozenset[tuple[str, str]]:
    """The (rule, article) pairs of these articles that have matched before."""
    rows = connection.execute(select(match.c.rule, match.c.article).where(match.c.article.in_(articles)))
    return frozenset((row.rule, row.article) for row in rows)


def lock_standings(connection: Connection, subjects: Mapping[str, Collection[str]]) -> dict[str, Standing]:
    """Lock the rules whose ids are the keys and tell how they stand; `subjects` are those their matches are about.

    Locked in order of id, so that two workers never wait for each other in a circle; a rule that is gone is left out.
    """
    wanted = select(rule).where(rule.c.id.in_(subjects)).order_by(rule.c.id).with_for_update()
    rows = connection.execute(wanted).all()
    alerted = connection.execute(
        select(alert.c.rule, alert.c.subject).where(
            alert.c.rule.in_(subjects), alert.c.subject.in_({subject for group in subjects.values() for subject in group})
        )
    ).all()
    by_rule: dict[str, set[str]] = {}
    for row in alerted:
        by_rule.setdefault(row.rule, set()).add(row.subject)
    return {row.id: Standing(to_rule(row), row.alerted_at, frozenset(by_rule.get(row.id, ()))) for row in rows}


def save_decisions(connection: Connection, database: Database, decisions: Sequence[Decision], now: datetime) -> int:
    """Store matches with what was decided of each: alerts with their deliveries, or the reason why not.

    Returns how many deliveries are due.
    """
    if not decisions:
        return 0
    connection.execute(database.insert(match).on_conflict_do_nothing(), [_match_values(each, now) for each in decisions])
    drafts = [each.alert for each in decisions if each.alert is not None]
    for draft in drafts:
        _save_alert(connection, database, draft, now)
    return _save_deliveries(connection, database, drafts, now)


def lock_held(connection: Connection, claimed: Sequence[ClaimedArticle]) -> list[ClaimedArticle]:
    """Lock those of the claimed articles that no other worker has taken meanwhile, in order of id."""
    tokens = {each.article.id: each.lease_token for each in claimed}
    wanted = select(article.c.id, article.c.lease_token).where(article.c.id.in_(tokens)).order_by(article.c.id).with_for_update()
    held = {row.id for row in connection.execute(wanted).all() if row.lease_token == tokens[row.id]}
    return [each for each in claimed if each.article.id in held]


def finish_articles(connection: Connection, claimed: Sequence[ClaimedArticle]) -> None:
    """Mark claimed articles as matched as of their claim; one that was edited meanwhile stays due.

    Raises:
        LeaseLost: one of them is in another worker's hands.
    """
    for each in sorted(claimed, key=lambda one: one.article.id):
        matched_at = case((article.c.next_at == each.due_at, literal(each.claimed_at, Moment)), else_=article.c.matched_at)
        finish(connection, article, each.article.id, each.lease_token, next_at=None, due_at=each.due_at, matched_at=matched_at)


def _match_values(decision: Decision, now: datetime) -> dict[str, Any]:
    return {
        "id": decision.match,
        "workspace": decision.rule.workspace,
        "rule": decision.rule.id,
        "rule_revision": decision.rule.revision,
        "article": decision.article,
        "evidence": [asdict(found) for found in decision.evidence],
        "scores": asdict(decision.scores),
        "held": decision.held,
        "alert": decision.alert.alert.id if decision.alert else None,
        "created_at": now,
    }


def _save_alert(connection: Connection, database: Database, draft: AlertDraft, now: datetime) -> None:
    told = draft.alert
    values = {
        "id": told.id,
        "workspace": told.workspace,
        "rule": told.rule,
        "subject": draft.subject,
        "content": dump_content(told),
        "created_at": now,
    }
    connection.execute(database.insert(alert).values(**values).on_conflict_do_nothing())
    item = {"workspace": told.workspace, "alert": told.id, "match": draft.match, "added_at": now}
    connection.execute(database.insert(alert_item).values(**item).on_conflict_do_nothing())
    connection.execute(update(rule).where(rule.c.id == told.rule).values(alerted_at=now))


def _save_deliveries(connection: Connection, database: Database, drafts: Sequence[AlertDraft], now: datetime) -> int:
    if not drafts:
        return 0
    workspaces = {draft.alert.workspace for draft in drafts}
    rows = connection.execute(select(channel).where(channel.c.workspace.in_(workspaces), channel.c.deleted_at.is_(None))).all()
    channels = [to_channel(row) for row in rows]
    values = [
        _delivery_values(draft, each.id, each.disabled_reason, now)
        for draft in drafts
        for each in channels
        if each.workspace == draft.alert.workspace and (draft.channels is None or each.id in draft.channels)
    ]
    if values:
        connection.execute(database.insert(delivery).on_conflict_do_nothing(), values)
    return sum(1 for each in values if each["next_at"])


def _delivery_values(draft: AlertDraft, channel_id: str, disabled: str | None, now: datetime) -> dict[str, Any]:
    """A delivery that is due; for a disabled channel one that is dead, so that it can be seen and revived."""
    return {
        "id": delivery_id(draft.alert.id, channel_id),
        "workspace": draft.alert.workspace,
        "alert": draft.alert.id,
        "channel": channel_id,
        "state": DeliveryState.DEAD if disabled else DeliveryState.PENDING,
        "detail": f"the channel is disabled: {disabled}" if disabled else None,
        "created_at": now,
        "finished_at": now if disabled else None,
        "next_at": None if disabled else now,
    }


def _to_match(row: Row[Any]) -> Match:
    evidence = tuple(Evidence(**each) for each in row.evidence)
    scores = Scores(**row.scores) if row.scores else None
    return Match(row.id, row.workspace, row.rule, row.rule_revision, row.article, evidence, scores, row.held, row.alert, row.created_at)
