"""The report on the matching as tables on a screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from service.cli.screen import Screen, counted, printable
from tools.exam import Exam
from tools.match_quality import WEAK, Counts, Quality, Rates
from tools.match_report import LevelReport, Report
from tools.replay import Alerts, Stream

_NAMES = {"words": "by words alone", "meaning": "with meaning"}
_RATES = tuple(f"{rate} {label}" for label in ("≥1", "=2") for rate in ("P", "R", "F"))
_STREAM = ("in all", "label 2", "label 1", "label 0", "not judged", "a day", "false a day", "per 1,000 articles", "false per 1,000")


def show_report(screen: Screen, exam: Exam, report: Report) -> None:
    """Everything, level by level; ≥1: both labels are wanted, =2: only label 2 is."""
    left = f", {report.left_out} left out for an excluded term in the body" if report.left_out else ""
    lacking = f", {report.lacking} not in the corpus" if report.lacking else ""
    screen.say(f"{counted(len(exam.rules), 'rule')}, {counted(report.judged, 'judged pair')}{left}{lacking}")
    for level in report.levels:
        _say_title(screen, f"Rules, balanced, {_NAMES[level.level]}")
        screen.show(_rules(exam, level))
        weak = ", ".join(f"{printable(rule)} {f1:.2f}" for rule, f1 in level.weak.items())
        screen.say(f"F1 at ≥1 below {WEAK}: {weak or 'none'}", "yellow" if weak else "")
        _say_title(screen, f"Languages, balanced, {_NAMES[level.level]}")
        screen.show(_languages(level))
    _say_title(screen, "All judged pairs")
    screen.show(_precisions(report.levels))
    _show_stream(screen, report)


def _say_title(screen: Screen, title: str) -> None:
    screen.say()
    screen.say(title, "bold")


def _table(texts: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(*texts, *numbers, box=None, pad_edge=False)
    for column in table.columns[len(texts) :]:
        column.justify = "right"
    return table


def _rules(exam: Exam, level: LevelReport) -> Table:
    table = _table(("rule", "name"), ("judged", *_RATES))
    for rule, quality in level.rules.items():
        table.add_row(printable(rule), printable(exam.rules[rule].spec.name), str(quality.judged), *_both(quality))
    balanced = level.precisions["balanced"]
    table.add_row("micro", "", str(balanced.quality.judged), *_both(balanced.quality), style="bold")
    table.add_row("macro", "", "", *_shares(balanced.comes_up), *_shares(balanced.is_about), style="bold")
    return table


def _languages(level: LevelReport) -> Table:
    table = _table(("language",), ("judged", "recall =2", "recall ≥1", "false alarms"))
    for language, quality in sorted(level.languages.items(), key=lambda each: -each[1].judged):
        told = _told(quality.is_about), _told(quality.comes_up), f"{quality.false_alarms}/{quality.unwanted}"
        table.add_row(printable(language), str(quality.judged), *told)
    return table


def _precisions(levels: Sequence[LevelReport]) -> Table:
    table = _table(("level", "precision", "mean"), _RATES)
    for level in levels:
        for precision, each in level.precisions.items():
            table.add_row(level.level, precision, "micro", *_both(each.quality))
            table.add_row("", "", "macro", *_shares(each.comes_up), *_shares(each.is_about), style="dim")
    return table


def _show_stream(screen: Screen, report: Report) -> None:
    stream = report.stream
    undated = f"; {stream.undated:,} without a date are not in it" if stream.undated else ""
    _say_title(screen, "The corpus as a stream, one alert a match")
    screen.say(f"{counted(stream.articles, 'article')} on {counted(stream.days, 'day')}{undated}. Not judged may be false or not.")
    table = _table(("level", "precision"), _STREAM)
    for level in report.levels:
        for precision, alerts in level.alerts.items():
            table.add_row(level.level, precision, *_stream_row(alerts, stream))
    screen.show(table)
    if any(level.estimates for level in report.levels):
        _say_title(screen, "False alerts, by the sample that was judged, give or take one standard error")
        screen.show(_estimates(report))
    for level in report.levels:
        _say_title(screen, f"Alerts by rule, balanced, {_NAMES[level.level]}")
        screen.show(_rule_alerts(level))


def _stream_row(alerts: Alerts, stream: Stream) -> Sequence[str]:
    counts = alerts.all, alerts.is_about, alerts.comes_up, alerts.false, alerts.unjudged
    least, most = alerts.false, alerts.false + alerts.unjudged
    a_day = f"{stream.a_day(alerts.all):.2f}", f"{stream.a_day(least):.2f}-{stream.a_day(most):.2f}"
    thousand = f"{stream.per_thousand(alerts.all):.1f}", f"{stream.per_thousand(least):.1f}-{stream.per_thousand(most):.1f}"
    return [*(f"{each:,}" for each in counts), *a_day, *thousand]


def _rule_alerts(level: LevelReport) -> Table:
    table = _table(("rule",), _STREAM[:5])
    for rule, each in level.rule_alerts.items():
        table.add_row(printable(rule), *(f"{count:,}" for count in (each.all, each.is_about, each.comes_up, each.false, each.unjudged)))
    return table


def _estimates(report: Report) -> Table:
    table = _table(("level", "precision"), ("sampled", "false of them", "false in all", "a day", "per 1,000 articles"))
    for level in report.levels:
        for precision, each in level.estimates.items():
            a_day = f"{report.stream.a_day(each.false):.2f} ± {report.stream.a_day(each.error):.2f}"
            thousand = f"{report.stream.per_thousand(each.false):.1f} ± {report.stream.per_thousand(each.error):.1f}"
            counts = f"{each.sampled:,}", f"{each.false_in_sample:,}", f"{each.false:.1f} ± {each.error:.1f}"
            table.add_row(level.level, precision, *counts, a_day, thousand)
    return table


def _both(quality: Quality) -> Sequence[str]:
    return [*_shares(quality.comes_up.rates), *_shares(quality.is_about.rates)]


def _shares(rates: Rates) -> Sequence[str]:
    return [f"{rate:.3f}" for rate in rates]


def _told(counts: Counts) -> str:
    return f"{counts.right}/{counts.wanted}"
