"""Who reports a story, as the API shows it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from service.api.forms import View
from service.domain.coverage import Coverage


class ReportView(View):
    """An outlet's first article about the story."""

    article: str
    source: str = Field(description="the outlet, as its feed calls itself")
    title: str
    url: str | None
    language: str | None
    at: datetime = Field(description="when it was published, or first seen where the feed does not say")
    credits: list[str] = Field(description="the agencies whose text it says it prints")


class CoverageView(View):
    """Who reports the story."""

    articles: int
    outlets: int = Field(description="each counted once; at most 200")
    independent: int = Field(description="those that print the same agency's text, or under the same headline, count as one")
    languages: list[str]
    first: ReportView = Field(description="who published first")
    last_at: datetime = Field(description="when the latest article was published")
    spread_seconds: int = Field(description="from the first outlet's report to the latest outlet's first")
    reports: list[ReportView] = Field(description="each outlet's first, the earliest first")


def view_coverage(coverage: Coverage) -> CoverageView:
    """The coverage of at least one article."""
    return CoverageView(
        articles=coverage.articles,
        outlets=coverage.outlets,
        independent=coverage.independent,
        languages=list(coverage.languages),
        first=ReportView.model_validate(coverage.first),
        last_at=coverage.last_at or coverage.first.at,
        spread_seconds=int(coverage.spread.total_seconds()),
        reports=[ReportView.model_validate(report) for report in coverage.reports],
    )
