"""When a server asks to be asked again, as its headers say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MAX_DIGITS = 9  # of a number of seconds: thirty years
_MAX_DATE = 64  # characters


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110, 10.2.3) asks us to wait: seconds, or a date against `now`; None where it says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:_MAX_DIGITS]))
    at = parse_http_date(text)
    return None if at is None else max(timedelta(0), at - now)


def parse_http_date(value: str | None) -> datetime | None:
    """The moment that a header names; "0" and other garbage, of which there is much, are none."""
    try:
        date = parsedate_to_datetime((value or "")[:_MAX_DATE])
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # all of which the parser lets out on odd input
        return None
