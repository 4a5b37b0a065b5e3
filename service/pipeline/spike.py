"""After alerting, for rules that alert on volume: count what matched, and tell of a spike, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from service.domain.alerting import AlertDraft, Decision, FoundMatch
from service.domain.alerts import Alert, AlertedArticle, Update, quote_article
from service.domain.coverage import coverage_of, report_of
from service.domain.developments import Development, News
from service.domain.digests import Collect, say_collect
from service.domain.ids import alert_id
from service.domain.policies import Policy
from service.domain.routes import channels_for
from service.domain.rules import Rule
from service.domain.sightings import sighting_of
from service.domain.spike_words import say_late, say_part, say_turn
from service.domain.spikes import (
    Measured,
    OpenSpike,
    Spike,
    Turn,
    least_of,
    still_open,
    told_again,
    turn_of,
)
from service.domain.telling import Hold, Pace, Silent, tell_when
from service.storage.database import Database
from service.storage.frames import Frame
from service.storage.gauge import Gauge
from service.storage.sightings import (
    SightedArticle,
    latest,
    list_sighted,
    load_matched,
    save_sightings,
)
from service.storage.volumes import Fate, Volume, find_volume, join_spike, save_fate, save_spike, save_volume
from service.storage.whereabouts import stories_of

TOP_STORIES = 5  # that an alert shows, one article of each


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule that alerts on volume, as it stands in this transaction, in which it is locked."""

    rule: Rule
    policy: Policy
    gauge: Gauge
    pace: Pace
    alerted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a count makes of a rule: how it stands now, why, and the message, if there is one; `others`: why the other matches are in it."""

    stands: Volume
    reason: str
    others: str = ""
    held: Hold | None = Hold.COUNTED
    draft: AlertDraft | None = None


def counted_by_rule(found: Sequence[FoundMatch], decisions: Sequence[Decision]) -> dict[str, list[tuple[str, FoundMatch]]]:
    """The matches that count towards spikes, each with its id, by their rules in order of id."""
    counted = {(each.rule.id, each.article.id): each.match for each in decisions if each.held is Hold.COUNTED}
    by_rule: dict[str, list[tuple[str, FoundMatch]]] = {}
    for each in sorted(found, key=lambda one: (one.rule.id, one.article.changed_at, one.article.id)):
        match = counted.get((each.rule.id, each.article.id))
        if match is not None:
            by_rule.setdefault(each.rule.id, []).append((match, each))
    return by_rule


def tell_of_volume(
    connection: Connection, database: Database, watched: Watched, found: Sequence[tuple[str, FoundMatch]], now: datetime
) -> tuple[AlertDraft | None, int]:
    """Count a rule's stored matches and tell of a spike that they make; return its message, and how many deliveries are due."""
    gauge = watched.gauge
    stands = find_volume(connection, database, watched.rule, now)
    sightings = [
        sighting_of(match, watched.rule.workspace, watched.rule.id, each.article, report_of(each.article, each.credits))
        for match, each in found
    ]
    save_sightings(connection, database, sightings)
    for each in sightings:
        if each.lag > gauge.length:
            save_fate(connection, [each.match], Fate(Hold.COUNTED, say_late(each.lag, gauge.plan)))
    fresh = [each.match for each in sightings if each.lag <= gauge.length]
    if not fresh:
        return None, 0
    until = min(now, latest(connection, watched.rule.id) or now)
    usual = gauge.know_usual(connection, until, stands.usual)
    outcome = _decide(connection, watched, replace(stands, usual=usual), gauge.measure(connection, usual, until), now)
    save_volume(connection, database, outcome.stands)
    return outcome.draft, _save(connection, database, outcome, gauge.frame(until), fresh, now)


def _decide(connection: Connection, watched: Watched, stands: Volume, measured: Measured, now: datetime) -> Outcome:
    gauge = watched.gauge
    spike = still_open(stands.spike, measured.until, gauge.length)
    turn = turn_of(measured, gauge.plan.sensitivity, spike)
    reason = say_turn(turn, measured, gauge.plan, gauge.ready_at(connection, measured.until) if turn is Turn.UNKNOWN else now, gauge.zone)
    if turn in (Turn.BEGINS, Turn.GROWS):
        when = tell_when(watched.policy, watched.pace, now, alerted_at=watched.alerted_at)
        if not isinstance(when, Silent):
            return _told(connection, watched, stands, measured, spike, when, now)
        going = spike and replace(spike, seen_at=measured.until)
        return Outcome(replace(stands, spike=going), f"{reason}, not told: {when.text}", held=when.hold)
    if spike and turn is Turn.GOES_ON:
        return Outcome(replace(stands, spike=replace(spike, seen_at=measured.until)), say_part(spike.alert, measured, gauge.plan))
    return Outcome(replace(stands, spike=None), reason)


