"""Where a page says that its feeds are: `<link>` elements, HTTP Link headers, and links that look like feeds."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from service.feeds.text import plain_line

MAX_PAGE = 500_000  # bytes of a page that we look at
MAX_DECLARED = 20
MAX_GUESSED = 3
MAX_TITLE = 200
WELL_KNOWN = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json")

_KINDS = ("rss+xml", "atom+xml", "rdf+xml", "feed+json", "json", "xml")
_TYPES = frozenset({*(f"application/{kind}" for kind in _KINDS), "text/xml"})
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# Every repetition is possessive or bounded: whatever the page, one pass.
_TAG = re.compile(r"<(link|base|a)\b((?:[^<>\"']++|\"[^\"]{0,2000}+\"|'[^']{0,2000}+')*+)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]{1,20}+)\s{0,9}+=\s{0,9}+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++))", re.IGNORECASE)
_LINK_HEADER = re.compile(r"<([^<>]{1,4000}+)>((?:[^,<\"]++|\"[^\"]{0,1000}+\")*+)")
_PARAMETER = re.compile(r";\s{0,9}+([a-z*-]{1,20}+)\s{0,9}+=\s{0,9}+(?:\"([^\"]*+)\"|([^\s\";,]++))", re.IGNORECASE)
_LOOKS_LIKE_A_FEED = re.compile(r"(?:^|/)(?:feeds?|rss|atom)(?:[./?]|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be a feed, with what it is called where that is known."""

    url: str
    title: str | None = None


def declared_feeds(page: bytes, headers: Mapping[str, str], url: str) -> list[Candidate]:
    """The feeds that a page at `url` names as its own, in its headers and its HTML, each once and in order."""
    found = [*_in_headers(headers, url), *_in_html(_text(page), url)]
    return list({each.url: each for each in reversed(found)}.values())[::-1][:MAX_DECLARED]


def guessed_feeds(page: bytes, url: str) -> list[Candidate]:
    """Where a page that names no feed may have one: links that look like it, then the well-known places of its site."""
    text, base = _text(page), _base(page, url)
    links = [_join(base, given.get("href", "")) for name, given in _tags(text) if name == "a"]
    alike = [link for link in dict.fromkeys(links) if link and _LOOKS_LIKE_A_FEED.search(urlsplit(link).path)]
    guesses = dict.fromkeys([*alike[:MAX_GUESSED], *(urljoin(url, place) for place in WELL_KNOWN)])
    return [Candidate(each) for each in guesses if each != url]


def _in_html(text: str, url: str) -> Iterator[Candidate]:
    base = url
    for name, given in _tags(text):
        if name == "base":
            base = _join(url, given.get("href", "")) or base
        if name == "link" and _names_a_feed(given.get("rel", ""), given.get("type", "")):
            target = _join(base, given.get("href", ""))
            if target:
                yield Candidate(target, plain_line(given.get("title", ""), MAX_TITLE) or None)


def _in_headers(headers: Mapping[str, str], url: str) -> Iterator[Candidate]:
    """RFC 8288, from all Link headers."""
    for value in (value[:20_000] for name, value in headers.items() if name.lower() == "link"):
        for link in _LINK_HEADER.finditer(value):
            given = {each[1].lower(): each[2] if each[2] is not None else each[3] for each in _PARAMETER.finditer(link[2])}
            target = _join(url, link[1])
            if target and _names_a_feed(given.get("rel", ""), given.get("type", "")):
                yield Candidate(target, plain_line(given.get("title", ""), MAX_TITLE) or None)


def _names_a_feed(rel: str, kind: str) -> bool:
    relations = rel.lower().split()
    return ("alternate" in relations and kind.split(";")[0].strip().lower() in _TYPES) or "feed" in relations


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for tag in _TAG.finditer(text):
        given: dict[str, str] = {}
        for each in _ATTRIBUTE.finditer(tag[2]):
            given.setdefault(each[1].lower(), html.unescape(next(part for part in each.groups()[1:] if part is not None)).strip())
        yield tag[1].lower(), given


def _base(page: bytes, url: str) -> str:
    given = next((given for name, given in _tags(_text(page)) if name == "base"), {})
    return _join(url, given.get("href", "")) or url


def _join(base: str, target: str) -> str | None:
    try:
        joined = urljoin(base, target.strip()) if target.strip() else ""
    except ValueError:
        return None
    return joined if _is_web(joined) else None


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _text(page: bytes) -> str:
    return _COMMENT.sub("", page[:MAX_PAGE].decode("utf-8", "replace"))
