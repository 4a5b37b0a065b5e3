"""An article: what users read and rules match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article; title, summary and body are plain text.

    `changed_at` is when its text last changed (first sight counts); `dedup_key` is equal for the same
    page in several feeds; `baseline` marks what a feed's first poll found.
    """

    id: str
    feed: str
    url: str | None
    dedup_key: str
    title: str
    summary: str
    body: str
    author: str
    language: str | None
    source: str
    published_at: datetime | None
    first_seen_at: datetime
    changed_at: datetime
    baseline: bool

    @property
    def fields(self) -> Mapping[str, str]:
        """The matched text by field, in order of weight, and what queries ask of an article beside it; `lede` is the feed's summary."""
        text = {"title": self.title, "lede": self.summary, "body": self.body}
        return {**text, "source": self.source, "author": self.author, "url": self.url or "", "lang": self.language or ""}

    @property
    def day(self) -> date:
        """The day it tells of, in UTC: when it was published, else when it came."""
        return (self.published_at or self.first_seen_at).date()
