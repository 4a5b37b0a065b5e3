"""What an alert says, and each of its updates: frozen when it is raised, so that every attempt to deliver it says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.domain.articles import Article
from service.domain.coverage import Coverage
from service.domain.developments import News
from service.domain.evidence import Evidence, Scores
from service.domain.spikes import Spike

PASSAGE = 320  # characters of a field that an alert quotes


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article with the words to highlight: (start, end) offsets into `text`, sorted, disjoint."""

    field: str
    text: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class AlertedArticle:
    """What an alert says of one article; the first passage is the title. Alerts raised before scores were kept have none."""

    id: str
    title: str
    url: str | None
    source: str
    published_at: datetime | None
    first_seen_at: datetime
    language: str | None
    passages: tuple[Passage, ...]
    evidence: tuple[Evidence, ...]
    scores: Scores | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """What makes an update of an alert: its number, from 1, and what is new by it."""

    number: int
    created_at: datetime
    news: tuple[News, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """What we tell somebody. `id` never changes between attempts or restarts.

    `story` is what it is about and `coverage` who reported that when it was raised; alerts raised before there were
    stories have neither. In an update of the alert, `update` says what is new, and `articles` and `coverage` are as of then.
    With a `spike` it is about a volume: `articles` has one of each of the top stories, and `coverage` is of all that was counted.
    `held` is the kind of digest that it waited in, where it came out of that as the one message that it is.
    """

    id: str
    workspace: str
    rule: str
    rule_name: str
    created_at: datetime
    articles: tuple[AlertedArticle, ...]
    story: str | None = None
    coverage: Coverage | None = None
    update: Update | None = None
    spike: Spike | None = None
    held: str | None = None


def quote_article(article: Article, evidence: tuple[Evidence, ...], scores: Scores | None = None) -> AlertedArticle:
    """The part of an article that an alert shows: its title, its lede, and the body where the evidence is there only."""
    passages = [_passage("title", article.title, evidence, limit=1000)]
    if article.summary:
        passages.append(_passage("lede", article.summary, evidence))
    if any(found.field == "body" for found in evidence):
        passages.append(_passage("body", article.body, evidence))
    return AlertedArticle(
        article.id, article.title, article.url, article.source, article.published_at,
        article.first_seen_at, article.language, tuple(passages), evidence, scores,
    )  # fmt: skip


def _passage(field: str, text: str, evidence: tuple[Evidence, ...], limit: int = PASSAGE) -> Passage:
    """Cut `text` to a window that begins at its start, or a little before the first highlight that would fall outside."""
    spans = sorted((found.start, found.end) for found in evidence if found.field == field)
    begin = 0
    if spans and spans[0][1] > limit:
        begin = text.rfind(" ", 0, max(1, spans[0][0] - limit // 3)) + 1
    end = min(len(text), begin + limit)
    shown = _disjoint((max(s, begin), min(e, end)) for s, e in spans if s < end and e > begin)
    head, tail = ("… " if begin else ""), (" …" if end < len(text) else "")
    shift = len(head) - begin
    return Passage(field, head + text[begin:end] + tail, tuple((s + shift, e + shift) for s, e in shown))


def _disjoint(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
