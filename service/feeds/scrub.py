"""Bytes before parsing: take out what makes the parser raise or crawl, cut to size, and mend a document that breaks off."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

MAX_ENTRIES = 10_000

_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r\x1b")  # ESC belongs to ISO-2022-JP
_MAX_DIGITS = 20  # of a reference, leading zeros included
_REPLACEMENT = b"#65533;"
_REFERENCE = re.compile(rb"&((?:amp;)*)#([xX][0-9a-fA-F]+|[0-9]+);?")
_HIGH = rb"&#(x0{0,9}[dD][89abAB][0-9a-fA-F]{2}|0{0,9}5[56][0-9]{3});"
_LOW = rb"&#(x0{0,9}[dD][c-fC-F][0-9a-fA-F]{2}|0{0,9}5[67][0-9]{3});"
_SURROGATES = re.compile(_HIGH + _LOW)
# The parser looks for an e-mail address in here, in quadratic time.
_PERSON = re.compile(
    rb"(<(?:[\w.-]+:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner|name|email)\b[^<>]{0,1000}>\s*(?:<!\[CDATA\[)?)"
    rb"([^<\]]{0,1000})[^<\]]*",
    re.IGNORECASE,
)
_GML_SYSTEM = re.compile(rb"\bsrsName\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')")  # the parser raises on an unknown one

_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:[\w.-]+:)?(rss|feed|rdf|channel))(?=[\s>])", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>|<(?:[\w.-]+:)?(?:rss|feed|rdf)\b[^<>]*/>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes fit for the parser. `closed`: the document's end was there; `dropped`: entries beyond the cap, the last ones."""

    data: bytes
    closed: bool
    dropped: int = 0


def scrub(body: bytes) -> Document:
    """Make `body`, in a charset of single bytes or UTF-8, safe to parse; what it means to a reader stays."""
    data = _neutral(drop_controls(body))
    data, dropped = _first_entries(data)
    last = None
    for last in _ENTRY_START.finditer(data):  # noqa: B007  (we want the last one)
        pass
    if _ROOT_END.search(data, last.start() if last else 0):
        return Document(data, closed=True, dropped=dropped)
    return Document(_mend(data), closed=False, dropped=dropped)


def as_utf8(body: bytes) -> bytes:
    """UTF-16 with a byte order mark becomes UTF-8 without a declaration, so that what follows may look at bytes."""
    if not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body
    text = body.decode("utf-16", "replace")
    return codecs.BOM_UTF8 + _XML_DECLARATION.sub("", text.lstrip("\ufeff")).encode("utf-8", "replace")


def drop_controls(body: bytes) -> bytes:
    """`body` without the control bytes that no XML may hold."""
    return body.translate(None, _CONTROLS)


def _neutral(data: bytes) -> bytes:
    data = _SURROGATES.sub(_join, data)
    data = _REFERENCE.sub(_checked, data)
    data = _PERSON.sub(rb"\1\2", data)
    return _GML_SYSTEM.sub(b"", data)


def _number(reference: bytes) -> int:
    if reference[:1] in b"xX":
        return int(reference[1:], 16)
    return int(reference)


def _join(pair: re.Match[bytes]) -> bytes:
    """Two references to the halves of a surrogate pair, as some generators write them, are one character."""
    high, low = _number(pair[1]), _number(pair[2])
    if 0xD800 <= high < 0xDC00 <= low < 0xE000:
        return b"&#%d;" % (0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return pair[0]


def _checked(reference: re.Match[bytes]) -> bytes:
    """A reference to what XML 1.0 (2.2) does not count as a character becomes U+FFFD; absurdly long ones too."""
    number = _number(reference[2]) if len(reference[2]) <= _MAX_DIGITS else 0
    allowed = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    return reference[0] if allowed else b"&" + reference[1] + _REPLACEMENT


def _first_entries(data: bytes) -> tuple[bytes, int]:
    starts = [found.start() for found in _ENTRY_START.finditer(data)]
    if len(starts) <= MAX_ENTRIES:
        return data, 0
    end = starts[-1]
    for found in _ENTRY_END.finditer(data, starts[-1]):
        end = found.end()
    return data[: starts[MAX_ENTRIES]] + data[end:], len(starts) - MAX_ENTRIES


def _mend(data: bytes) -> bytes:
    """Cut a broken-off document back to its last whole entry and close it there."""
    end = None
    for end in _ENTRY_END.finditer(data):  # noqa: B007
        pass
    root = _ROOT.search(data)
    first = _ENTRY_START.search(data)
    if root is None or (end is None and first is None):
        return data
    kept = data[: end.end()] if end else data[: first.start()] if first else data
    channel = root[2].lower() == b"rss" and not re.search(rb"</channel\s*>", kept, re.IGNORECASE)
    return kept + (b"</channel>" if channel else b"") + b"</" + root[1] + b">"
