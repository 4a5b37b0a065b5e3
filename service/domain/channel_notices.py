"""A channel notice: what is told of a channel itself, frozen when it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.ids import derived_id

DELETED = "the channel was deleted"
UNCONFIRMED = "the address has not confirmed yet that it wants messages"

UNSUBSCRIBED = "unsubscribed by the recipient"

UNASKED = "the address had not confirmed that it wants messages; once it has, POST /v1/channels/{id}/replay sends what it missed"


class ChannelNoticeKind(StrEnum):
    """It was disabled, which another channel is told; or its reader is asked whether messages are welcome."""

    DISABLED = "channel.disabled"
    CONFIRM = "channel.confirm"


@dataclass(frozen=True, slots=True)
class ChannelNotice:
    """What is told of the channel `about`, under the name that it has when it is told; `id` never changes between attempts."""

    id: str
    kind: ChannelNoticeKind
    about: str
    about_kind: str
    about_name: str
    reason: str
    created_at: datetime


def channel_notice_id(kind: ChannelNoticeKind, channel: str, at: datetime) -> str:
    """The id of the notice of what happened to the channel then."""
    return derived_id("cn", kind, channel, at.isoformat())


def why_unsent(disabled_reason: str) -> str:
    """What a message's delivery says that ended because its channel is disabled for this reason."""
    return UNASKED if disabled_reason == UNCONFIRMED else f"the channel is disabled: {disabled_reason}"
