"""What decisions about matches must know, and what becomes of them: matches, alerts, what waits and deliveries in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from service.domain.alerting import AlertDraft, Corrected, Decision
from service.domain.developments import StoryAlert
from service.domain.rules import Rule
from service.domain.tallies import NONE_SENT, Tally
from service.storage.alerts import dump_content, dump_living, to_living
from service.storage.collecting import collect_all
from service.storage.database import Database
from service.storage.outgoing import Outgoing, save_deliveries
from service.storage.rules import to_rule
from service.storage.tables import alert, alert_item, alert_update, match, rule
from service.storage.tallies import to_tally


@dataclass(frozen=True, slots=True)
class LockedRule:
    """A rule at this moment; nobody else decides about its matches until the transaction ends."""

    rule: Rule
    alerted_at: datetime | None
    sent: Tally = NONE_SENT


@dataclass(frozen=True, slots=True)
class ToldArticle:
    """An article that an alert of a story has told, under this headline; `alert` goes on with that story, `teller` told it."""

    match: str
    workspace: str
    rule: str
    article: str
    teller: str
    alert: str
    headline: str


def lock_rules(connection: Connection, ids: Collection[str]) -> dict[str, LockedRule]:
    """Lock rules in order of id, so that two workers never wait for each other in a circle; one that is gone is left out."""
    rows = connection.execute(select(rule).where(rule.c.id.in_(ids)).order_by(rule.c.id).with_for_update()).all()
    return {row.id: LockedRule(to_rule(row), row.alerted_at, to_tally(row.sent)) for row in rows}


def rules_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Rule]:
    """These rules at this moment; nothing is locked, and one that is gone is left out."""
    return {row.id: to_rule(row) for row in connection.execute(select(rule).where(rule.c.id.in_(ids))).all()}


def mutes_of(connection: Connection, ids: Collection[str], now: datetime) -> dict[str, datetime]:
    """Until when those of these rules are muted that are at this moment."""
    ends = {each: rule.spec.alerting.mute_until for each, rule in rules_by_id(connection, ids).items()}
    return {each: until for each, until in ends.items() if until is not None and now < until}


def alerted_pages(connection: Connection, rules: Collection[str], pages: Collection[str]) -> set[tuple[str, str]]:
    """The (rule, page) pairs of these that have raised an alert."""
    wanted = select(alert.c.rule, alert.c.subject).where(alert.c.rule.in_(rules), alert.c.subject.in_(pages))
    return {(row.rule, row.subject) for row in connection.execute(wanted).all()}


def alerts_of_stories(connection: Connection, rules: Collection[str], stories: Collection[str]) -> dict[tuple[str, str], StoryAlert]:
    """The alerts of these rules that go on with these stories, by rule and story."""
    wanted = select(alert).where(alert.c.rule.in_(rules), alert.c.story.in_(stories), alert.c.joined_into.is_(None))
    return {(row.rule, row.story): to_living(row) for row in connection.execute(wanted).all()}


def alerts_by_id(connection: Connection, ids: Collection[str]) -> dict[str, StoryAlert]:
    """The alerts of stories with these ids."""
    wanted = select(alert).where(alert.c.id.in_(ids), alert.c.story.is_not(None))
    return {row.id: to_living(row) for row in connection.execute(wanted).all()}


def told_articles(connection: Connection, articles: Collection[str]) -> list[ToldArticle]:
    """Where alerts of stories have told these articles, the oldest first."""
    goes_on = func.coalesce(alert.c.joined_into, alert.c.id)
    columns = (match.c.id, match.c.workspace, match.c.rule, match.c.article, alert_item.c.alert, goes_on, alert_item.c.headline)
    joined = match.join(alert_item, alert_item.c.match == match.c.id).join(alert, alert.c.id == alert_item.c.alert)
    told = match.c.article.in_(articles) & alert_item.c.headline.is_not(None) & alert.c.story.is_not(None)
    rows = connection.execute(select(*columns).select_from(joined).where(told).order_by(alert_item.c.added_at, match.c.id)).all()
    return [ToldArticle(*row) for row in rows]


def note_alerted(connection: Connection, rules: Collection[str], now: datetime) -> None:
    """Note that these rules sent something just now."""
    if rules:
        connection.execute(update(rule).where(rule.c.id.in_(rules)).values(alerted_at=now))


def save_decisions(
    connection: Connection, database: Database, decisions: Sequence[Decision], corrections: Sequence[Corrected], now: datetime
) -> int:
    """Store matches with what was decided of each: alerts and updates with their deliveries, or the reason why not.

    Returns how many deliveries are due.
    """
    if decisions:
        connection.execute(database.insert(match).on_conflict_do_nothing(), [_match_values(each, now) for each in decisions])
    for each in decisions:
        _save_told(connection, database, each, now)
    for correction in corrections:
        _save_correction(connection, database, correction, now)
    drafts = [draft for draft in (*(each.draft for each in decisions), *(each.draft for each in corrections)) if draft is not None]
    digests, due = send_or_collect(connection, database, drafts, now)
    _note_digests(connection, decisions, digests)
    return due


def send_or_collect(
    connection: Connection, database: Database, drafts: Sequence[AlertDraft], now: datetime
) -> tuple[dict[tuple[str, int], str], int]:
    """Make the deliveries of stored messages, or put them into their digests.

    Returns the digest of each that waits, by alert and number of the update, and how many deliveries are due.
    """
    told = [draft for draft in drafts if draft.collected is None]
    note_alerted(connection, {draft.alert.rule for draft in told}, now)
    digests = collect_all(connection, database, drafts, now)
    return digests, save_deliveries(connection, database, [_outgoing(draft) for draft in told], now)


def _save_told(connection: Connection, database: Database, decision: Decision, now: datetime) -> None:
    draft = decision.draft
    if draft is not None:
        save_message(connection, database, draft, now)
    into = draft.alert.id if draft else decision.joined and decision.joined.id
    if into is not None:
        headline = decision.article.title if draft else None
        item = {"workspace": decision.rule.workspace, "alert": into, "match": decision.match, "added_at": now, "headline": headline}
        connection.execute(database.insert(alert_item).values(**item).on_conflict_do_nothing())
    if decision.joined is not None:
        _save_living(connection, decision.joined, now)


def _save_correction(connection: Connection, database: Database, corrected: Corrected, now: datetime) -> None:
    edit = corrected.edit
    told = (alert_item.c.alert == edit.teller) & (alert_item.c.match == edit.match)
    connection.execute(update(alert_item).where(told).values(headline=edit.article.title))
    if corrected.draft is not None:
        save_message(connection, database, corrected.draft, now)
    if corrected.alert is not None:
        _save_living(connection, corrected.alert, now)


def save_message(connection: Connection, database: Database, draft: AlertDraft, now: datetime) -> None:
    """Store an alert or an update, unless it is there."""
    told = draft.alert
    values = {"workspace": told.workspace, "content": dump_content(told), "created_at": now}
    if told.update is not None:
        values |= {"alert": told.id, "number": told.update.number}
        connection.execute(database.insert(alert_update).values(**values).on_conflict_do_nothing())
        return
    story = draft.story
    values |= {"id": told.id, "rule": told.rule, "subject": draft.subject, "updated_at": now}
    values |= {"story": story.story if story else None, "living": dump_living(story) if story else None}
    connection.execute(database.insert(alert).values(**values).on_conflict_do_nothing())


def _save_living(connection: Connection, living: StoryAlert, now: datetime) -> None:
    connection.execute(update(alert).where(alert.c.id == living.id).values(living=dump_living(living), updated_at=now))


def _match_values(decision: Decision, now: datetime) -> dict[str, Any]:
    into = decision.draft.alert.id if decision.draft else decision.joined and decision.joined.id
    return {
        "id": decision.match,
        "workspace": decision.rule.workspace,
        "rule": decision.rule.id,
        "rule_revision": decision.rule.revision,
        "article": decision.article.id,
        "evidence": [asdict(found) for found in decision.evidence],
        "scores": asdict(decision.scores),
        "held": decision.held,
        "alert": into,
        "reason": decision.reason,
        "silence": decision.silence,
        "created_at": now,
    }


def _note_digests(connection: Connection, decisions: Sequence[Decision], digests: Mapping[tuple[str, int], str]) -> None:
    for each in decisions:
        if each.draft is not None and each.draft.collected is not None:
            into = digests[each.draft.message]
            connection.execute(update(match).where(match.c.id == each.match).values(digest=into))


def _outgoing(draft: AlertDraft) -> Outgoing:
    alert_id, number = draft.message
    return Outgoing(draft.alert.workspace, draft.channels, alert=alert_id, number=number)
