"""Matches -> alerts and their updates: whether a match is told now, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.domain.alerts import Alert, Update, quote_article
from service.domain.articles import Article
from service.domain.coverage import NOBODY, report_of
from service.domain.developments import Development, News, StoryAlert, correct, join, open_alert, say, tell
from service.domain.evidence import Evidence, Scores
from service.domain.headlines import says_otherwise
from service.domain.ids import alert_id, match_id
from service.domain.routes import channels_for
from service.domain.rules import Rule, RuleSpec


class Hold(StrEnum):
    """Why a match raises no alert. Stored with the match, so that "why did I not get this?" has an answer."""

    BASELINE = "baseline"  # it was there before the workspace followed the feed
    OLDER_THAN_RULE = "older_than_rule"  # the article had come before the rule was made
    RULE_CHANGED = "rule_changed"  # the rule was disabled or deleted while it matched
    MUTED = "muted"
    COOLING_DOWN = "cooling_down"
    ALREADY_ALERTED = "already_alerted"  # the same page came by another feed before
    JOINED = "joined"  # its story has an alert, which it joined without a message


@dataclass(frozen=True, slots=True)
class FoundMatch:
    """A rule that an article satisfies, before anything is decided about it.

    `existing_wanted`: the workspace asked for alerts about what the feed already held; `followed_at`: since when
    it follows the feed. `story` is the article's in the rule's workspace; `credits` are the agencies whose text it prints.
    """

    rule: Rule
    article: Article
    evidence: tuple[Evidence, ...]
    scores: Scores
    followed_at: datetime
    existing_wanted: bool
    story: str | None = None
    credits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a match's rule stands at this moment.

    `live` is whether it still is, `alerted_at` when it last sent something, `already_alerted` whether it alerted about
    this very page, `alert` its alert about the story.
    """

    live: bool = True
    alerted_at: datetime | None = None
    already_alerted: bool = False
    alert: StoryAlert | None = None


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """A message to be stored, an alert or an update of one, and the channels it goes to (None: all of the workspace).

    `subject` is the page that raised the alert; `story` is how the alert of the story stands with it, None where the rule
    tells of every article.
    """

    alert: Alert
    subject: str
    channels: tuple[str, ...] | None
    story: StoryAlert | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a match: a message, or the reason why not. `joined` is its story's alert with it in, if it has one."""

    match: str
    rule: Rule
    article: Article
    evidence: tuple[Evidence, ...]
    scores: Scores
    held: Hold | None
    draft: AlertDraft | None = None
    joined: StoryAlert | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """An article that an alert or an update has told, and that reads otherwise now; `headline` is the one that was told.

    `evidence` and `scores` are those of its new text.
    """

    rule: Rule
    article: Article
    match: str
    alert: str
    headline: str
    evidence: tuple[Evidence, ...] = ()
    scores: Scores | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What an edit makes of the alert of its story, and the update that tells of it, if one does."""

    edit: Edit
    alert: StoryAlert | None
    draft: AlertDraft | None = None


def hold(found: FoundMatch, standing: Standing) -> Hold | None:
    """Why this match must neither alert nor join an alert, ever; None: it may."""
    article = found.article
    if standing.already_alerted:
        return Hold.ALREADY_ALERTED
    if not standing.live:
        return Hold.RULE_CHANGED
    if not found.existing_wanted:
        if article.baseline or article.changed_at < found.followed_at:
            return Hold.BASELINE
        if article.changed_at < found.rule.created_at:
            return Hold.OLDER_THAN_RULE
    return None


def silence(spec: RuleSpec, alerted_at: datetime | None, now: datetime) -> Hold | None:
    """Why the rule sends nothing just now."""
    alerting = spec.alerting
    if alerting.mute_until is not None and now < alerting.mute_until:
        return Hold.MUTED
    # `alerted_at` may lie after `now`: another worker alerted between our look at the clock and our turn.
    if alerting.cooldown and alerted_at is not None and now < alerted_at + alerting.cooldown:
        return Hold.COOLING_DOWN
    return None


def decide(found: FoundMatch, standing: Standing, now: datetime) -> Decision:
    """The whole decision about one match."""
    spec = found.rule.spec
    held = hold(found, standing)
    if held is None and standing.alert is not None and spec.alerting.stories != "every_article":
        return _join(found, standing, standing.alert, now)
    held = held or silence(spec, standing.alerted_at, now)
    return _decision(found, held) if held else _raise(found, now)


def decide_edit(edit: Edit, standing: Standing, now: datetime) -> Corrected:
    """What becomes of an alert, one of whose headlines was changed after it had been told."""
    rule, article = edit.rule, edit.article
    tells = standing.live and rule.spec.alerting.stories == "developments" and says_otherwise(article.title, edit.headline)
    if standing.alert is None or not tells:
        return Corrected(edit, standing.alert)
    alert = correct(standing.alert, article.title)
    if _untellable(rule.spec, alert, standing, now):
        return Corrected(edit, alert)
    draft = _update(rule, article, edit.evidence, edit.scores, alert, now)
    return Corrected(edit, draft.story, draft)


def actors_named(spec: RuleSpec, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The rule's actors that the evidence names, as the rule calls them."""
    names = {f"/actors/{number}": actor.name for number, actor in enumerate(spec.watched)}
    parts = {found.part for found in evidence}
    return tuple(name for part, name in names.items() if part in parts)


