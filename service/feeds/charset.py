"""Which charset is a document really in? Servers and declarations lie, bytes hardly do."""

from __future__ import annotations

import codecs
import re

UTF8 = "utf-8"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
_IN_DOCUMENT = re.compile(rb"\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:+-]{1,40})[\"']", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_FAMILIES = re.compile(
    r"iso-?8859|latin|windows-?125|cp\d|koi8|gb|hz|big5|euc|shift|sjis|ms_?kanji|iso-?2022|ks_?c|mac|tis|us-ascii|ascii|utf", re.IGNORECASE
)
_DEFAULTS = re.compile(r"iso-?8859-?1|latin-?1|(?:us-)?ascii", re.IGNORECASE)  # what servers say of everything
_SEVEN_BITS = re.compile(r"iso-?2022|hz|utf-?7", re.IGNORECASE)  # in which text of other scripts passes for ASCII
_TWO_BYTES = re.compile(r"gb|big5|euc|shift|sjis|ms_?kanji|ks_?c", re.IGNORECASE)
_CHANCE = 12  # bytes beyond ASCII; so many are not valid UTF-8 by chance
_PART_OF_TEXT = re.compile(rb"[\x80-\xff]")


def settle_charset(body: bytes, content_type: str) -> tuple[bytes, str]:
    """`body` without byte order marks, and the charset to read it in.

    What is valid UTF-8 is UTF-8, whatever is declared, and what is UTF-8 but for a few broken characters has those replaced.
    """
    for mark, wide in _BOMS:
        if body.startswith(mark):
            text = body.decode(wide, "replace").lstrip("\ufeff")
            return _XML_DECLARATION.sub("", text).encode(UTF8, "replace"), UTF8
    while body.startswith(codecs.BOM_UTF8):
        body = body[len(codecs.BOM_UTF8) :]
    declared = _declared(body, content_type)
    if _is_utf8(body, declared):
        return body, UTF8
    if declared is not None and declared.lower() not in ("utf-8", "utf8") and _decodes(body, declared):
        return body, declared
    return _mended(body)


def _declared(body: bytes, content_type: str) -> str | None:
    """The charset that is claimed: the header's, unless that is a mere default and the document says another."""
    header, document = _IN_HEADER.search(content_type), _IN_DOCUMENT.match(body)
    said = header[1] if header and _FAMILIES.match(header[1]) else None
    written = document[1].decode("ascii", "replace") if document else None
    written = written if written and _FAMILIES.match(written) else None
    if said is None or (written is not None and (_DEFAULTS.fullmatch(said) or not _decodes(body, said))):
        return written
    return said


def _is_utf8(body: bytes, declared: str | None) -> bool:
    try:
        body.decode(UTF8)
    except UnicodeDecodeError:
        return False
    if declared is not None and _SEVEN_BITS.match(declared):
        return False
    return declared is None or not _TWO_BYTES.match(declared) or len(body) - len(body.decode(UTF8, "ignore")) >= _CHANCE


def _decodes(body: bytes, charset: str) -> bool:
    try:
        body.decode(charset)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _mended(body: bytes) -> tuple[bytes, str]:
    """As UTF-8 where most of it is, for generators cut texts amid a character; else as Windows-1252, which takes anything."""
    text = body.decode(UTF8, "replace")
    broken = text.count("\ufffd")
    beyond = len(_PART_OF_TEXT.findall(body))
    if 4 * broken < beyond:
        return text.encode(UTF8), UTF8
    return body, "windows-1252"
