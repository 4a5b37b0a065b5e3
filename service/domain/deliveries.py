"""A delivery: one alert to one channel, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.alerts import Alert
from service.domain.channel_notices import ChannelNotice
from service.domain.channels import Channel
from service.domain.digests import Digest
from service.domain.feed_notices import FeedNotice


class DeliveryState(StrEnum):
    """Pending until the channel took it, every try failed, or it was called off."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DeliveryToSend:
    """A claimed delivery. Its `id` is the idempotency key that every attempt carries.

    It has an `alert`, a `digest`, a `notice` of a feed's health, or a `channel_notice`; none of them: a test message. `tries` counts
    the attempts since it was created or revived, `number` all attempts ever; both before the one to be made now.
    `zone` is the workspace's when it was claimed: its people read times in it.
    """

    id: str
    channel: Channel
    alert: Alert | None
    created_at: datetime
    lease_token: str
    lease_until: datetime
    tries: int
    number: int
    zone: ZoneInfo
    due_at: datetime | None = None  # since when it was due when it was claimed
    notice: FeedNotice | None = None
    digest: Digest | None = None
    channel_notice: ChannelNotice | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said when it took the message."""

    status: int | None
    detail: str


class DeliveryError(Exception):
    """The message was not taken. `permanent`: trying again will not help; `gone`: nor will any other message.

    `ours`: it is for the operator to mend, and nothing is held against the channel. `unready`: this machine lacks what it takes to
    send such messages at all; nobody was asked, so it was no try, and the message waits for as long as that takes.
    """

    def __init__(
        self,
        detail: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        status: int | None = None,
        retry_after: timedelta | None = None,
        ours: bool = False,
        unready: bool = False,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.permanent = permanent or gone
        self.gone = gone
        self.status = status
        self.retry_after = retry_after
        self.ours = ours or unready
        self.unready = unready


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt makes of the delivery: written as it stands, with the attempt, in one transaction.

    `tried`: the other side was asked; otherwise there was no attempt to be written down or counted.
    """

    state: DeliveryState
    next_at: datetime | None  # None unless pending
    delivered: bool
    status: int | None
    detail: str
    disable_channel: str | None = None  # the reason, when the channel is to be disabled
    ours: bool = False  # a failure that is not held against the channel
    tried: bool = True
    retry_after: timedelta | None = None  # for how long the receiver asked to be left in peace
