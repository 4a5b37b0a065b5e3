"""What a delivery says, in words for people and in no markup: the one source of chat messages and of templates' values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from service.delivery.channel_notice import advice_on_channel
from service.delivery.digest_words import digest_subject, say_digest
from service.delivery.feed_notice import advice_on_feed, headline_of, lines_of, subject_of
from service.delivery.message import TEST_TEXT
from service.delivery.shown_coverage import ShownCoverage, show_coverage
from service.delivery.shown_text import clean_text, safe_link
from service.domain.alerts import Alert, AlertedArticle
from service.domain.channel_notices import ChannelNotice
from service.domain.deliveries import DeliveryToSend
from service.domain.developments import say
from service.domain.digests import Digest, DigestKind
from service.domain.feed_notices import FeedNotice
from service.domain.local_time import say_moment
from service.domain.spike_words import say_comparison, say_dated, say_headline, say_spike

MAX_ITEMS = 20  # articles that one message names
MAX_TITLE = 300
MAX_NEWS = 12
MAX_TERMS = 12  # that say why
NO_TITLE = "(no title)"
_WHY_HELD: Mapping[str, str] = MappingProxyType(
    {DigestKind.QUIET_HOURS: "held by quiet hours", DigestKind.GROUP_WAIT: "waited for others of this rule"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """An article; every text is clean and on one line, `link` is http(s) or None. `why`: what matched; `language`: of its texts."""

    title: str
    link: str | None
    source: str
    time: str
    why: str
    passages: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """A message: its `subject` on one line, then what there is of the rest.

    `event` as in webhooks; `about` is what later messages of the same matter share; `spike` is the numbers of one; `notes` are plain
    sentences.
    """

    event: str
    about: str
    subject: str
    channel: str
    rule: str = ""
    news: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    more: int = 0
    coverage: ShownCoverage | None = None
    outlets: int = 0
    spike: str = ""
    notes: tuple[str, ...] = field(default=())


def tell(delivery: DeliveryToSend) -> Telling:
    """What a delivery says, the same at every attempt."""
    channel = clean_text(delivery.channel.name, 200)
    if delivery.notice is not None:
        return _tell_notice(delivery.notice, channel)
    if delivery.channel_notice is not None:
        return _tell_channel(delivery.channel_notice, channel)
    if delivery.digest is not None:
        return _tell_digest(delivery.digest, channel, delivery.zone)
    if delivery.alert is not None:
        return tell_alert(delivery.alert, channel, delivery.zone)
    return Telling("test", delivery.id, "Wirewatch: this channel works", channel, notes=(TEST_TEXT,))


def tell_alert(alert: Alert, channel: str, zone: ZoneInfo) -> Telling:
    """What an alert, or an update of one, says to a channel of this name, whose readers live in this zone."""
    items = tuple(_item(article, zone) for article in alert.articles[:MAX_ITEMS])
    news = say_news(alert)
    others = f" (+{len(alert.articles) - 1} more)" if len(alert.articles) > 1 else ""
    title = items[0].title if items else NO_TITLE
    return Telling(
        event="alert.updated" if alert.update else "alert.created",
        about=alert.id,
        subject=say_headline(alert.spike) if alert.spike else ("Update: " if alert.update else "") + title + others,
        channel=channel,
        rule=clean_text(alert.rule_name, 200),
        news=news,
        items=items,
        more=max(0, len(alert.articles) - MAX_ITEMS),
        coverage=show_coverage(alert, zone),
        outlets=alert.coverage.outlets if alert.coverage else 0,
        spike=say_spike(alert.spike) if alert.spike else "",
        notes=(*say_held(alert, zone), *((say_comparison(alert.spike),) if alert.spike else ())),
    )


def template_values(telling: Telling) -> Mapping[str, Any]:
    """What templates may say, by name; docs/channels.md lists them for users."""
    first = _item_values(telling.items[0]) if telling.items else dict.fromkeys(("title", "link", "source", "time", "why"), "")
    coverage = telling.coverage
    return {
        **first,
        "event": telling.event,
        "rule": telling.rule,
        "channel": telling.channel,
        "subject": telling.subject,
        "news": list(telling.news),
        "articles": [_item_values(item) for item in telling.items],
        "more": telling.more,
        "coverage": coverage.summary if coverage else "",
        "outlets": telling.outlets,
        "spike": telling.spike,
        "reports": [
            {"source": each.source, "title": each.title, "link": each.link or "", "time": each.time}
            for each in (coverage.reports if coverage else ())
        ],
    }


def say_news(alert: Alert) -> tuple[str, ...]:
    """What is new by an update; that a spike has grown is in its numbers."""
    if alert.update is None or alert.spike is not None:
        return ()
    return tuple(clean_text(say(news), MAX_TITLE) for news in alert.update.news[:MAX_NEWS])


def say_held(alert: Alert, zone: ZoneInfo) -> tuple[str, ...]:
    """When it matched and why it comes late, where it was held; the same in mails."""
    why = _WHY_HELD.get(alert.held or "")
    at = alert.update.created_at if alert.update else alert.created_at
    return (f"Matched {say_moment(at, zone)}; {why}.",) if why else ()


def say_why(terms: Iterable[str]) -> str:
    """The words that matched, each once."""
    distinct = list(dict.fromkeys(clean_text(term) for term in terms))
    more = f" and {len(distinct) - MAX_TERMS} more" if len(distinct) > MAX_TERMS else ""
    return ", ".join(distinct[:MAX_TERMS]) + more


def say_time(article: AlertedArticle, zone: ZoneInfo) -> str:
    """When an article was published, or seen where nobody says."""
    if article.published_at is None:
        return f"seen {say_moment(article.first_seen_at, zone)}"
    return say_moment(article.published_at, zone)


def _tell_notice(notice: FeedNotice, channel: str) -> Telling:
    name = clean_text(subject_of(notice), MAX_TITLE)
    lines, more = lines_of(notice, MAX_ITEMS)
    notes = tuple(clean_text(line, MAX_TITLE) for line in lines) or (clean_text(notice.reason), clean_text(notice.url))
    notes += (f"and {more} more",) if more else ()
    notes += (advice_on_feed(notice),) if advice_on_feed(notice) else ()
    return Telling(notice.kind, notice.feed, f"{name} {headline_of(notice)}", channel, notes=notes)


def _tell_channel(notice: ChannelNotice, channel: str) -> Telling:
    """What became of another channel; only mails ask their readers anything."""
    name, notes = clean_text(notice.about_name, 80), (clean_text(notice.reason, 1000), ": ".join(advice_on_channel(notice)))
    return Telling(notice.kind, notice.about, f'The channel "{name}" is disabled', channel, notes=notes)


def _tell_digest(digest: Digest, channel: str, zone: ZoneInfo) -> Telling:
    """Each alert by its first article, in their order."""
    firsts = [alert.articles[0] for alert in digest.alerts if alert.articles]
    return Telling(
        event="digest.created",
        about=digest.id,
        subject=digest_subject(digest),
        channel=channel,
        rule=clean_text(digest.rule_name or "", 200),
        items=tuple(_first_item(alert, zone) for alert in digest.alerts[:MAX_ITEMS] if alert.articles),
        more=max(0, digest.count - min(len(firsts), MAX_ITEMS)),
        notes=(say_digest(digest, zone),),
    )


def _first_item(alert: Alert, zone: ZoneInfo) -> Item:
    """What stands for an alert among others."""
    first = _item(alert.articles[0], zone)
    return replace(first, passages=(f"Spike: {say_dated(alert.spike)}", *first.passages)) if alert.spike else first


def _item(article: AlertedArticle, zone: ZoneInfo) -> Item:
    return Item(
        title=clean_text(article.title, MAX_TITLE).strip() or NO_TITLE,
        link=safe_link(article.url),
        source=clean_text(article.source, 100),
        time=say_time(article, zone),
        why=say_why(found.term for found in article.evidence),
        passages=tuple(clean_text(passage.text) for passage in article.passages if passage.field != "title"),
        language=article.language,
    )


def _item_values(item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "link": item.link or "",
        "source": item.source,
        "time": item.time,
        "why": item.why,
        "passages": list(item.passages),
    }
