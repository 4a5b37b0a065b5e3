"""Silences: for some time nothing is told of certain actors, outlets or rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.articles import Article
from service.domain.coverage import outlet_of
from service.domain.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Silence:
    """Holds the matches that have one of the `actors`, one of the `sources` and one of the `rules`; none: any will do.

    Actors by their name in the rule, the term or the words that were found; sources by what they call themselves, by the host of the
    article, or by the id of the feed.
    """

    id: str
    workspace: str
    comment: str
    actors: tuple[str, ...]
    sources: tuple[str, ...]
    rules: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    created_by: str

    def holds_at(self, now: datetime) -> bool:
        """Whether it has begun and not ended."""
        return self.starts_at <= now < self.ends_at


def silence_of(
    silences: Sequence[Silence], rule: str, article: Article, actors: Collection[str], evidence: Sequence[Evidence], now: datetime
) -> Silence | None:
    """The first of the silences under which the match of this rule is; `actors` of the rule are named by the evidence."""
    named = {_fold(each) for each in actors} | {_fold(text) for found in evidence if _of_actor(found) for text in (found.term, found.text)}
    source = {_fold(article.source), _fold(outlet_of(article)), _fold(article.feed)}
    for each in silences:
        if each.holds_at(now) and _has(each.actors, named) and _has(each.sources, source) and _has(each.rules, {_fold(rule)}):
            return each
    return None


def say_silence(silence: Silence) -> str:
    """The silence in a few words, with what was said of it."""
    return f"silenced by {silence.id}" + (f': "{silence.comment}"' if silence.comment else "")


def _of_actor(found: Evidence) -> bool:
    return found.part.startswith("/actors/") or found.part == "/query"


def _has(wanted: Collection[str], there: Collection[str]) -> bool:
    return not wanted or any(_fold(each) in there for each in wanted)


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
