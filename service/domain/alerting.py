"""Matches -> alerts: whether a match is told now, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.alerts import Alert, quote_article
from service.domain.articles import Article
from service.domain.evidence import Evidence, Scores
from service.domain.ids import alert_id, match_id
from service.domain.rules import Rule


class Hold(StrEnum):
    """Why a match raises no alert. Stored with the match, so that "why did I not get this?" has an answer."""

    BASELINE = "baseline"  # it was there before the workspace followed the feed
    OLDER_THAN_RULE = "older_than_rule"  # the article had come before the rule was made
    RULE_CHANGED = "rule_changed"  # the rule was disabled or deleted while it matched
    MUTED = "muted"
    COOLING_DOWN = "cooling_down"
    ALREADY_ALERTED = "already_alerted"  # the same page came by another feed before


@dataclass(frozen=True, slots=True)
class FoundMatch:
    """A rule that an article satisfies, before anything is decided about it.

    `existing_wanted`: the workspace asked for alerts about what the feed already held; `followed_at`: since when
    it follows the feed.
    """

    rule: Rule
    article: Article
    evidence: tuple[Evidence, ...]
    scores: Scores
    followed_at: datetime
    existing_wanted: bool


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert to be stored, with the match in it and the channels it goes to (None: all of the workspace)."""

    alert: Alert
    subject: str
    match: str
    channels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a match: an alert, or the reason why not."""

    match: str
    rule: Rule
    article: str
    evidence: tuple[Evidence, ...]
    scores: Scores
    held: Hold | None
    alert: AlertDraft | None


def hold(found: FoundMatch, *, live: bool, alerted_at: datetime | None, already_alerted: bool, now: datetime) -> Hold | None:
    """Why this match must not alert now; None: it may.

    `live` is whether the rule still is at this moment, `alerted_at` when it last alerted, `already_alerted` whether
    it did about this very page.
    """
    article, alerting = found.article, found.rule.spec.alerting
    if already_alerted:
        return Hold.ALREADY_ALERTED
    if not live:
        return Hold.RULE_CHANGED
    if not found.existing_wanted:
        if article.baseline or article.changed_at < found.followed_at:
            return Hold.BASELINE
        if article.changed_at < found.rule.created_at:
            return Hold.OLDER_THAN_RULE
    if alerting.mute_until is not None and now < alerting.mute_until:
        return Hold.MUTED
    # `alerted_at` may lie after `now`: another worker alerted between our look at the clock and our turn.
    if alerting.cooldown and alerted_at is not None and now < alerted_at + alerting.cooldown:
        return Hold.COOLING_DOWN
    return None


def decide(found: FoundMatch, *, live: bool, alerted_at: datetime | None, already_alerted: bool, now: datetime) -> Decision:
    """The whole decision about one match."""
    rule, article = found.rule, found.article
    held = hold(found, live=live, alerted_at=alerted_at, already_alerted=already_alerted, now=now)
    match = match_id(rule.id, article.id)
    draft = None
    if held is None:
        told = (quote_article(article, found.evidence, found.scores),)
        alert = Alert(alert_id(rule.id, article.dedup_key), rule.workspace, rule.id, rule.spec.name, now, told)
        draft = AlertDraft(alert, article.dedup_key, match, rule.spec.channels)
    return Decision(match, rule, article.id, found.evidence, found.scores, held, draft)
