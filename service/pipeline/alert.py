"""Stage three: turn matches into alerts and their deliveries, in the transaction that ends the matching."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from service.domain.alerting import AlertDraft, Corrected, Decision, Edit, FoundMatch, Standing, decide, decide_edit
from service.domain.developments import StoryAlert
from service.domain.digests import Collect, DigestKind
from service.domain.policies import Policy, policy_of
from service.domain.rules import Rule
from service.domain.silences import Silence
from service.domain.tallies import Tally
from service.domain.telling import Pace
from service.edges import Edges
from service.matching.credits import credits_of
from service.pipeline.spike import Watched, counted_by_rule, tell_of_volume
from service.storage.articles import ClaimedArticle
from service.storage.collecting import groups_waiting
from service.storage.database import Database
from service.storage.decisions import (
    LockedRule,
    ToldArticle,
    alerted_pages,
    alerts_by_id,
    alerts_of_stories,
    lock_rules,
    save_decisions,
    told_articles,
)
from service.storage.gauge import Gauge
from service.storage.matches import finish_articles, known_pairs, lock_held
from service.storage.placements import share_stories
from service.storage.silences import silences_at
from service.storage.tables import rule as rule_table
from service.storage.tables import workspace as workspace_table
from service.storage.tallies import save_tallies
from service.storage.whereabouts import stories_of
from service.storage.workspace_policies import WorkspacePolicy, workspace_policies

log = structlog.get_logger()


@dataclass(slots=True)
class Standings:
    """How rules stand while a batch is decided: each decision changes what the next one knows. `at`: when they were locked."""

    at: datetime
    rules: dict[str, LockedRule]
    pages: set[tuple[str, str]]  # (rule, page) that has raised an alert
    alerts: dict[tuple[str, str], StoryAlert]  # by rule and story
    workspaces: dict[str, WorkspacePolicy] = field(default_factory=dict)
    silences: Mapping[str, tuple[Silence, ...]] = field(default_factory=dict)  # by workspace
    groups: dict[str, datetime] = field(default_factory=dict)  # by rule, when those that wait for each other are told
    senders: set[str] = field(default_factory=set)  # rules that send something in this batch

    def of(self, rule: str, page: str, story: str | None) -> Standing:
        """What a decision about a page of this story must know."""
        locked = self.rules[rule]
        alert = self.alerts.get((rule, story)) if story else None
        return Standing(locked.rule.live, locked.alerted_at, (rule, page) in self.pages, alert, self.pace(locked))

    def note(self, rule: str, decided: Decision | Corrected, alert: StoryAlert | None, now: datetime) -> None:
        """Know of what was decided."""
        if alert is not None:
            self.alerts[rule, alert.story] = alert
        self.note_draft(rule, decided.draft, now)

    def note_draft(self, rule: str, draft: AlertDraft | None, now: datetime) -> None:
        """Know of a message."""
        if draft is not None:
            self.pages.add((rule, draft.subject))
            self._note_when(rule, draft.collected, now)

    def sent(self) -> tuple[dict[str, Tally], dict[str, Tally]]:
        """What rules with a cap, and workspaces with a budget, have sent by now, where that changed."""
        senders = [self.rules[each] for each in self.senders]
        capped = {each.rule.id: each.sent for each in senders if self.policy(each.rule).cap is not None}
        workspaces = {each.rule.workspace: self.workspaces[each.rule.workspace] for each in senders}
        return capped, {each: policy.spent for each, policy in workspaces.items() if policy.defaults.budget is not None}

    def _note_when(self, rule: str, collected: Collect | None, now: datetime) -> None:
        locked = self.rules[rule]
        if collected is None:
            self.senders.add(rule)
            zone = self.policy(locked.rule).zone
            workspace = self.workspaces[locked.rule.workspace]
            self.rules[rule] = replace(locked, alerted_at=now, sent=locked.sent.with_one(now, zone))
            self.workspaces[locked.rule.workspace] = replace(workspace, spent=workspace.spent.with_one(now, zone))
        elif collected.kind is DigestKind.GROUP_WAIT:
            self.groups[rule] = collected.send_at

    def pace(self, locked: LockedRule) -> Pace:
        """What else the time of telling depends on."""
        rule = locked.rule
        workspace = self.workspaces[rule.workspace]
        return Pace(workspace.defaults, self.silences.get(rule.workspace, ()), self.groups.get(rule.id), locked.sent, workspace.spent)

    def policy(self, rule: Rule) -> Policy:
        """What holds for a rule, all said and done."""
        return policy_of(rule.spec.alerting, self.workspaces[rule.workspace].defaults)


def raise_alerts(edges: Edges, claimed: Sequence[ClaimedArticle], found: Sequence[FoundMatch]) -> int:
    """Store the matches of claimed articles with their alerts and deliveries; return how many deliveries are due.

    An article whose lease was lost is left to the worker that has it now.
    """
    database = edges.store.database
    with database.write() as connection:
        share_stories(connection, database)
        held = lock_held(connection, claimed)
        ours = {each.article.id for each in held}
        known = known_pairs(connection, ours)
        new = [each for each in found if each.article.id in ours and (each.rule.id, each.article.id) not in known]
        new = _with_stories(connection, new)
        told = told_articles(connection, ours)
        standings = _lock_standings(connection, new, told, edges.now)
        now = standings.at
        corrections = correct_all(_edits(held, found, told, standings), standings, now)
        decisions = decide_all(new, standings, now)
        due = save_decisions(connection, database, decisions, corrections, now)
        due += tell_spikes(connection, database, counted_by_rule(new, decisions), standings, now)
        _save_sent(connection, standings)
        finish_articles(connection, held)
    if len(held) < len(claimed):
        log.warning("leases lost, matches dropped", articles=len(claimed) - len(held))
    return due


def decide_all(found: Sequence[FoundMatch], standings: Standings, now: datetime) -> list[Decision]:
    """Decide match by match, oldest article first, each knowing of what was told before it in this batch.

    When and to whom is decided by the rule as it is locked: it may have been changed since it matched.
    """
    decisions = []
    for one in sorted(found, key=lambda one: (one.article.first_seen_at, one.article.id)):
        if one.rule.id not in standings.rules:
            continue  # deleted with its whole workspace: nobody is left to tell
        each = replace(one, rule=one.rule.telling_as(standings.rules[one.rule.id].rule))
        decision = decide(each, standings.of(each.rule.id, each.article.dedup_key, each.story), now)
        standings.note(each.rule.id, decision, decision.joined, now)
        decisions.append(decision)
    return decisions


def tell_spikes(
    connection: Connection, database: Database, counted: Mapping[str, Sequence[tuple[str, FoundMatch]]], standings: Standings, now: datetime
) -> int:
    """Tell of the spikes that stored matches make, rule by rule; return how many deliveries are due."""
    due = 0
    for rule, found in counted.items():
        locked, policy = standings.rules[rule], standings.policy(standings.rules[rule].rule)
        assert policy.spike is not None, "its matches count"
        gauge = Gauge(rule, policy.spike, policy.zone_of(policy.spike))
        watched = Watched(locked.rule, policy, gauge, standings.pace(locked), locked.alerted_at)
        draft, more = tell_of_volume(connection, database, watched, found, now)
        standings.note_draft(rule, draft, now)
        due += more
    return due


def correct_all(edits: Sequence[Edit], standings: Standings, now: datetime) -> list[Corrected]:
    """What becomes of the alerts that have told articles which read otherwise now."""
    by_id = {alert.id: alert for alert in standings.alerts.values()}
    corrections = []
    for edit in edits:
        alert = by_id[edit.alert]
        standing = standings.of(edit.rule.id, edit.article.dedup_key, alert.story)
        corrected = decide_edit(edit, standing, now)
        standings.note(edit.rule.id, corrected, corrected.alert, now)
        corrections.append(corrected)
    return corrections


def _with_stories(connection: Connection, found: Collection[FoundMatch]) -> list[FoundMatch]:
    stories = stories_of(connection, {(each.rule.workspace, each.article.id) for each in found})
    return [
        replace(each, story=stories.get((each.rule.workspace, each.article.id)), credits=tuple(sorted(credits_of(each.article))))
        for each in found
    ]


def _lock_standings(
    connection: Connection, found: Sequence[FoundMatch], told: Sequence[ToldArticle], clock: Callable[[], datetime]
) -> Standings:
    rules = {each.rule.id for each in found} | {each.rule for each in told}
    policies = workspace_policies(connection, {each.rule.workspace for each in found} | {each.workspace for each in told})
    locked = lock_rules(connection, rules)
    now = clock()  # not before: what waits for others bears the time when it is told, or who listens would have passed it already
    pages = alerted_pages(connection, rules, {each.article.dedup_key for each in found})
    alerts = alerts_of_stories(connection, rules, {each.story for each in found if each.story})
    alerts |= {(rule, alert.story): alert for rule, alert in _alerts_told(connection, told)}
    return Standings(now, locked, pages, alerts, policies, silences_at(connection, policies, now), groups_waiting(connection, rules, now))


def _save_sent(connection: Connection, standings: Standings) -> None:
    rules, workspaces = standings.sent()
    save_tallies(connection, workspace_table, workspaces)
    save_tallies(connection, rule_table, rules)


def _alerts_told(connection: Connection, told: Sequence[ToldArticle]) -> list[tuple[str, StoryAlert]]:
    alerts = alerts_by_id(connection, {each.alert for each in told})
    return [(each.rule, alerts[each.alert]) for each in told if each.alert in alerts]


def _edits(held: Sequence[ClaimedArticle], found: Sequence[FoundMatch], told: Sequence[ToldArticle], standings: Standings) -> list[Edit]:
    articles = {each.article.id: each.article for each in held}
    reads: Mapping[tuple[str, str], FoundMatch] = {(each.rule.id, each.article.id): each for each in found}
    edits = []
    for each in told:
        article, again = articles[each.article], reads.get((each.rule, each.article))
        if each.rule in standings.rules and article.title != each.headline:
            evidence, scores = (again.evidence, again.scores) if again else ((), None)
            rule = standings.rules[each.rule].rule
            edits.append(Edit(rule, article, each.match, each.teller, each.alert, each.headline, evidence, scores))
    return edits
