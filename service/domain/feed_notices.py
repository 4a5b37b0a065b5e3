"""A feed notice: what a workspace is told of a feed's health, frozen when it is told, and with what else it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.feeds import FeedState
from service.domain.ids import derived_id

QUIET = timedelta(minutes=5)  # without another one of its kind, after which what has happened is told
LONGEST = timedelta(minutes=30)  # that the first waits for others


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """One change of one feed's health. `state` is `ok` when all is well again; `id` never changes between attempts.

    `others` are changes of the same kind that are told in the same message.
    """

    id: str
    workspace: str
    feed: str
    state: FeedState
    reason: str
    url: str
    title: str | None
    created_at: datetime
    others: tuple[FeedNotice, ...] = ()

    @property
    def all(self) -> tuple[FeedNotice, ...]:
        """This change and those told with it, in the order in which they happened."""
        return (self, *self.others)

    @property
    def kind(self) -> str:
        """The event's type, as receivers see it."""
        return "feed.recovered" if self.state is FeedState.OK else f"feed.{self.state}"


def is_ripe(first: datetime, last: datetime, now: datetime) -> bool:
    """Whether changes of one kind, the first and the last of which happened then, are told now: one message for a host with forty feeds."""
    return last + QUIET <= now or first + LONGEST <= now


def notice_id(workspace: str, feed: str, state: FeedState, at: datetime) -> str:
    """The id of the notice of this change; `at` is the poll that brought it."""
    return derived_id("fn", workspace, feed, state, at.isoformat())
