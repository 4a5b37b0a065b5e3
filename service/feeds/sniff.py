"""What is it, if it is no feed? A guess for the owner, from the first bytes."""

from __future__ import annotations

import json
import re

from service.feeds.scrub import as_utf8
from service.feeds.text import plain_line

_HEAD = 20_000  # bytes that we look at
_MAGIC = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
)
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_TITLE = re.compile(rb"<title[^>]*>(.{0,500}?)</title>", re.IGNORECASE | re.DOTALL)

_NO_CONTENT = re.compile(rb"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!DOCTYPE[^>]*+>?", re.IGNORECASE | re.DOTALL)
_FIRST_ELEMENT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:[\w.-]+:)?([A-Za-z]\w*)(?=[\s>])")
_FIRST_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry|image)[\s>]", re.IGNORECASE)
_CDATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org')
_JSON_TITLE = re.compile(rb'"title"\s*:\s*("(?:[^"\\]|\\.){0,500}")')


def describe_body(body: bytes) -> str:
    """One sentence for the feed's owner."""
    head = body[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return "The answer is empty."
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return f"The answer is {name}, not a feed."
    if b"<opml" in head:
        return "The answer is OPML, a list of feeds: add the feeds in it."
    if _PAGE.search(head):
        return _describe_page(head)
    if head[:1] in b"{[":
        return "The answer is JSON, but no JSON Feed: its version or its items are missing."
    if head.startswith(b"<"):
        return "The answer is XML, but neither RSS, Atom, RDF nor a news sitemap."
    return "The answer is neither RSS, Atom, RDF nor JSON Feed."


def _describe_page(head: bytes) -> str:
    title = _TITLE.search(head)
    named = plain_line(title[1].decode("utf-8", "replace"), 100) if title else ""
    what = f"an HTML page (“{named}”)" if named else "an HTML page"
    return f"The answer is {what}, not a feed: a login, a block page or the site itself? Use the address of its feed."


def find_feed_title(body: bytes) -> str | None:
    """What a feed calls itself ("" where it does not say), or None where `body` does not begin as a feed does. A guess, without parsing."""
    head = _NO_CONTENT.sub(b"", as_utf8(body[: 2 * _HEAD])[:_HEAD])
    root = _FIRST_ELEMENT.search(head)
    if root is None:
        return _json_feed_title(head)
    if root[1].lower() not in (b"rss", b"feed", b"rdf") and not (root[1].lower() == b"urlset" and b"schemas/sitemap-news" in head):
        return None
    before_entries = _FIRST_ENTRY.split(head[root.end() :], maxsplit=1)[0]
    title = _TITLE.search(before_entries)
    text = _CDATA.sub(rb"\1", title[1]).decode("utf-8", "replace") if title else ""
    return plain_line(text, 200)


def _json_feed_title(head: bytes) -> str | None:
    if not (head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _JSON_FEED.search(head)):
        return None
    title = _JSON_TITLE.search(head)
    try:
        return plain_line(str(json.loads(title[1])), 200) if title else ""
    except ValueError:
        return ""
