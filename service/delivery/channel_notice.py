"""What a message says of a channel: the webhook's data, and the words of a mail."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from service.domain.channel_notices import ChannelNotice

# Neither may stand in a PostgreSQL text or in strict JSON.
_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")
MAX_NAME, MAX_REASON = 200, 1000


def render_channel_data(notice: ChannelNotice) -> dict[str, Any]:
    """The `data` of a webhook message about a channel, always far under 20 kB.

    `id`, `created_at`; `channel`: its `id`, `name` and `kind`; and the `reason` in a sentence.
    """
    return {
        "id": notice.id,
        "created_at": notice.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "channel": {"id": notice.about, "name": _clean(notice.about_name, MAX_NAME), "kind": notice.about_kind},
        "reason": _clean(notice.reason, MAX_REASON),
    }


def _clean(text: str, limit: int) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text[:limit])
