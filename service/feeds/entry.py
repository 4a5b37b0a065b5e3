"""What every reader makes of an item: an entry of plain and capped values."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from service.domain.feeds import Entry
from service.feeds.text import cut, headline, plain_line, plain_paragraphs, storable

MAX_TITLE, MAX_SUMMARY, MAX_BODY, MAX_AUTHOR, MAX_GUID, MAX_LINK = 1000, 10_000, 32_000, 200, 2000, 4000
_DERIVED_TITLE = 120
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


def make_entry(
    *,
    base: str,
    guid: str,
    link: str,
    title: str,
    summary: str,
    body: str,
    author: str,
    language: object,
    published_at: datetime | None,
    plain_title: bool = False,
) -> Entry | None:
    """An entry from texts that are plain or HTML (the title surely plain, if `plain_title`); None where there is nothing to it.

    `base` is what relative links start from.

    Raises ValueError, LookupError or lxml's errors on texts that cannot be read.
    """
    short, long = _texts(summary, body)
    line = headline(title, MAX_TITLE, markup=not plain_title) or cut(" ".join((short or long).split()), _DERIVED_TITLE)
    target = web_link(link, base)
    if not line and target is None:
        return None
    return Entry(
        guid=storable(guid).strip()[:MAX_GUID] or None,
        link=target,
        title=line or (target or "")[:MAX_TITLE],
        summary=short,
        body=long,
        author=plain_line(author, MAX_AUTHOR),
        language=language_code(language),
        published_at=published_at,
    )


def web_link(value: str, base: str) -> str | None:
    """An absolute http(s) link, or None: whatever is shown to users must be safe to click."""
    text = storable(value).strip().replace(" ", "%20")
    try:
        link = urljoin(base, text)
        parts = urlsplit(link)
    except ValueError:
        return None
    fits = text and parts.scheme in ("http", "https") and parts.netloc and len(link) <= MAX_LINK
    return link if fits else None


def language_code(tag: object) -> str | None:
    """The language of a tag like "pt-BR", in small letters; None where it is no tag."""
    found = _LANGUAGE.fullmatch(tag.strip()) if isinstance(tag, str) else None
    return found[1].lower() if found else None


def _texts(summary: str, body: str) -> tuple[str, str]:
    """Summary and body; a text that is given as both counts once."""
    long, short = plain_paragraphs(body, MAX_BODY), plain_line(summary, MAX_BODY)
    if short == " ".join(long.split()):
        return (short, "") if len(short) <= MAX_SUMMARY else ("", long)
    return cut(short, MAX_SUMMARY), long
