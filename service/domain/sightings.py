"""A match of a rule that alerts on volume, as it is counted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.articles import Article
from service.domain.coverage import Report

OUTLET = 200  # characters of an outlet's name that are kept


@dataclass(frozen=True, slots=True)
class Sighting:
    """What tells independent outlets apart: as `Coverage.independent` says.

    `at` is when the article came, or came to read as it does; `lag` how long after its publication it came. `voice` is the agency whose
    text it prints, else its outlet; `headline` is the headline's hash.
    """

    match: str
    workspace: str
    rule: str
    at: datetime
    lag: timedelta
    outlet: str
    voice: str
    headline: str


def sighting_of(match: str, workspace: str, rule: str, article: Article, report: Report) -> Sighting:
    """The article, whose report this is, as a sighting."""
    outlet = report.outlet[:OUTLET]
    voice = min(report.credits, default=outlet)
    lag = max(timedelta(0), article.first_seen_at - (article.published_at or article.first_seen_at))
    return Sighting(match, workspace, rule, article.changed_at, lag, outlet, voice, _hash(report.title))


def _hash(title: str) -> str:
    folded = " ".join(title.casefold().split())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:16]
