"""Mail headers that no feed's title can break out of."""

from __future__ import annotations

import base64
import re
import textwrap
import unicodedata
from collections.abc import Iterator

MAX_HEADER = 150  # characters of text in a header
MAX_LINE = 998  # bytes (RFC 5322, 2.1.1)
_READ_AHEAD = 10  # times the limit: what we look at before invisible characters are dropped
_CHUNK = 42  # bytes that one encoded word carries: 56 in base64, with its frame below the 75 of RFC 2047
_FOLD = 70
_DROPPED = frozenset({"Cc", "Cf", "Cs"})  # control, invisible format (bidi, zero width), lone surrogates


def safe_header(text: str, limit: int = MAX_HEADER) -> str:
    """`text` as one harmless line of at most `limit` characters: composed, visible, single-spaced.

    `=?` is broken up: CPython before its fix of CVE-2024-6923 decodes an encoded word in a title and writes what
    it hides, line breaks included, as headers of their own.
    """
    composed = unicodedata.normalize("NFC", " ".join(text[: limit * _READ_AHEAD].split()))
    visible = "".join(char for char in composed if unicodedata.category(char) not in _DROPPED)
    line = " ".join(visible.replace("=?", "= ?").split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def encode_header(name: str, value: str) -> bytes:
    """`Name: value` with CRLF, folded. `value` is a line of `safe_header`; outside ASCII it becomes encoded words (RFC 2047)."""
    if value.isascii():
        folded = textwrap.wrap(value, _FOLD, break_long_words=False, break_on_hyphens=False)
    else:
        folded = [f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in _chunks(value)]
    return f"{name}: ".encode() + "\r\n ".join(folded).encode() + b"\r\n"


def header_names(raw: bytes) -> list[str]:
    """The names of the headers that a message really has, read from its bytes as a mail server reads them."""
    head = raw.partition(b"\r\n\r\n")[0]
    lines = re.split(rb"\r\n|\r|\n", head)
    return [line.partition(b":")[0].decode("ascii", "replace") for line in lines if not line.startswith((b" ", b"\t"))]


def _chunks(value: str) -> Iterator[bytes]:
    """Pieces of at most `_CHUNK` bytes of UTF-8, none of which splits a character."""
    chunk = b""
    for char in value:
        encoded = char.encode()
        if len(chunk) + len(encoded) > _CHUNK:
            yield chunk
            chunk = b""
        chunk += encoded
    if chunk:
        yield chunk
