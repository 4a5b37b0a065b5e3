"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from service.domain.feeds import Entry, ParsedFeed
from service.feeds.charset import settle_charset
from service.feeds.entry import MAX_TITLE, language_code, make_entry, web_link
from service.feeds.errors import NotAFeed
from service.feeds.known import KnownItems, Placed, hash_context, hash_item, place
from service.feeds.notes import notes_of
from service.feeds.scrub import MAX_ENTRIES
from service.feeds.text import as_markup, plain_line

_READER = "1"  # raise it where entries come out differently: what is known is read again
_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1", re.IGNORECASE)


def looks_like_json(body: bytes) -> bool:
    """Whether this is JSON rather than XML, by its first character."""
    return body[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1] in (b"{", b"[")


def read_json_feed(body: bytes, content_type: str, url: str, known: KnownItems | None = None) -> ParsedFeed | None:
    """The feed in a JSON document that came from `url`; None where the JSON is something else. Raises NotAFeed where it is no JSON.

    Items that are `known` are left out.
    """
    document = _load(body, content_type)
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    if not _VERSION.match(_text(document, "version").strip()):
        return None
    raw_items = document["items"][:MAX_ENTRIES]
    placed = _place(raw_items, document, url, known)
    entries = [_read_item(raw, document, url) for raw, fresh in zip(raw_items, placed.fresh, strict=True) if fresh]
    readable = tuple(entry for entry in entries if entry is not None)
    return ParsedFeed(
        title=plain_line(_text(document, "title"), MAX_TITLE),
        site_url=web_link(_text(document, "home_page_url"), url),
        language=language_code(document.get("language")),
        entries=readable,
        notes=notes_of(closed=True, dropped=len(document["items"]) - len(raw_items), unreadable=len(entries) - len(readable)),
        items=placed.items(entries),
        left_out=placed.left_out,
    )


def _place(raw_items: Sequence[object], document: Mapping[str, Any], url: str, known: KnownItems | None) -> Placed:
    """Where its items stand, each by what it says; they inherit the author and the language of the feed."""
    context = hash_context(*(part.encode("utf-8", "replace") for part in (_READER, url, _author(document), str(document.get("language")))))
    return place(context, [hash_item(json.dumps(raw, sort_keys=True).encode()) for raw in raw_items], known)


def _load(body: bytes, content_type: str) -> object:
    data, charset = settle_charset(body, content_type)
    try:
        return json.loads(data.decode(charset, "replace"), strict=False, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):  # the decoder gives up before deep nesting costs anything
        raise NotAFeed("The answer looks like JSON, but is damaged, breaks off or nests too deeply.") from None


def _read_item(raw: object, feed: Mapping[str, Any], url: str) -> Entry | None:
    """One item; None where there is nothing to it, so that a bad one never costs the others."""
    if not isinstance(raw, dict):
        return None
    try:
        return make_entry(
            base=url,
            guid=_text(raw, "id"),
            link=_text(raw, "url") or _text(raw, "external_url"),
            title=_text(raw, "title"),
            plain_title=True,
            summary=as_markup(_text(raw, "summary")),
            body=_text(raw, "content_html") or as_markup(_text(raw, "content_text")),
            author=_author(raw) or _author(feed),
            language=raw.get("language") or feed.get("language"),
            published_at=_moment(raw, "date_published") or _moment(raw, "date_modified"),
        )
    except (ValueError, LookupError, etree.LxmlError):
        return None


def _text(raw: Mapping[str, Any], name: str) -> str:
    """A text, or a number as one, for ids are often numbers."""
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def _author(raw: Mapping[str, Any]) -> str:
    listed = raw.get("authors")
    first = listed[0] if isinstance(listed, list) and listed else raw.get("author")  # 1.1, else 1.0
    return _text(first, "name") if isinstance(first, dict) else ""


def _moment(raw: Mapping[str, Any], name: str) -> datetime | None:
    """An RFC 3339 time; one without a zone is taken for UTC."""
    try:
        at = datetime.fromisoformat(_text(raw, name).strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
