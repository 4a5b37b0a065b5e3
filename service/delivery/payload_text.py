"""Texts and times as the payload of a webhook has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Neither may stand in a PostgreSQL text, and strict JSON readers refuse the whole message for a lone surrogate.
# Replaced one for one, so that offsets stay true.
_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")


def speakable(text: str, limit: int | None = None) -> str:
    """The text, or its first `limit` characters, with nothing in it that a receiver could not take."""
    return _UNSPEAKABLE.sub("\ufffd", text[:limit])


def in_utc(moment: datetime) -> str:
    """ISO 8601, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
