"""What a feed document says of when to ask for it: ttl, skipHours, skipDays, sy:updatePeriod. The parser drops half of that."""

from __future__ import annotations

import re

from service.domain.schedule import Schedule

_HEAD = 64_000  # bytes at the document's beginning in which these stand
_PERIODS = {b"hourly": 60, b"daily": 1440, b"weekly": 7 * 1440, b"monthly": 30 * 1440, b"yearly": 365 * 1440}
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_TTL = re.compile(rb"<ttl>\s*(\d{1,9})", re.IGNORECASE)
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,1000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,1000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*(\w{6,9})\s*</day>", re.IGNORECASE)
_PERIOD = re.compile(rb"<(?:[\w.-]+:)?updatePeriod>\s*(\w{5,7})", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<(?:[\w.-]+:)?updateFrequency>\s*(\d{1,4})", re.IGNORECASE)


def read_schedule(data: bytes) -> Schedule:
    """The schedule in a document's head (in UTF-8 or what shares its ASCII part); what makes no sense is as if it were not there."""
    head = _head(data)
    hours = {int(hour) % 24 for hour in _HOUR.findall(_within(_SKIP_HOURS, head)) if int(hour) <= 24}  # RSS 0.9x counts to 24
    days = {_DAYS.index(day.lower()) for day in _DAY.findall(_within(_SKIP_DAYS, head)) if day.lower() in _DAYS}
    return Schedule(
        ttl_minutes=int(ttl[1]) if (ttl := _TTL.search(head)) else None,
        period_minutes=_period(head),
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def _head(data: bytes) -> bytes:
    head = data[:_HEAD]
    entry = _ENTRY.search(head)
    return head[: entry.start()] if entry else head


def _within(element: re.Pattern[bytes], head: bytes) -> bytes:
    found = element.search(head)
    return found[1] if found else b""


def _period(head: bytes) -> int | None:
    named = _PERIOD.search(head)
    minutes = _PERIODS.get(named[1].lower()) if named else None
    if minutes is None:
        return None
    times = _FREQUENCY.search(head)
    return max(1, minutes // max(1, int(times[1]))) if times else minutes
