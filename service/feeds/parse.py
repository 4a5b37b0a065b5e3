"""The bytes part of a poll: a feed document becomes plain values. Runs only in the sandboxed child."""

from __future__ import annotations

import calendar
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import feedparser
from feedparser import api as feedparser_api
from feedparser import mixin as feedparser_mixin
from feedparser.util import FeedParserDict
from lxml import etree

from service.domain.feeds import Entry, ParsedFeed
from service.feeds.charset import settle_charset
from service.feeds.entry import MAX_LINK, MAX_TITLE, language_code, make_entry, web_link
from service.feeds.errors import NotAFeed
from service.feeds.json_feed import looks_like_json, read_json_feed
from service.feeds.known import KnownItems, Placed
from service.feeds.notes import notes_of
from service.feeds.outline import Outline, outline
from service.feeds.schedule import read_schedule
from service.feeds.scrub import MAX_ENTRIES, Document, drop_controls, scrub
from service.feeds.sitemap import is_sitemap, read_sitemap
from service.feeds.sniff import describe_body
from service.feeds.text import plain_line, storable

# An id is a name, not an address: resolved against where the feed lives today, it would change when the feed moves.
_MIXIN = feedparser_mixin._FeedParserMixin
_MIXIN.can_be_relative_uri = _MIXIN.can_be_relative_uri - {"id"}
# It looks for a parser that is nowhere before each document, and at each tag makes the same base address anew.
feedparser_api.PREFERRED_XML_PARSERS = []
feedparser_mixin.make_safe_absolute_uri = lru_cache(maxsize=64)(feedparser_mixin.make_safe_absolute_uri)
# Nor need it copy what it knows of each text, a few words, as if there were something inside them.
feedparser_mixin.copy = SimpleNamespace(deepcopy=FeedParserDict)

_READER = f"2 feedparser {feedparser.__version__}"  # raise the number where entries come out differently: what is known is read again
_CUTTABLE = ("utf-8", "iso-8859", "windows-125", "koi8")  # charsets in which a "<" is a "<" wherever it stands
_FAILURES = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)  # of feedparser, on what it did not expect
_WORTH_LEAVING = 0.5  # share of known items from which on the shorter way is the shorter one


def parse_document(body: bytes, headers: Mapping[str, str], url: str, known: KnownItems | None = None) -> ParsedFeed:
    """Read a feed document that came from `url`, in whatever dialect and disorder. Raises NotAFeed.

    `complete` is False where the document breaks off; then its whole entries are there. Every text is plain and capped.
    Items that are `known` may be left out; the other entries come out as if they were not.
    """
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if looks_like_json(body):
        feed = read_json_feed(body, content_type, url, known)
        if feed is None:
            raise NotAFeed(describe_body(body))
        return feed
    data, charset = settle_charset(body, content_type)
    data = drop_controls(data).lstrip()
    if is_sitemap(data):
        return read_sitemap(scrub(data).data, charset, url, known)
    cuttable = charset.lower().startswith(_CUTTABLE)
    plan = outline(data, f"{_READER} {charset} {url}", max_items=MAX_ENTRIES) if cuttable else None
    source = _Source(body, data, charset, url)
    return _read_new(plan, known, source) or _read_all(plan, source)


