"""Alerts as a feed for feed readers: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from service.delivery.shown_text import clean_text
from service.delivery.telling import Item, Telling, tell_alert
from service.domain.alerts import Alert

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself: its lasting `id`, its title, and where it is read; `since` dates it while it is empty.

    Its texts have times in `zone`; its own dates are in UTC, as the formats want them.
    """

    id: str
    title: str
    url: str
    since: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """An alert and its updates, the oldest first."""

    alert: Alert
    updates: Sequence[Alert]

    @property
    def updated_at(self) -> datetime:
        """When it was told last."""
        return max((each.update.created_at for each in self.updates if each.update), default=self.alert.created_at)


def changed_at(head: FeedHead, told: Sequence[ToldAlert]) -> datetime:
    """When the feed changed last."""
    return max((each.updated_at for each in told), default=head.since)


def render_atom(head: FeedHead, told: Sequence[ToldAlert]) -> bytes:
    """The feed as Atom, the same bytes for the same alerts in the same zone. An entry's id stays the same when its alert is updated."""
    default: Any = {None: ATOM}
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=default)
    _add(root, "id", _urn(head.id))
    _add(root, "title", clean_text(head.title))
    _add(root, "updated", _moment(changed_at(head, told)))
    _add(root, "link", rel="self", href=head.url, type="application/atom+xml")
    _add(_add(root, "author"), "name", "Wirewatch")
    _add(root, "generator", "Wirewatch")
    for each in told:
        _add_entry(root, each, head.zone)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def render_json_feed(head: FeedHead, told: Sequence[ToldAlert]) -> bytes:
    """The feed as JSON Feed 1.1, the same bytes for the same alerts in the same zone."""
    feed = {
        "version": JSON_FEED,
        "title": clean_text(head.title),
        "feed_url": head.url,
        "authors": [{"name": "Wirewatch"}],
        "items": [_item(each, head.zone) for each in told],
    }
    return json.dumps(feed).encode()


def _add_entry(root: Any, told: ToldAlert, zone: ZoneInfo) -> None:
    telling = tell_alert(told.alert, "", zone)
    entry = _add(root, "entry")
    _add(entry, "id", _urn(told.alert.id))
    _add(entry, "title", telling.subject)
    _add(entry, "published", _moment(told.alert.created_at))
    _add(entry, "updated", _moment(told.updated_at))
    for item in telling.items:
        if item.link:
            _add(entry, "link", rel="alternate" if item is telling.items[0] else "related", href=item.link)
    _add(entry, "category", term=telling.rule)
    _add(entry, "content", _html(telling, told.updates, zone), type="html")


def _item(told: ToldAlert, zone: ZoneInfo) -> dict[str, Any]:
    telling = tell_alert(told.alert, "", zone)
    link = telling.items[0].link if telling.items else None
    item = {
        "id": _urn(told.alert.id),
        "title": telling.subject,
        "content_html": _html(telling, told.updates, zone),
        "date_published": _moment(told.alert.created_at),
        "date_modified": _moment(told.updated_at),
        "tags": [telling.rule],
    }
    return item | ({"url": link} if link else {})


def _html(telling: Telling, updates: Sequence[Alert], zone: ZoneInfo) -> str:
    """An alert as HTML: paragraphs, links and nothing else; everything from outside is escaped."""
    parts = [f"<p><strong>{escape(telling.spike)}</strong></p>"] if telling.spike else []
    parts += [f"<p>{escape(note)}</p>" for note in telling.notes]
    parts += [part for item in telling.items for part in _item_html(item)]
    for update in updates:
        news = tell_alert(update, "", zone)
        parts += [f"<p><strong>{escape(_say_new(news))}</strong></p>"]
        parts += [part for item in news.items for part in _item_html(item)]
    if telling.coverage:
        parts.append(f"<p>{escape(telling.coverage.summary)}</p>")
        parts += [
            f"<p>{_linked(each.title, each.link, each.language)}, {escape(each.source)}, {each.time}</p>"
            for each in telling.coverage.reports
        ]
    return "\n".join(parts)


def _say_new(telling: Telling) -> str:
    return telling.subject if telling.spike else f"New: {'; '.join(telling.news)}"


def _item_html(item: Item) -> list[str]:
    parts = [f"<p>{_linked(item.title, item.link, item.language)}<br>{escape(item.source)}, {escape(item.time)}</p>"]
    parts += [f"<p{_speaks(item.language)}>{escape(passage)}</p>" for passage in item.passages]
    return [*parts, f"<p><small>Matched: {escape(item.why)}</small></p>"] if item.why else parts


def _linked(text: str, link: str | None, language: str | None) -> str:
    lang = _speaks(language)
    return f'<a href="{escape(link)}"{lang}>{escape(text)}</a>' if link else f"<span{lang}>{escape(text)}</span>"


def _speaks(language: str | None) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", {key: _speakable(value) for key, value in attributes.items()})
    element.text = None if text is None else _speakable(text)
    return element


def _speakable(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _urn(ours: str) -> str:
    return f"urn:wirewatch:{ours}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
