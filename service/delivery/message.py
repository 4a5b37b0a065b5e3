"""What a webhook's body says of a delivery: the payload that receivers program against."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from service.delivery.channel_notice import render_channel_data
from service.delivery.feed_notice import render_notice_data
from service.delivery.payload_text import in_utc, speakable
from service.domain.alerts import Alert, AlertedArticle, Passage, Update
from service.domain.coverage import Coverage, Report
from service.domain.deliveries import DeliveryToSend
from service.domain.developments import News, say
from service.domain.digests import Digest
from service.domain.evidence import Evidence, Scores
from service.domain.spike_words import say_comparison, say_spike
from service.domain.spikes import Spike

MAX_BYTES = 20_000  # Standard Webhooks: a payload is smaller than 20 kB
MAX_REPORTS = 20  # outlets named in one message
TEST_TEXT = "This is a test message from Wirewatch. The channel works."

Payload = dict[str, Any]


def render_body(delivery: DeliveryToSend, feedback_url: str | None = None) -> bytes:
    """The payload as compact ASCII JSON: the same bytes at every attempt, always under 20 kB.

    `feedback_url` is the page on which a reader of the alert can say whether it was relevant, where there is one.

    `type` is "alert.created", "alert.updated", "digest.created", "feed.failing" and its siblings, "channel.disabled", or "test";
    `timestamp` is when the delivery was created (ISO 8601, UTC). `data` of an alert:

    - `id`, `created_at` of the alert; `rule`: its `id` and `name`; `story`: its id, or null
    - `update`: null, or of an update its `number`, `created_at` and `news`, each with `kind`, `what` and a `text` for people
    - `coverage`: who reports the story (or null): numbers of `articles`, `outlets` and `independent` ones, `languages`, the
      `first` report, `spread_seconds` from it to the latest outlet's, and the `reports`, each outlet's first
    - `spike`: null, or of a rule that alerts on volume its numbers: `count` independent outlets from `since` to `until` in the `window`
      ("hour", "day"), beside what is `usual`, and more; `text` and `comparison` say it to people
    - `articles`: those that the message is about, each with `id`, `title`, `url` (or null), `source`, `published_at` (or null),
      `first_seen_at`, `language` (ISO 639, or null), `scores` (`comes_up` and `is_about`, probabilities; or null), and
        - `passages`: `field` ("title", "lede", "body"), `text`, `highlights` as [start, end) offsets into `text`
        - `evidence`: `part` of the rule ("/actors/0"), its `term`, and where: `field`, `start`, `end`, `text`
    - `feedback_url`: for people: the page that asks whether the alert was relevant; null where there is none, and in a digest
    - `truncated`: true where something was left out to stay under 20 kB; the API has the whole alert.

    `data` of a digest: `id`, `created_at`, its `kind` ("digest", "quiet_hours", "group_wait", "cap", "budget"), `since` when it collects,
    its `rule` (or null: it is about several), the `count` of alerts, and the `alerts`, each as above; most reported first, none if it is
    empty. Where there is too much, each tells less, and the last are left out.

    `data` of a feed's message: see `render_notice_data`; of a channel's: `render_channel_data`.

    `data` of a test message has `message` and `channel` (`id`, `name`). Offsets count Unicode code points.
    """
    kind, renditions = _say(delivery, feedback_url)
    frame = {"type": kind, "timestamp": in_utc(delivery.created_at)}
    bodies = (_to_json({**frame, "data": data}) for data in renditions)
    return next(body for body in bodies if len(body) < MAX_BYTES)


def _say(delivery: DeliveryToSend, feedback_url: str | None) -> tuple[str, Iterable[Payload]]:
    """The message's type, and its data ever shorter."""
    if delivery.notice is not None:
        return delivery.notice.kind, (render_notice_data(delivery.notice),)
    if delivery.channel_notice is not None:
        return str(delivery.channel_notice.kind), (render_channel_data(delivery.channel_notice),)
    if delivery.digest is not None:
        return "digest.created", _digest_renditions(delivery.digest)
    if delivery.alert is not None:
        return "alert.updated" if delivery.alert.update else "alert.created", _renditions(delivery.alert, feedback_url)
    return "test", (_test_data(delivery),)


def _test_data(delivery: DeliveryToSend) -> Payload:
    channel = delivery.channel
    return {"message": TEST_TEXT, "channel": {"id": channel.id, "name": speakable(channel.name, 200)}}


def _renditions(alert: Alert, feedback_url: str | None = None) -> Iterator[Payload]:
    """The alert ever shorter: without evidence, without passages, with short texts, with fewer articles.

    The last has one article with short texts, at most 17 kB in the worst of scripts.
    """
    return ({**data, "feedback_url": feedback_url} for data in _alert_renditions(alert))


def _alert_renditions(alert: Alert) -> Iterator[Payload]:
    full = [_article(article) for article in alert.articles]
    yield _alert_data(alert, full, truncated=False)
    yield _alert_data(alert, [{**article, "evidence": []} for article in full], truncated=True)
    yield _alert_data(alert, [{**article, "evidence": [], "passages": []} for article in full], truncated=True)
    kept = len(full)
    while kept:
        yield _alert_data(alert, [_short(article) for article in alert.articles[:kept]], truncated=True, short=True)
        kept //= 2


