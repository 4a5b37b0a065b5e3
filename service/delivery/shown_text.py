"""Texts from outside as people are shown them: nothing invisible, no link that is none, durations in words."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

CUT = "…"
MAX_URL = 2000
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji are misspelt without them; alone they hide nothing
_LINK = re.compile(r"https?://[^\s\\<>\"]+", re.IGNORECASE)


def clean_text(text: str, limit: int = 2000) -> str:
    """Text with nothing invisible in it: no control characters, bidi overrides, zero-width spaces or lone surrogates."""
    kept = "".join(
        char for char in text[:limit] if char.isspace() or char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
    )
    return re.sub(r"\s+", " ", kept)


def shorten(text: str, limit: int) -> str:
    """The text's beginning, cut between words."""
    if len(text) <= limit:
        return text
    return (text[:limit].rpartition(" ")[0] or text[:limit]) + CUT


def safe_link(url: str | None) -> str | None:
    """The URL where it may stand in a message: http or https, without white space or invisible characters. Else None."""
    if url is None or len(url) > MAX_URL or not _LINK.fullmatch(url) or clean_text(url) != url:
        return None
    return url


def say_duration(duration: timedelta) -> str:
    """A duration in its greatest unit."""
    minutes = int(duration.total_seconds()) // 60
    for size, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or (minutes >= size and unit == "minute"):
            count = minutes // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "less than a minute"