def _raise(found: FoundMatch, now: datetime) -> Decision:
    rule, article = found.rule, found.article
    report = report_of(article, found.credits)
    new = alert_id(rule.id, article.dedup_key)
    story = None
    if found.story is not None and rule.spec.alerting.stories != "every_article":
        story = open_alert(new, found.story, report, actors_named(rule.spec, found.evidence), now)
    told = (quote_article(article, found.evidence, found.scores),)
    coverage = NOBODY.with_report(report)
    alert = Alert(new, rule.workspace, rule.id, rule.spec.name, now, told, found.story, coverage)
    draft = AlertDraft(alert, article.dedup_key, channels_for(rule.spec.channels, alert), story)
    return replace(_decision(found, None), draft=draft, joined=story)


def _join(found: FoundMatch, standing: Standing, before: StoryAlert, now: datetime) -> Decision:
    spec = found.rule.spec
    alert = join(before, report_of(found.article, found.credits), actors_named(spec, found.evidence))
    joining = f'joined the alert of "{alert.coverage.first.title}"'
    if spec.alerting.stories == "once":
        return replace(_decision(found, Hold.JOINED), joined=replace(alert, untold=()), reason=joining)
    if not alert.untold:
        return replace(_decision(found, Hold.JOINED), joined=alert, reason=joining)
    silent = _untellable(spec, alert, standing, now)
    if silent:
        waiting = f"{joining}; {silent}, so not told yet: {_say_all(alert.untold)}"
        return replace(_decision(found, Hold.JOINED), joined=alert, reason=waiting)
    draft = _update(found.rule, found.article, found.evidence, found.scores, alert, now)
    return replace(_decision(found, None), draft=draft, joined=draft.story, reason=_say_all(alert.untold))


def _untellable(spec: RuleSpec, alert: StoryAlert, standing: Standing, now: datetime) -> Hold | None:
    """Why news wait. A correction of what was told does not wait for a cooldown."""
    silent = silence(spec, standing.alerted_at, now)
    corrects = any(news.kind is Development.CORRECTION for news in alert.untold)
    return None if silent is Hold.COOLING_DOWN and corrects else silent


def _update(
    rule: Rule, article: Article, evidence: tuple[Evidence, ...], scores: Scores | None, alert: StoryAlert, now: datetime
) -> AlertDraft:
    told = tell(alert)
    says = Alert(
        alert.id, rule.workspace, rule.id, rule.spec.name, alert.created_at, (quote_article(article, evidence, scores),),
        alert.story, alert.coverage, Update(told.updates, now, alert.untold),
    )  # fmt: skip
    return AlertDraft(says, article.dedup_key, channels_for(rule.spec.channels, says), told)


def _say_all(news: Sequence[News]) -> str:
    return "; ".join(map(say, news))


def _decision(found: FoundMatch, held: Hold | None) -> Decision:
    rule, article = found.rule, found.article
    return Decision(match_id(rule.id, article.id), rule, article, found.evidence, found.scores, held)
