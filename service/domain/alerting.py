"""Matches -> alerts and their updates: whether a match is told now, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.alerts import Alert, Update, quote_article
from service.domain.articles import Article
from service.domain.coverage import NOBODY, report_of
from service.domain.developments import Development, StoryAlert, correct, join, open_alert, say, tell
from service.domain.digests import Collect, say_collect
from service.domain.evidence import Evidence, Scores
from service.domain.headlines import says_otherwise
from service.domain.ids import alert_id, match_id
from service.domain.policies import policy_of
from service.domain.routes import channels_for
from service.domain.rules import Rule, RuleSpec
from service.domain.silences import Silence, silence_of
from service.domain.telling import NO_HASTE, Hold, Pace, Silent, tell_when


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
    this very page, `alert` its alert about the story, `pace` what else the time of telling depends on.
    """

    live: bool = True
    alerted_at: datetime | None = None
    already_alerted: bool = False
    alert: StoryAlert | None = None
    pace: Pace = NO_HASTE


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """A message to be stored, an alert or an update of one, and the channels it goes to (None: all of the workspace).

    `subject` is the page that raised the alert; `story` is how the alert of the story stands with it, None where the rule
    tells of every article; `collected` is when and with what it is told, if that is not now.
    """

    alert: Alert
    subject: str
    channels: tuple[str, ...] | None
    story: StoryAlert | None = None
    collected: Collect | None = None

    @property
    def message(self) -> tuple[str, int]:
        """What names it: the alert and the number of the update; 0: the alert itself."""
        return self.alert.id, self.alert.update.number if self.alert.update else 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a match: a message, or the reason why not. `joined` is its story's alert with it in, if it has one.

    `silence` is the id of the one that holds it.
    """

    match: str
    rule: Rule
    article: Article
    evidence: tuple[Evidence, ...]
    scores: Scores
    held: Hold | None
    draft: AlertDraft | None = None
    joined: StoryAlert | None = None
    reason: str | None = None
    silence: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """An article that an alert or an update has told, and that reads otherwise now; `headline` is the one that was told.

    `teller` is the alert that did, `alert` the one that goes on with the story; `evidence` and `scores` are those of its new text.
    """

    rule: Rule
    article: Article
    match: str
    teller: str
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


def decide(found: FoundMatch, standing: Standing, now: datetime) -> Decision:
    """The whole decision about one match."""
    held = hold(found, standing)
    if held is not None:
        return _decision(found, held)
    if policy_of(found.rule.spec.alerting, standing.pace.defaults).spike is not None:
        return _count(found, standing, now)
    if standing.alert is not None and found.rule.spec.alerting.stories != "every_article":
        return _join(found, standing, standing.alert, now)
    when = _tell_when(found.rule, found.article, found.evidence, standing, now)
    return _silent(found, when) if isinstance(when, Silent) else _raise(found, when, now)


def decide_edit(edit: Edit, standing: Standing, now: datetime) -> Corrected:
    """What becomes of an alert, one of whose headlines was changed after it had been told."""
    rule, article = edit.rule, edit.article
    tells = standing.live and rule.spec.alerting.stories == "developments" and says_otherwise(article.title, edit.headline)
    if standing.alert is None or not tells:
        return Corrected(edit, standing.alert)
    alert = correct(standing.alert, article.title)
    when = _tell_when(rule, article, edit.evidence, standing, now, corrects=True)
    if isinstance(when, Silent):
        return Corrected(edit, alert)
    draft = _update(rule, article, edit.evidence, edit.scores, alert, when, now)
    return Corrected(edit, draft.story, draft)


def actors_named(spec: RuleSpec, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The rule's actors that the evidence names, as the rule calls them."""
    names = {f"/actors/{number}": actor.name for number, actor in enumerate(spec.watched)}
    parts = {found.part for found in evidence}
    return tuple(name for part, name in names.items() if part in parts)


def _tell_when(
    rule: Rule, article: Article, evidence: Sequence[Evidence], standing: Standing, now: datetime, *, corrects: bool = False
) -> Silent | Collect | None:
    pace = standing.pace
    policy = policy_of(rule.spec.alerting, pace.defaults)
    silence = _silence_of(rule, article, evidence, pace, now)
    return tell_when(policy, pace, now, alerted_at=standing.alerted_at, silence=silence, corrects=corrects)


