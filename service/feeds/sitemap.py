"""News sitemaps: sitemaps.org with Google's `news:` elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import repeat

from lxml import etree

from service.domain.feeds import Entry, ParsedFeed
from service.feeds.entry import MAX_TITLE, language_code, make_entry
from service.feeds.errors import NotAFeed
from service.feeds.known import KnownItems, Placed, hash_context, hash_item, place
from service.feeds.notes import notes_of
from service.feeds.scrub import MAX_ENTRIES
from service.feeds.text import plain_line

_ROOT = re.compile(
    rb"\A(?:\s|<\?[^>]{0,1000}\?>|<!--.{0,2000}?-->|<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,5000}\]\s*)?>)*+<(?:[\w.-]+:)?(urlset|sitemapindex)[\s>/]",
    re.DOTALL,
)
_READER = "1"  # raise it where entries come out differently: what is known is read again
_INTERNAL_SUBSET = re.compile(rb"<!DOCTYPE[^>]*\[", re.IGNORECASE)
_HEAD = 20_000  # bytes in which a document type stands
_URL_END = re.compile(rb"</(?:[\w.-]+:)?urlset\s*>\s*(?:<!--.{0,2000}?-->\s*)*\Z", re.DOTALL)


def is_sitemap(data: bytes) -> bool:
    """Whether the root of this XML document is a sitemap's."""
    return _ROOT.match(data) is not None


def read_sitemap(data: bytes, charset: str, url: str, known: KnownItems | None = None) -> ParsedFeed:
    """The articles of a news sitemap that came from `url`, without those that are `known`.

    Raises NotAFeed for sitemaps that tell of pages without news, or of sitemaps.
    """
    root, well_formed = _parse(data, charset)
    told = _pages_with_news(root)
    closed = _URL_END.search(data[-4000:]) is not None
    sure = closed and well_formed and len(told) <= MAX_ENTRIES and not _INTERNAL_SUBSET.search(data[:_HEAD])
    placed = _place([page for page, _ in told], f"{_READER} {charset} {url}", known) if sure else None
    fresh = placed.fresh if placed is not None else repeat(True)
    read = [_read(page, news, url) for (page, news), wanted in zip(told[:MAX_ENTRIES], fresh, strict=False) if wanted]
    entries = tuple(entry for entry in read if entry is not None)
    publication = _child(told[0][1], "publication") if told else None
    return ParsedFeed(
        title=plain_line(_text(publication, "name"), MAX_TITLE),
        site_url=None,
        language=language_code(_text(publication, "language")),
        entries=entries if closed else entries[:-1],  # the last one may lack its end
        complete=closed,
        notes=notes_of(closed=closed, dropped=max(0, len(told) - MAX_ENTRIES), unreadable=len(read) - len(entries)),
        items=placed.items(read) if placed is not None else None,
        left_out=placed.left_out if placed is not None else 0,
    )


def _pages_with_news(root: etree._Element) -> list[tuple[etree._Element, etree._Element]]:
    """Each page with what is told of it as news. Raises NotAFeed."""
    if _name(root) == "sitemapindex":
        raise NotAFeed("The answer is a sitemap index, a list of other sitemaps: add the address of the news sitemap in it.")
    pages = [child for child in root if _name(child) == "url"]
    told = [(page, news) for page in pages if (news := _child(page, "news")) is not None]
    if pages and not told:
        raise NotAFeed("The answer is a sitemap without news, a mere list of pages: use the site's news sitemap or feed.")
    return told


def _place(pages: Sequence[etree._Element], reading: str, known: KnownItems | None) -> Placed:
    """Where its articles stand, each by its markup with the namespaces that it is in: there is no more to how it reads."""
    hashes = [hash_item(etree.tostring(page, with_tail=False)) for page in pages]
    return place(hash_context(reading.encode("utf-8", "replace")), hashes, known)


def _parse(data: bytes, charset: str) -> tuple[etree._Element, bool]:
    """The root, and whether there was nothing to mend."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, encoding=charset
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        root = None
    if root is None:
        raise NotAFeed("The answer is a sitemap too damaged to be read.")
    return root, not parser.error_log


def _read(page: etree._Element, news: etree._Element, url: str) -> Entry | None:
    link = _text(page, "loc")
    try:
        return make_entry(
            base=url,
            guid=link,
            link=link,
            title=_text(news, "title"),
            summary="",
            body="",
            author="",
            language=_text(_child(news, "publication"), "language"),
            published_at=_moment(_text(news, "publication_date") or _text(page, "lastmod")),
        )
    except (ValueError, LookupError, etree.LxmlError):
        return None


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next((child for child in element if _name(child) == name), None) if element is not None else None


def _text(element: etree._Element | None, name: str) -> str:
    child = _child(element, name)
    return "".join(str(part) for part in child.itertext()).strip() if child is not None else ""


def _moment(text: str) -> datetime | None:
    """A W3C date or time; one without a zone is taken for UTC."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
