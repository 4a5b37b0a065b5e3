"""A feed notice: what a workspace is told of a feed's health, frozen when it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.feeds import FeedState
from service.domain.ids import derived_id


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """One change of one feed's health. `state` is `ok` when all is well again; `id` never changes between attempts."""

    id: str
    workspace: str
    feed: str
    state: FeedState
    reason: str
    url: str
    title: str | None
    created_at: datetime

    @property
    def kind(self) -> str:
        """The event's type, as receivers see it."""
        return "feed.recovered" if self.state is FeedState.OK else f"feed.{self.state}"


def notice_id(workspace: str, feed: str, state: FeedState, at: datetime) -> str:
    """The id of the notice of this change; `at` is the poll that brought it."""
    return derived_id("fn", workspace, feed, state, at.isoformat())
