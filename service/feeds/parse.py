"""The bytes part of a poll: a feed document becomes plain values. Runs only in the sandboxed child."""

from __future__ import annotations

import calendar
import io
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from feedparser.mixin import _FeedParserMixin
from lxml import etree

from service.domain.feeds import Entry, ParsedFeed
from service.feeds.errors import NotAFeed
from service.feeds.schedule import read_schedule
from service.feeds.scrub import MAX_ENTRIES, Document, scrub
from service.feeds.sniff import describe_body
from service.feeds.text import cut, plain_line, plain_paragraphs, storable

# An id is a name, not an address: resolved against where the feed lives today, it would change when the feed moves.
_FeedParserMixin.can_be_relative_uri = _FeedParserMixin.can_be_relative_uri - {"id"}

MAX_TITLE, MAX_SUMMARY, MAX_BODY, MAX_AUTHOR, MAX_GUID, MAX_LINK = 1000, 10_000, 32_000, 200, 2000, 4000
_DERIVED_TITLE = 120
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)


def parse_document(body: bytes, headers: Mapping[str, str], url: str) -> ParsedFeed:
    """Read a feed document that came from `url`, in whatever dialect and disorder. Raises NotAFeed.

    `complete` is False where the document breaks off; then its whole entries are there. Every text is plain and capped.
    """
    document = scrub(body)
    result = feedparser.parse(
        io.BytesIO(document.data), response_headers=_reading_headers(headers, url), sanitize_html=False, resolve_relative_uris=False
    )
    if not result.get("version") and not result.entries:
        raise NotAFeed(describe_body(body))
    read = [_read_entry(raw, url) for raw in result.entries[:MAX_ENTRIES]]
    entries = tuple(entry for entry in read if entry is not None)
    feed: dict[str, Any] = result.feed
    return ParsedFeed(
        title=plain_line(_text(feed, "title"), MAX_TITLE),
        site_url=_web_link(_text(feed, "link"), url),
        language=_language(feed.get("language")),
        entries=entries,
        complete=document.closed,
        notes=_notes(document, len(read) - len(entries)),
        schedule=read_schedule(document.data),
    )


def _reading_headers(headers: Mapping[str, str], url: str) -> dict[str, str]:
    """What the parser should believe: the server's charset (never its media type, which is often wrong), and the base of relative links."""
    given = {name.lower(): value for name, value in headers.items()}
    charset = _CHARSET.search(given.get("content-type", ""))
    kind = "application/xml" + (f"; charset={charset[1]}" if charset else "")
    return {"content-type": kind, "content-location": url}


def _notes(document: Document, unreadable: int) -> tuple[str, ...]:
    notes = []
    if not document.closed:
        notes.append("the document breaks off before its end")
    if document.dropped:
        notes.append(f"only the first {MAX_ENTRIES} entries were read, {document.dropped} were left out")
    if unreadable:
        notes.append(f"{unreadable} entries had neither title, link nor text, or could not be read")
    return tuple(notes)


def _read_entry(raw: dict[str, Any], url: str) -> Entry | None:
    """One entry; None where there is nothing to it, so that a bad one never costs the others."""
    try:
        summary, body = _texts(raw)
        title = plain_line(_text(raw, "title"), MAX_TITLE) or cut(" ".join((summary or body).split()), _DERIVED_TITLE)
        author = plain_line(_text(raw, "author"), MAX_AUTHOR)
    except (ValueError, LookupError, etree.LxmlError):
        return None
    link = _web_link(_text(raw, "link"), url)
    if not title and link is None:
        return None
    return Entry(
        guid=storable(_text(raw, "id")).strip()[:MAX_GUID] or None,
        link=link,
        title=title or (link or "")[:MAX_TITLE],
        summary=summary,
        body=body,
        author=author,
        language=_language(raw.get("title_detail", {}).get("language")),
        published_at=_moment(raw),
    )


def _texts(raw: dict[str, Any]) -> tuple[str, str]:
    """Summary and body; a text that is given as both counts once."""
    contents = [_text(part, "value") for part in raw.get("content", ()) if isinstance(part, dict)]
    body = plain_paragraphs(max(contents, key=len, default=""), MAX_BODY)
    summary = plain_line(_text(raw, "summary"), MAX_BODY)
    if summary == " ".join(body.split()):
        return (summary, "") if len(summary) <= MAX_SUMMARY else ("", body)
    return cut(summary, MAX_SUMMARY), body


def _text(raw: dict[str, Any], name: str) -> str:
    value = dict.get(raw, name)  # past feedparser's own look-up, which warns and substitutes
    return value if isinstance(value, str) else ""


def _web_link(value: str, base: str) -> str | None:
    """An absolute http(s) link, or None: whatever is shown to users must be safe to click."""
    text = storable(value).strip().replace(" ", "%20")
    try:
        link = urljoin(base, text)
        parts = urlsplit(link)
    except ValueError:
        return None
    fits = text and parts.scheme in ("http", "https") and parts.netloc and len(link) <= MAX_LINK
    return link if fits else None


def _language(tag: object) -> str | None:
    found = _LANGUAGE.fullmatch(tag.strip()) if isinstance(tag, str) else None
    return found[1].lower() if found else None


def _moment(raw: dict[str, Any]) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = dict.get(raw, name)
        if isinstance(parsed, time.struct_time):
            try:
                return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None
