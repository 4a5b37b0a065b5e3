"""What a message says of a channel: the webhook's data, and what people can do."""

from __future__ import annotations

from typing import Any

from service.delivery.payload_text import in_utc, speakable
from service.domain.channel_notices import UNSUBSCRIBED, ChannelNotice
from service.domain.sentences import as_sentence

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


def advice_on_channel(notice: ChannelNotice) -> tuple[str, str]:
    """What its owner can do about a disabled channel, and the call that does it. Who unsubscribed is not to be sent what they missed."""
    enable = f"POST /v1/channels/{notice.about}/enable"
    if notice.reason == as_sentence(UNSUBSCRIBED):
        return "Its reader has stopped these mails by the link in one. Enable it only when they ask for them again", enable
    return "Nothing is lost: what it missed is kept. When it works again, enable it and have that sent", f"{enable}?replay=true"
