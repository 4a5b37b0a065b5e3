"""Who reports a story: the outlets, in the order in which they did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from service.domain.articles import Article

MOST_OUTLETS = 200  # that are kept of a story; more are no longer told apart
TITLE = 300  # characters of a headline that are kept
_PREFIXES = ("www.", "m.", "amp.", "mobile.", "edition.", "rss.", "feeds.", "news.")


@dataclass(frozen=True, slots=True)
class Report:
    """An outlet's first article about a story. `at` is when it was published, or first seen where nobody says.

    `outlet` is what tells outlets apart; `source` what its feed calls itself; `credits` the agencies whose text it prints.
    """

    outlet: str
    source: str
    article: str
    title: str
    url: str | None
    language: str | None
    at: datetime
    credits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many articles there are, each outlet's first report, the earliest first, and the languages of all.

    `last_at` is when the latest article was published.
    """

    articles: int = 0
    reports: tuple[Report, ...] = ()
    languages: tuple[str, ...] = ()
    last_at: datetime | None = None

    @property
    def outlets(self) -> int:
        """How many report it."""
        return len(self.reports)

    @property
    def independent(self) -> int:
        """How many report on their own: those that print the same agency's text, or under the same headline, count as one."""
        voices: dict[str, str] = {}  # by headline
        for report in self.reports:
            voices.setdefault(" ".join(report.title.casefold().split()), min(report.credits, default=report.outlet))
        return len({*voices.values()})

    @property
    def first(self) -> Report:
        """Who published first."""
        return self.reports[0]

    @property
    def spread(self) -> timedelta:
        """From the first outlet's report to the latest outlet's first."""
        return self.reports[-1].at - self.reports[0].at

    def with_report(self, report: Report) -> Coverage:
        """The coverage with one article more."""
        languages = {*self.languages, report.language} if report.language else {*self.languages}
        kept = {each.outlet: each for each in self.reports}
        known = kept.get(report.outlet)
        if known is None or _order(report) < _order(known):
            kept[report.outlet] = report
        reports = tuple(sorted(kept.values(), key=_order)[:MOST_OUTLETS])
        last_at = max(self.last_at or report.at, report.at)
        return replace(self, articles=self.articles + 1, reports=reports, languages=tuple(sorted(languages)), last_at=last_at)

    def with_coverage(self, other: Coverage) -> Coverage:
        """The coverage with all of another's articles, none of which it has."""
        both = self
        for report in other.reports:
            both = both.with_report(report)
        languages = tuple(sorted({*self.languages, *other.languages}))
        last_at = max((each for each in (self.last_at, other.last_at) if each), default=None)
        return replace(both, articles=self.articles + other.articles, languages=languages, last_at=last_at)


NOBODY = Coverage()


def coverage_of(reports: Iterable[Report]) -> Coverage:
    """The coverage by these articles, in any order."""
    coverage = NOBODY
    for report in reports:
        coverage = coverage.with_report(report)
    return coverage


def report_of(article: Article, credits: Iterable[str] = ()) -> Report:  # noqa: A002  # the journalist's word for it
    """The article as a report."""
    at = article.published_at or article.first_seen_at
    return Report(
        outlet_of(article), article.source, article.id, article.title[:TITLE], article.url, article.language, at, tuple(sorted(credits))
    )


def outlet_of(article: Article) -> str:
    """What tells an article's outlet from others: the host of its page, or its feed's name where it has none.

    An outlet has many feeds, each with a name of its own, and one host.
    """
    host = host_of(article.url)
    for prefix in _PREFIXES:
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
    return host or article.source.casefold()


def host_of(url: str | None) -> str:
    """The host of an address, in small letters; empty where it has none."""
    try:
        return (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:  # brackets that are no IPv6 address
        return ""


def _order(report: Report) -> tuple[datetime, str]:
    return report.at, report.article