def _silence_of(rule: Rule, article: Article, evidence: Sequence[Evidence], pace: Pace, now: datetime) -> Silence | None:
    return silence_of(pace.silences, rule.id, article, actors_named(rule.spec, evidence), evidence, now)


def _count(found: FoundMatch, standing: Standing, now: datetime) -> Decision:
    """It counts towards a spike, unless it is under a silence."""
    silence = _silence_of(found.rule, found.article, found.evidence, standing.pace, now)
    return _decision(found, Hold.COUNTED) if silence is None else _silent(found, Silent(Hold.SILENCED, silence))


def _silent(found: FoundMatch, silent: Silent) -> Decision:
    if silent.silence is None:
        return _decision(found, silent.hold)
    return replace(_decision(found, silent.hold), silence=silent.silence.id, reason=silent.text)


def _raise(found: FoundMatch, collected: Collect | None, now: datetime) -> Decision:
    rule, article = found.rule, found.article
    report = report_of(article, found.credits)
    new = alert_id(rule.id, article.dedup_key)
    story = None
    if found.story is not None and rule.spec.alerting.stories != "every_article":
        story = open_alert(new, found.story, report, actors_named(rule.spec, found.evidence), now)
    told = (quote_article(article, found.evidence, found.scores),)
    coverage = NOBODY.with_report(report)
    alert = Alert(new, rule.workspace, rule.id, rule.spec.name, now, told, found.story, coverage)
    draft = AlertDraft(alert, article.dedup_key, channels_for(rule.spec.channels, alert), story, collected)
    return replace(_decision(found, None), draft=draft, joined=story, reason=say_collect(collected) if collected else None)


def _join(found: FoundMatch, standing: Standing, before: StoryAlert, now: datetime) -> Decision:
    spec = found.rule.spec
    alert = join(before, report_of(found.article, found.credits), actors_named(spec, found.evidence))
    corrects = any(news.kind is Development.CORRECTION for news in alert.untold)
    when = _tell_when(found.rule, found.article, found.evidence, standing, now, corrects=corrects)
    if isinstance(when, Silent) or spec.alerting.stories == "once" or not alert.untold:
        return _join_untold(found, alert, when)
    draft = _update(found.rule, found.article, found.evidence, found.scores, alert, when, now)
    said = "; ".join((*map(say, alert.untold), *([say_collect(when)] if when else [])))
    return replace(_decision(found, None), draft=draft, joined=draft.story, reason=said)


def _join_untold(found: FoundMatch, alert: StoryAlert, when: Silent | Collect | None) -> Decision:
    """The article joins in silence. What is new waits where it would be told some time."""
    joining = f'joined the alert of "{alert.coverage.first.title}"'
    silent = when if isinstance(when, Silent) else None
    if silent and silent.silence:
        decision = replace(_silent(found, silent), reason=f"{joining}; {silent.text}")
    else:
        decision = replace(_decision(found, Hold.JOINED), reason=joining)
    if found.rule.spec.alerting.stories == "once":
        return replace(decision, joined=replace(alert, untold=()))
    if alert.untold and silent:
        decision = replace(decision, reason=f"{joining}; {silent.text}, so not told yet: {'; '.join(map(say, alert.untold))}")
    return replace(decision, joined=alert)


def _update(
    rule: Rule,
    article: Article,
    evidence: tuple[Evidence, ...],
    scores: Scores | None,
    alert: StoryAlert,
    collected: Collect | None,
    now: datetime,
) -> AlertDraft:
    told = tell(alert)
    says = Alert(
        alert.id, rule.workspace, rule.id, rule.spec.name, alert.created_at, (quote_article(article, evidence, scores),),
        alert.story, alert.coverage, Update(told.updates, now, alert.untold),
    )  # fmt: skip
    return AlertDraft(says, article.dedup_key, channels_for(rule.spec.channels, says), told, collected)


def _decision(found: FoundMatch, held: Hold | None) -> Decision:
    rule, article = found.rule, found.article
    return Decision(match_id(rule.id, article.id), rule, article, found.evidence, found.scores, held)
