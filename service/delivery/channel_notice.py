"""What a message says of a channel: the webhook's data, and the words of a mail."""

from __future__ import annotations

from typing import Any

from service.delivery.payload_text import in_utc, speakable
from service.domain.channel_notices import ChannelNotice

MAX_NAME, MAX_REASON = 200, 1000


def render_channel_data(notice: ChannelNotice) -> dict[str, Any]:
    """The `data` of a webhook message about a channel, always far under 20 kB.

    `id`, `created_at`; `channel`: its `id`, `name` and `kind`; and the `reason` in a sentence.
    """
    return {
        "id": notice.id,
        "created_at": in_utc(notice.created_at),
        "channel": {"id": notice.about, "name": speakable(notice.about_name, MAX_NAME), "kind": notice.about_kind},
        "reason": speakable(notice.reason, MAX_REASON),
    }
