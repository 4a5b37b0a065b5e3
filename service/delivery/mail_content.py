"""What a mail says of an alert: its subject, its text and its HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from service.delivery.alert_links import AlertLinks
from service.delivery.channel_notice import advice_on_channel
from service.delivery.digest_words import digest_subject, say_digest
from service.delivery.feed_notice import advice_on_feed, headline_of, lines_of, subject_of
from service.delivery.mail_headers import safe_header
from service.delivery.shown_coverage import say_coverage, show_coverage
from service.delivery.shown_text import clean_text, safe_link, shorten
from service.delivery.telling import say_held, say_news, say_time, say_why
from service.domain.alerts import Alert, AlertedArticle, Passage
from service.domain.channel_notices import ChannelNotice, ChannelNoticeKind
from service.domain.deliveries import DeliveryToSend
from service.domain.digests import Digest
from service.domain.feed_notices import FeedNotice
from service.domain.local_time import say_moment
from service.domain.spike_words import say_comparison, say_dated, say_headline

MAX_SHOWN = 20  # articles in one mail
MAX_TITLE = 300  # characters of a title that the body shows
RULE_IN_SUBJECT = 50
NEWS_IN_SUBJECT = 50
SUBJECT = 150
MAX_ENTRIES = 50  # alerts in one mail
MAX_FEEDS = 100  # feeds in one mail
MAX_LINE = 20_000
MakeLinks = Callable[[Alert], AlertLinks]


@dataclass(frozen=True, slots=True)
class MailContent:
    """The subject as one safe line, and the two parts with `\\n` line ends."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, highlighted or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class ShownArticle:
    """An article as the templates show it; every text is cleaned, `link` is http(s) or None. `language`: of its texts, or None."""

    title: tuple[Piece, ...]
    passages: tuple[tuple[Piece, ...], ...]
    link: str | None
    source: str
    time: str
    why: str
    language: str | None


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One alert of a digest: its first article, the `rule` where the digest is about several, what is new, and who reports it."""

    article: ShownArticle
    rule: str | None
    news: tuple[str, ...]
    coverage: str | None
    others: int
    links: AlertLinks | None


def render_content(
    delivery: DeliveryToSend, unsubscribe_url: str | None, confirm_url: str | None = None, links: MakeLinks | None = None
) -> MailContent:
    """The content of a delivery's mail, the same at every attempt. Everything from outside is escaped.

    `links` makes those by which a reader gives feedback on an alert, and mutes; None: the mail has none.
    """
    channel, zone = clean_text(delivery.channel.name), delivery.zone
    if delivery.channel_notice is not None:
        return _channel_content(delivery.channel_notice, channel, zone, unsubscribe_url, confirm_url)
    if delivery.notice is not None:
        return _feed_content(delivery.notice, channel, zone, unsubscribe_url)
    if delivery.digest is not None:
        return _digest_content(delivery.digest, channel, zone, unsubscribe_url, links)
    if delivery.alert is None:
        subject = "Wirewatch: this channel works"
        return _fill("test", subject, channel=channel, unsubscribe_url=unsubscribe_url)
    alert = delivery.alert
    return _fill(
        "alert",
        _subject(alert),
        rule=clean_text(alert.rule_name),
        articles=[_show(article, zone) for article in alert.articles[:MAX_SHOWN]],
        more=max(0, len(alert.articles) - MAX_SHOWN),
        news=say_news(alert),
        spike=(say_headline(alert.spike), say_comparison(alert.spike)) if alert.spike else None,
        held=say_held(alert, zone),
        coverage=show_coverage(alert, zone),
        channel=channel,
        unsubscribe_url=unsubscribe_url,
        links=links and links(alert),
    )


def _digest_content(digest: Digest, channel: str, zone: ZoneInfo, unsubscribe_url: str | None, links: MakeLinks | None) -> MailContent:
    return _fill(
        "digest",
        digest_subject(digest),
        heading=clean_text(digest.rule_name) if digest.rule_name else "All rules",
        why=say_digest(digest, zone),
        entries=[_entry(alert, zone, links, named=digest.rule is None) for alert in digest.alerts[:MAX_ENTRIES]],
        more=max(0, digest.count - MAX_ENTRIES),
        channel=channel,
        unsubscribe_url=unsubscribe_url,
    )


def _entry(alert: Alert, zone: ZoneInfo, links: MakeLinks | None, *, named: bool) -> ShownEntry:
    first, others = _show(alert.articles[0], zone), len(alert.articles) - 1
    rule = clean_text(alert.rule_name) if named else None
    news = (f"spike: {say_dated(alert.spike)}",) if alert.spike else say_news(alert)
    return ShownEntry(first, rule, news, say_coverage(alert, zone), others, links and links(alert))


def _feed_content(notice: FeedNotice, channel: str, zone: ZoneInfo, unsubscribe_url: str | None) -> MailContent:
    name, headline = clean_text(subject_of(notice), MAX_TITLE), headline_of(notice)
    lines, more = lines_of(notice, MAX_FEEDS)
    return _fill(
        "feed",
        safe_header(f"{safe_header(subject_of(notice), SUBJECT - 50)} {headline}", SUBJECT),
        feed=name,
        headline=headline,
        reason=clean_text(notice.reason),
        url=clean_text(notice.url),
        lines=[clean_text(line, 2 * MAX_TITLE) for line in lines],
        more=more,
        advice=advice_on_feed(notice),
        time=say_moment(notice.created_at, zone),
        channel=channel,
        unsubscribe_url=unsubscribe_url,
    )


def _channel_content(
    notice: ChannelNotice, channel: str, zone: ZoneInfo, unsubscribe_url: str | None, confirm_url: str | None
) -> MailContent:
    if notice.kind is ChannelNoticeKind.CONFIRM:
        return _fill("confirm", "Confirm that you want news alerts", channel=channel, confirm_url=confirm_url, unsubscribe_url=None)
    about, (advice, call) = safe_header(notice.about_name, 80), advice_on_channel(notice)
    return _fill(
        "channel",
        f'The channel "{about}" is disabled',
        about=clean_text(notice.about_name, 200),
        advice=advice,
        call=call,
        kind=notice.about_kind,
        reason=clean_text(notice.reason, 1000),
        time=say_moment(notice.created_at, zone),
        channel=channel,
        unsubscribe_url=unsubscribe_url,
    )


def _subject(alert: Alert) -> str:
    rule = safe_header(alert.rule_name, RULE_IN_SUBJECT)
    if alert.spike:
        return f"{say_headline(alert.spike)} [{rule}]"
    others = f" (+{len(alert.articles) - 1} more)" if len(alert.articles) > 1 else ""
    head = f"Update: {safe_header(', '.join(say_news(alert)), NEWS_IN_SUBJECT)} - " if alert.update else ""
    tail = f"{others} [{rule}]"
    return head + safe_header(_title(alert), SUBJECT - len(head) - len(tail)) + tail


def _title(alert: Alert) -> str:
    titles = (safe_header(article.title) for article in alert.articles)
    return next((title for title in titles if title), "(no title)")


def _show(article: AlertedArticle, zone: ZoneInfo) -> ShownArticle:
    title, passages = _title_and_passages(article)
    return ShownArticle(
        title=title if any(piece.text.strip() for piece in title) else (Piece("(no title)", marked=False),),
        passages=tuple(_pieces(passage) for passage in passages),
        link=safe_link(article.url),
        source=clean_text(article.source, 100),
        time=say_time(article, zone),
        why=say_why(found.term for found in article.evidence),
        language=article.language,
    )


def _title_and_passages(article: AlertedArticle) -> tuple[tuple[Piece, ...], tuple[Passage, ...]]:
    match article.passages:
        case (Passage(field="title") as title, *rest):
            return _pieces(title, MAX_TITLE), tuple(rest)
        case passages:
            return (Piece(shorten(clean_text(article.title), MAX_TITLE), marked=False),), passages


def _pieces(passage: Passage, limit: int = 2000) -> tuple[Piece, ...]:
    """The passage cut at its highlights. Cutting comes before cleaning, which moves offsets."""
    text = shorten(passage.text, limit)
    pieces, done = [], 0
    for start, end in passage.highlights:
        pieces += [Piece(clean_text(text[done:start]), marked=False), Piece(clean_text(text[start:end]), marked=True)]
        done = end
    pieces.append(Piece(clean_text(text[done:]), marked=False))
    return tuple(piece for piece in pieces if piece.text)


def fill_own(subject: str, body: str, *, channel: str, unsubscribe_url: str | None, links: AlertLinks | None = None) -> MailContent:
    """A mail with these words of a user's own, one paragraph a line, and our foot below."""
    lines = [clean_text(line, MAX_LINE) for line in body.strip("\n").split("\n")]
    return _fill("own", subject, lines=lines, channel=clean_text(channel), unsubscribe_url=unsubscribe_url, links=links)


def _fill(name: str, subject: str, **values: object) -> MailContent:
    templates, values = _templates(), {"links": None, **values}
    text = templates.get_template(f"{name}.txt").render(subject=subject, **values)
    html = templates.get_template(f"{name}.html").render(subject=subject, **values)
    return MailContent(subject, text, html)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("service.delivery"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # they come with the code: to look at each mail whether a file has changed takes as long as all the rest
    )
