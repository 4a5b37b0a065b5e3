"""Who reports a story, as people are shown it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.delivery.shown_text import clean_text, safe_link, say_duration, shorten
from service.domain.alerts import Alert
from service.domain.coverage import Coverage, Report
from service.domain.local_time import say_moment

MAX_REPORTS = 8  # outlets that one message names
MAX_TITLE = 200  # characters of what each of them writes


@dataclass(frozen=True, slots=True)
class ShownReport:
    """An outlet's first article; every text is cleaned, `link` is http(s) or None."""

    source: str
    title: str
    link: str | None
    time: str
    language: str | None


@dataclass(frozen=True, slots=True)
class ShownCoverage:
    """In a sentence, then outlet by outlet; `more` are not shown."""

    summary: str
    reports: tuple[ShownReport, ...]
    more: int


def show_coverage(alert: Alert, zone: ZoneInfo) -> ShownCoverage | None:
    """Who reports the story; None where that is the article shown alone."""
    coverage = alert.coverage
    if coverage is None or coverage.outlets < 2:
        return None
    shown = {article.id for article in alert.articles}
    others = [report for report in coverage.reports if report.article not in shown]
    return ShownCoverage(_say(coverage, zone), tuple(_show(each, zone) for each in others[:MAX_REPORTS]), max(0, len(others) - MAX_REPORTS))


def say_coverage(alert: Alert, zone: ZoneInfo) -> str | None:
    """Who reports the story, in a sentence or two; None where that is one outlet."""
    coverage = alert.coverage
    if coverage is None or coverage.outlets < 2:
        return None
    shown = alert.articles[0].source
    others = [clean_text(report.source, 60) for report in coverage.reports if report.source != shown]
    return f"{_say(coverage, zone)}. Also in: {', '.join(dict.fromkeys(others[:MAX_REPORTS]))}" + (
        " ..." if len(others) > MAX_REPORTS else ""
    )


def _say(coverage: Coverage, zone: ZoneInfo) -> str:
    independent = f" ({coverage.independent} independent)" if coverage.independent < coverage.outlets else ""
    languages = f" in {len(coverage.languages)} languages ({', '.join(coverage.languages[:8])})" if len(coverage.languages) > 1 else ""
    first = clean_text(coverage.first.source, 60)
    return (
        f"Reported by {coverage.outlets} outlets{independent}{languages}, first by {first}, {say_moment(coverage.first.at, zone)}; "
        f"spread in {say_duration(coverage.spread)}"
    )


def _show(report: Report, zone: ZoneInfo) -> ShownReport:
    title = shorten(clean_text(report.title).strip(), MAX_TITLE) or "(no title)"
    return ShownReport(clean_text(report.source, 60), title, safe_link(report.url), say_moment(report.at, zone), report.language)