def _told(
    connection: Connection,
    watched: Watched,
    stands: Volume,
    measured: Measured,
    spike: OpenSpike | None,
    when: Collect | None,
    now: datetime,
) -> Outcome:
    """The spike is told for the first time, or that it grew."""
    subject = f"spike {(spike.opened_at if spike else measured.until).isoformat()}"
    new = OpenSpike(alert_id(watched.rule.id, subject), measured.until, measured.count, measured.until)
    after = told_again(spike, measured) if spike else new
    news = (News(Development.GREW, str(measured.count)),)
    update = Update(after.updates, now, news) if spike else None
    alert = _alert(connection, watched, measured, after, spike.told if spike else None, update, now)
    draft = AlertDraft(alert, subject, channels_for(watched.rule.spec.channels, alert), None, when)
    turn = Turn.GROWS if spike else Turn.BEGINS
    reason = "; ".join((say_turn(turn, measured, watched.gauge.plan, now, watched.gauge.zone), *([say_collect(when)] if when else [])))
    return Outcome(replace(stands, spike=after), reason, say_part(after.alert, measured, watched.gauge.plan), None, draft)


def _alert(
    connection: Connection,
    watched: Watched,
    measured: Measured,
    spike: OpenSpike,
    told: int | None,
    update: Update | None,
    now: datetime,
) -> Alert:
    assert measured.usual is not None, "it stands out from something"
    rule, gauge, usual = watched.rule, watched.gauge, measured.usual
    plan, frame = gauge.plan, gauge.frame(measured.until)
    sighted = list_sighted(connection, frame)
    says = Spike(
        plan.spike, plan.sensitivity, measured.count, round(usual.mean, 2), least_of(usual, plan.sensitivity), usual.basis, usual.periods,
        frame.since, frame.until, gauge.zone.key, told,
    )  # fmt: skip
    shown = _top_stories(connection, rule.workspace, sighted)
    coverage = coverage_of(each.report for each in sighted)
    return Alert(spike.alert, rule.workspace, rule.id, rule.spec.name, now, shown, None, coverage, update, says)


def _top_stories(connection: Connection, workspace: str, sighted: Sequence[SightedArticle]) -> tuple[AlertedArticle, ...]:
    """The first article of each of the stories that most outlets report."""
    places = stories_of(connection, {(workspace, each.report.article) for each in sighted})
    groups = _grouped(sighted, places, workspace)
    ranked = sorted(groups, key=lambda group: (-len({each.report.outlet for each in group}), group[0].report.at, group[0].match))
    firsts = [group[0].match for group in ranked[:TOP_STORIES]]
    return tuple(quote_article(*each) for each in load_matched(connection, firsts))


def _grouped(sighted: Sequence[SightedArticle], places: Mapping[tuple[str, str], str], workspace: str) -> list[list[SightedArticle]]:
    """By story, the earliest report first; an article without one is a story of its own."""
    groups: dict[str, list[SightedArticle]] = {}
    for each in sorted(sighted, key=lambda one: (one.report.at, one.match)):
        article = each.report.article
        groups.setdefault(places.get((workspace, article), article), []).append(each)
    return list(groups.values())


def _save(connection: Connection, database: Database, outcome: Outcome, frame: Frame, fresh: Sequence[str], now: datetime) -> int:
    """Store the message with all that counted, or let what is new join the spike that goes on."""
    going = outcome.stands.spike
    if outcome.draft is None:
        save_fate(connection, fresh, Fate(outcome.held, outcome.reason, going.alert if going else None))
        if going is not None:
            join_spike(connection, database, outcome.stands.workspace, going.alert, fresh, outcome.reason, now)
        return 0
    told = outcome.draft.alert.id
    save_fate(connection, fresh[:-1], Fate(Hold.COUNTED, outcome.others, told))
    digest, due = save_spike(connection, database, outcome.draft, frame, outcome.others, now)
    save_fate(connection, fresh[-1:], Fate(None, outcome.reason, told, digest))
    return due
