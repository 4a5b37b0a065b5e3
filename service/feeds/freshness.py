"""How long a server says that its answer will do: Cache-Control and Expires (RFC 9111, 4.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from service.outbound.waits import parse_http_date

_DIRECTIVE = re.compile(r"([\w-]{1,40})(?:\s*=\s*\"?(\d{1,9})\"?)?")
_MAX_HEADER = 1000  # characters that are looked at


def parse_fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """For how long asking again is said to be useless; None where nothing is said, or that the answer is never to be kept.

    `max-age` goes before `Expires`; what the answer has spent in caches counts. Expects a mapping that ignores case.
    """
    directives = dict(_DIRECTIVE.findall(headers.get("Cache-Control", "").lower()[:_MAX_HEADER]))
    if "no-cache" in directives or "no-store" in directives:
        return None
    if directives.get("max-age"):
        return _positive(timedelta(seconds=int(directives["max-age"])) - _age(headers))
    expires = parse_http_date(headers.get("Expires"))
    if expires is None:
        return None
    return _positive(expires - (parse_http_date(headers.get("Date")) or now) - _age(headers))


def _age(headers: Mapping[str, str]) -> timedelta:
    text = headers.get("Age", "").strip()
    return timedelta(seconds=int(text[:9])) if text.isascii() and text.isdigit() else timedelta(0)


def _positive(time: timedelta) -> timedelta | None:
    return time if time > timedelta(0) else None