@dataclass(frozen=True, slots=True)
class _Source:
    body: bytes  # as it came
    data: bytes  # the whole of it, in `charset`
    charset: str
    url: str

    @property
    def headers(self) -> dict[str, str]:
        """What the parser should believe: the charset that we settled, and the base of relative links. Media types are often wrong."""
        return {"content-type": f"application/xml; charset={self.charset}", "content-location": self.url}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What feedparser made of a document; `well_formed` if it had nothing to mend."""

    document: Document
    feed: dict[str, Any]
    raw: Sequence[dict[str, Any] | None]  # None for an item on which feedparser fails
    is_feed: bool
    well_formed: bool


def _read_new(plan: Outline | None, known: KnownItems | None, source: _Source) -> ParsedFeed | None:
    """The document without its known items, which the parser then need not read; None where that may tell another tale than the whole."""
    if plan is None or known is None or known.context != plan.context:
        return None
    left_out = sum(digest in known.hashes for digest in plan.hashes)
    if left_out < _WORTH_LEAVING * len(plan.hashes):
        return None
    try:
        reading = _read(plan.without(known.hashes), source)
    except _FAILURES:
        return None
    fresh = [digest not in known.hashes for digest in plan.hashes]
    if not (reading.well_formed and reading.document.closed and len(reading.raw) == sum(fresh)):
        return None
    return _feed(reading, source, Placed(plan.context, plan.hashes, fresh))


def _read_all(plan: Outline | None, source: _Source) -> ParsedFeed:
    try:
        reading = _read(source.data, source)
    except _FAILURES:
        if plan is None:
            raise
        reading = _read_halves(plan, source)
    if not reading.is_feed:
        raise NotAFeed(describe_body(source.body))
    sure = plan is not None and reading.well_formed and reading.document.closed and len(reading.raw) == len(plan.hashes)
    return _feed(reading, source, Placed(plan.context, plan.hashes, [True] * len(plan.hashes)) if plan is not None and sure else None)


def _read_halves(plan: Outline, source: _Source) -> _Reading:
    """A document on which feedparser fails: the items on which it does not, found by halving."""
    head = _read(plan.only(0, 0), source)  # it may be to blame itself; then there is nothing to be done
    raw: list[dict[str, Any] | None] = []
    waiting = [(0, len(plan.items))]
    while waiting:
        first, end = waiting.pop()
        middle = (first + end) // 2
        try:
            raw += _read(plan.only(first, end), source).raw
        except _FAILURES:
            raw += [None] if end - first == 1 else []
            waiting += [] if end - first == 1 else [(middle, end), (first, middle)]
    return replace(head, raw=raw, is_feed=True, well_formed=False)


def _read(data: bytes, source: _Source) -> _Reading:
    document = scrub(data)
    result = feedparser.parse(io.BytesIO(document.data), response_headers=source.headers, sanitize_html=False, resolve_relative_uris=False)
    return _Reading(
        document,
        result.feed,
        result.entries[:MAX_ENTRIES],
        is_feed=bool(result.get("version") or result.entries),
        well_formed=not result.bozo,
    )


def _feed(reading: _Reading, source: _Source, placed: Placed | None) -> ParsedFeed:
    read = [_read_entry(raw, source.url) if raw is not None else None for raw in reading.raw]
    entries = tuple(entry for entry in read if entry is not None)
    return ParsedFeed(
        title=plain_line(_text(reading.feed, "title"), MAX_TITLE),
        site_url=web_link(_text(reading.feed, "link"), source.url),
        language=language_code(reading.feed.get("language")),
        entries=entries,
        complete=reading.document.closed,
        notes=notes_of(closed=reading.document.closed, dropped=reading.document.dropped, unreadable=len(read) - len(entries)),
        links=_links(reading.feed),
        schedule=read_schedule(source.data),
        items=placed.items(read) if placed is not None else None,
        left_out=placed.left_out if placed is not None else 0,
    )


def _links(feed: dict[str, Any]) -> dict[str, str]:
    """The first hub and the first self of a feed, as they stand."""
    found: dict[str, str] = {}
    for link in feed.get("links", ())[:100]:
        relation, target = _text(link, "rel"), storable(_text(link, "href")).strip()
        if relation in ("hub", "self") and target and len(target) <= MAX_LINK:
            found.setdefault(relation, target)
    return found


def _read_entry(raw: dict[str, Any], url: str) -> Entry | None:
    """One entry; None where there is nothing to it, so that a bad one never costs the others."""
    contents = [_text(part, "value") for part in raw.get("content", ()) if isinstance(part, dict)]
    try:
        return make_entry(
            base=url,
            guid=_text(raw, "id"),
            link=_text(raw, "link"),
            title=_text(raw, "title"),
            summary=_text(raw, "summary"),
            body=max(contents, key=len, default=""),
            author=_text(raw, "author"),
            language=raw.get("title_detail", {}).get("language"),
            published_at=_moment(raw),
        )
    except (ValueError, LookupError, etree.LxmlError):
        return None


def _text(raw: dict[str, Any], name: str) -> str:
    value = dict.get(raw, name)  # past feedparser's own look-up, which warns and substitutes
    return value if isinstance(value, str) else ""


def _moment(raw: dict[str, Any]) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = dict.get(raw, name)
        if isinstance(parsed, time.struct_time):
            try:
                return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None
