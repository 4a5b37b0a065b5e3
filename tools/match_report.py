"""The report on the matching: what each level of it is worth on an exam, and what it tells of a stream. Values, and their JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from service.domain.languages import canonical_language
from service.domain.rules import Precision
from tools.exam import Exam, Pair, labels_of
from tools.match_quality import WEAK, Counts, Overall, Quality, Rates, overall, quality_by
from tools.replay import Alerts, Estimate, Stream, alerts_of, estimate, stream_of

Level = Literal["words", "meaning"]


@dataclass(frozen=True, slots=True)
class Run:
    """What every rule told of every article, at one precision."""

    level: Level
    precision: Precision
    told: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class LevelReport:
    """By words alone, or with meaning: all precisions in all, and balanced rules one by one, by language, and as a stream."""

    level: Level
    precisions: Mapping[Precision, Overall]
    rules: Mapping[str, Quality]
    languages: Mapping[str, Quality]
    alerts: Mapping[Precision, Alerts]
    rule_alerts: Mapping[str, Alerts]
    estimates: Mapping[Precision, Estimate]  # of the false ones among the alerts, where a sample was judged

    @property
    def weak(self) -> Mapping[str, float]:
        """The rules whose F1 lies low where label 1 or 2 is wanted, the lowest first."""
        found = {rule: quality.comes_up.rates.f1 for rule, quality in self.rules.items()}
        return {rule: f1 for rule, f1 in sorted(found.items(), key=lambda each: each[1]) if f1 < WEAK}


@dataclass(frozen=True, slots=True)
class Report:
    """`lacking`: judgements whose article is not in the corpus; `left_out`: those with an excluded term in the body."""

    stream: Stream
    judged: int
    lacking: int
    left_out: int
    levels: tuple[LevelReport, ...]


def make_report(exam: Exam, runs: Sequence[Run], sampled: Mapping[Pair, int]) -> Report:
    """What the runs are worth. `sampled`: labels of some of the `unjudged` alerts."""
    labels = labels_of(exam)
    levels: dict[Level, list[Run]] = {}
    for run in runs:
        levels.setdefault(run.level, []).append(run)
    reports = tuple(_level(exam, level, of_level, labels, sampled) for level, of_level in levels.items())
    return Report(stream_of(exam.articles.values()), len(labels), exam.lacking, len(exam.judgements) - len(labels), reports)


def unjudged(exam: Exam, runs: Sequence[Run]) -> frozenset[Pair]:
    """The alerts of any run in the stream that the exam does not judge."""
    every: frozenset[Pair] = frozenset().union(*(run.told for run in runs))
    return _dated(exam, every) - set(labels_of(exam))


def _level(exam: Exam, level: Level, runs: Sequence[Run], labels: Mapping[Pair, int], sampled: Mapping[Pair, int]) -> LevelReport:
    balanced = next(run.told for run in runs if run.precision == "balanced")
    dated = {run.precision: _dated(exam, run.told) for run in runs}
    alerts = {precision: alerts_of(told, labels) for precision, told in dated.items()}
    estimates = {precision: estimate(alerts[precision], told - set(labels), sampled) for precision, told in dated.items()}
    return LevelReport(
        level,
        {run.precision: overall(run.told, labels) for run in runs},
        quality_by(lambda pair: pair[0], balanced, labels),
        quality_by(lambda pair: canonical_language(exam.articles[pair[1]].lang or "") or "unknown", balanced, labels),
        alerts,
        {rule: alerts_of((pair for pair in dated["balanced"] if pair[0] == rule), labels) for rule in exam.rules},
        {precision: each for precision, each in estimates.items() if each},
    )


def _dated(exam: Exam, told: Collection[Pair]) -> frozenset[Pair]:
    return frozenset(pair for pair in told if exam.articles[pair[1]].day)


def render_report(report: Report) -> dict[str, Any]:
    """The report as JSON has it; shares have four decimals."""
    return {
        "judged": report.judged,
        "lacking": report.lacking,
        "left_out": report.left_out,
        "stream": asdict(report.stream),
        "levels": {each.level: _render_level(each, report.stream) for each in report.levels},
    }


def _render_level(level: LevelReport, stream: Stream) -> dict[str, Any]:
    return {
        "precisions": {precision: _render_overall(each) for precision, each in level.precisions.items()},
        "rules": {rule: _render_quality(each) for rule, each in level.rules.items()},
        "languages": {language: _render_quality(each) for language, each in level.languages.items()},
        "weak": {rule: round(f1, 4) for rule, f1 in level.weak.items()},
        "replay": {precision: _render_alerts(each, stream) for precision, each in level.alerts.items()},
        "replay_by_rule": {rule: asdict(each) for rule, each in level.rule_alerts.items()},
        "estimates": {precision: _render_estimate(each, stream) for precision, each in level.estimates.items()},
    }


def _render_overall(each: Overall) -> dict[str, Any]:
    macro = {"comes_up": _render_rates(each.comes_up), "is_about": _render_rates(each.is_about)}
    return {"micro": _render_quality(each.quality), "macro": macro}


def _render_quality(quality: Quality) -> dict[str, Any]:
    labels = {"comes_up": _render_counts(quality.comes_up), "is_about": _render_counts(quality.is_about)}
    return {"judged": quality.judged, **labels, "unwanted": quality.unwanted, "false_alarms": quality.false_alarms}


def _render_counts(counts: Counts) -> dict[str, float]:
    return {**asdict(counts), **_render_rates(counts.rates)}


def _render_rates(rates: Rates) -> dict[str, float]:
    return {name: round(value, 4) for name, value in rates._asdict().items()}


def _render_alerts(alerts: Alerts, stream: Stream) -> dict[str, Any]:
    bounds = {"least": alerts.false, "most": alerts.false + alerts.unjudged}
    counts = {"alerts": alerts.all, **{f"false_{name}": count for name, count in bounds.items()}}
    a_day = {name: round(stream.a_day(count), 4) for name, count in counts.items()}
    return {**asdict(alerts), "a_day": a_day, "per_thousand_articles": {n: round(stream.per_thousand(c), 4) for n, c in counts.items()}}


def _render_estimate(found: Estimate, stream: Stream) -> dict[str, Any]:
    each = {"false": found.false, "error": found.error}
    a_day = {name: round(stream.a_day(count), 4) for name, count in each.items()}
    return {**asdict(found), "a_day": a_day, "per_thousand_articles": {n: round(stream.per_thousand(c), 4) for n, c in each.items()}}
