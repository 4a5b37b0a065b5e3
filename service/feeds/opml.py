"""OPML, in which readers exchange lists of feeds: read whatever comes, write valid OPML 2.0 (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from service.feeds.scrub import as_utf8
from service.feeds.text import plain_line, storable

MAX_BYTES = 20_000_000
MAX_FEEDS = 20_000
MAX_DEPTH = 100  # of outlines; whatever lies deeper is left out
MAX_TAGS, MAX_TAG = 50, 200
MAX_URL = 8000


class NotOpml(Exception):
    """What was given is no list of feeds that we read; `str(error)` may be shown to users."""


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed in a list: its address as it stands there, its tags (the folders that it lies in, outermost first), its title."""

    url: str
    tags: tuple[str, ...] = ()
    title: str = ""
    site_url: str | None = None


def parse_opml(data: bytes) -> tuple[ListedFeed, ...]:
    """The feeds of an OPML document, each address once with the tags of all its places.

    Addresses are not judged here: whoever follows one must check it. Raises NotOpml.
    """
    root = _parse(data)
    if etree.QName(root).localname.lower() != "opml":
        raise NotOpml("this is XML, but not OPML")
    found: dict[str, ListedFeed] = {}
    for each in _outlines(root):
        known = found.get(each.url)
        if known is None and len(found) >= MAX_FEEDS:
            raise NotOpml(f"the list has more than {MAX_FEEDS} feeds; split it")
        first = known or each
        found[each.url] = replace(first, tags=tuple(dict.fromkeys([*first.tags, *each.tags]))[:MAX_TAGS])
    return tuple(found.values())


def render_opml(feeds: Iterable[ListedFeed], *, title: str, now: datetime) -> bytes:
    """An OPML 2.0 document; a feed lies in a folder for each of its tags, or at the top without any."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _xml(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=True)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed in feeds:
        for tag in feed.tags:
            if tag not in folders:
                folders[tag] = etree.SubElement(body, "outline", text=_xml(tag), title=_xml(tag))
        for place in [folders[tag] for tag in feed.tags] or [body]:
            _write(place, feed)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _parse(data: bytes) -> etree._Element:
    if len(data) > MAX_BYTES:
        raise NotOpml(f"the list is larger than {MAX_BYTES // 1_000_000} MB")
    text = as_utf8(data)
    if b"\0" in text:
        raise NotOpml("this is not XML")
    if b"<!ENTITY" in text.upper():
        raise NotOpml("the list declares entities, which no list of feeds needs")
    # Real lists have bare ampersands in addresses: the parser goes on after a mistake, and none of its limits is lifted.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise NotOpml("this is not XML")
    return root


def _outlines(root: etree._Element) -> Iterator[ListedFeed]:
    """Every outline with an address, walked without recursion."""
    waiting: list[tuple[etree._Element, tuple[str, ...], int]] = [(root, (), 0)]
    while waiting:
        element, tags, depth = waiting.pop()
        if not isinstance(element.tag, str) or depth > MAX_DEPTH:
            continue
        inner = tags
        if element.tag.lower() == "outline":
            given = {str(name).lower(): str(value) for name, value in element.attrib.items()}
            name = plain_line(given.get("text") or given.get("title") or "", MAX_TAG)
            url = storable(given.get("xmlurl", "")).strip()
            if url:
                yield ListedFeed(url[: MAX_URL + 1], _tags(tags, given.get("category", "")), name, given.get("htmlurl"))
            elif name:
                inner = (*tags, name)[:MAX_TAGS]
        waiting.extend((child, inner, depth + 1) for child in reversed(element))


def _tags(folders: tuple[str, ...], category: str) -> tuple[str, ...]:
    """The folders, and the categories that the outline names itself: "/News/Europe,World" (OPML 2.0)."""
    named = (plain_line(part, MAX_TAG) for each in category[:2000].split(",") for part in each.split("/"))
    return tuple(dict.fromkeys([*folders, *(name for name in named if name)]))[:MAX_TAGS]


def _write(place: etree._Element, feed: ListedFeed) -> None:
    title = _xml(feed.title or feed.url)
    outline = etree.SubElement(place, "outline", type="rss", text=title, title=title, xmlUrl=_xml(feed.url))
    if feed.site_url:
        outline.set("htmlUrl", _xml(feed.site_url))


def _xml(text: str) -> str:
    return storable(text)