def _digest_renditions(digest: Digest) -> Iterator[Payload]:
    """The digest ever shorter: each alert without evidence, without passages, with short texts, then fewer alerts, and at last none."""
    shorter = [tuple(_renditions(alert)) for alert in digest.alerts]
    for step in range(4):
        yield _digest_data(digest, [each[step] for each in shorter])
    kept = len(shorter)
    while kept:
        yield _digest_data(digest, [each[-1] for each in shorter[:kept]])
        kept //= 2
    yield _digest_data(digest, [])


def _digest_data(digest: Digest, alerts: list[Payload]) -> Payload:
    rule = {"id": digest.rule, "name": speakable(digest.rule_name or "", 200)} if digest.rule else None
    return {
        "id": digest.id,
        "created_at": in_utc(digest.created_at),
        "kind": digest.kind,
        "since": in_utc(digest.since),
        "rule": rule,
        "count": digest.count,
        "alerts": alerts,
        "truncated": len(alerts) < digest.count or any(each["truncated"] for each in alerts),
    }


def _alert_data(alert: Alert, articles: list[Payload], *, truncated: bool, short: bool = False) -> Payload:
    return {
        "id": alert.id,
        "created_at": in_utc(alert.created_at),
        "rule": {"id": alert.rule, "name": speakable(alert.rule_name, 200)},
        "story": alert.story,
        "update": alert.update and _update(alert.update, short=short),
        "coverage": alert.coverage and _coverage(alert.coverage, short=short),
        "spike": alert.spike and _spike(alert.spike),
        "articles": articles,
        "truncated": truncated,
    }


def _spike(spike: Spike) -> Payload:
    return {
        "window": spike.window,
        "sensitivity": spike.sensitivity,
        "count": spike.count,
        "usual": spike.usual,
        "times": spike.times and round(spike.times, 1),
        "least": spike.least,
        "told": spike.told,
        "basis": spike.basis,
        "periods": spike.periods,
        "since": in_utc(spike.since),
        "until": in_utc(spike.until),
        "timezone": spike.zone,
        "later": spike.later and {"count": spike.later.count, "until": in_utc(spike.later.until)},
        "text": say_spike(spike),
        "comparison": say_comparison(spike),
    }


def _update(update: Update, *, short: bool) -> Payload:
    news = update.news[:3] if short else update.news
    return {"number": update.number, "created_at": in_utc(update.created_at), "news": [_news(each, 60 if short else 300) for each in news]}


def _news(news: News, limit: int) -> Payload:
    return {"kind": news.kind, "what": speakable(news.what, limit), "text": speakable(say(news), limit + 20)}


def _coverage(coverage: Coverage, *, short: bool) -> Payload:
    return {
        "articles": coverage.articles,
        "outlets": coverage.outlets,
        "independent": coverage.independent,
        "languages": [speakable(language, 35) for language in coverage.languages[:20]],
        "first": _report(coverage.first, short=short),
        "spread_seconds": int(coverage.spread.total_seconds()),
        "reports": [] if short else [_report(report) for report in coverage.reports[:MAX_REPORTS]],
    }


def _report(report: Report, *, short: bool = False) -> Payload:
    return {
        "article": report.article,
        "source": speakable(report.source, 100),
        "title": speakable(report.title, 100 if short else 300),
        "url": None if short or not report.url or len(report.url) > 2_000 else speakable(report.url),
        "language": report.language and speakable(report.language, 35),
        "at": in_utc(report.at),
        "credits": [] if short else [speakable(name, 100) for name in report.credits[:3]],
    }


def _article(article: AlertedArticle) -> Payload:
    return {
        "id": article.id,
        "title": speakable(article.title),
        "url": article.url and speakable(article.url),
        "source": speakable(article.source),
        "published_at": article.published_at and in_utc(article.published_at),
        "first_seen_at": in_utc(article.first_seen_at),
        "language": article.language and speakable(article.language, 35),
        "scores": article.scores and _scores(article.scores),
        "passages": [_passage(passage) for passage in article.passages],
        "evidence": [_evidence(found) for found in article.evidence],
    }


def _short(article: AlertedArticle) -> Payload:
    whole = _article(article)
    url = whole["url"]
    return {
        **whole,
        "title": whole["title"][:200],
        "source": whole["source"][:100],
        "url": url if url and len(_to_json(url)) <= 2_000 else None,  # half a URL leads elsewhere
        "passages": [],
        "evidence": [],
    }


def _passage(passage: Passage) -> Payload:
    return {"field": passage.field, "text": speakable(passage.text), "highlights": [list(span) for span in passage.highlights]}


def _scores(scores: Scores) -> Payload:
    return {"comes_up": scores.comes_up, "is_about": scores.is_about}


def _evidence(found: Evidence) -> Payload:
    return {
        "part": found.part,
        "term": speakable(found.term),
        "field": found.field,
        "start": found.start,
        "end": found.end,
        "text": speakable(found.text),
    }


def _to_json(value: Any) -> bytes:
    # ASCII with escapes: whatever a feed's title holds, these bytes can be encoded, signed and logged.
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
