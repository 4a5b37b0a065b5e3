"""What a poll makes of its feed once its entries are recognised: its pace, its health, whose fault a failure is, and its host's rest."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.config import Settings
from service.domain.feeds import FeedToPoll, FeedUpdate
from service.domain.health import judge
from service.domain.outage import evidence_since, excuse
from service.domain.pacing import Reading, pace, usual_interval
from service.domain.polling import Fetched
from service.domain.rhythm import Limits, Turnover
from service.pipeline.documents import Document
from service.storage.feed_hosts import courtesy_of
from service.storage.polls import Excuse


@dataclass(frozen=True, slots=True)
class FeedPoll:
    """A poll of one feed: what the answer makes of the feed's row, and the document if there is one to store from.

    `began` counts as `time.monotonic` does; `jitter` in [0, 1). `told`: by a hub, and nobody was asked. `not_before`: a hub tells of news,
    and asking sooner is of no use.
    """

    feed: FeedToPoll
    at: datetime
    began: float
    jitter: float
    update: FeedUpdate
    fetched: Fetched | None = None
    document: Document | None = None
    told: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What the poll makes of the feed, until when its host rests, and what a failure is instead where the fault is ours."""

    outcome: FeedUpdate
    host_free_at: datetime | None
    excuse: Excuse | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings allow: intervals between polls of a feed, and the `gap` between those of a host."""

    limits: Limits
    gap: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Terms:
        """As these settings have it."""
        seconds = (settings.poll_interval, settings.poll_interval_min, settings.poll_interval_max)
        return cls(Limits.of(*(timedelta(seconds=each) for each in seconds)), courtesy_of(settings).gap)

    def usual_interval(self, feed: FeedToPoll, now: datetime) -> timedelta:
        """What failures are counted in."""
        return usual_interval(feed, self.limits, now)

    def settle(self, poll: FeedPoll, turnover: Turnover | None) -> Settled:
        """Settle a poll that has ended; `turnover` is None where it brought no document."""
        settled = Settled(poll.update, None) if poll.told else self._settle_asked(poll, turnover)
        next_at = settled.outcome.next_at
        if next_at is None or poll.not_before is None:
            return settled
        return replace(settled, outcome=replace(settled.outcome, next_at=max(next_at, poll.not_before)))

    def _settle_asked(self, poll: FeedPoll, turnover: Turnover | None) -> Settled:
        free_at = self._host_free_at(poll)
        if poll.update.last_success_at is None or poll.fetched is None:
            return self._settle_failure(poll, free_at)
        parsed = poll.document.parsed if poll.document is not None else None
        reading = Reading(poll.fetched, parsed, turnover)
        paced = pace(poll.feed, poll.update, reading, now=poll.at, limits=self.limits, jitter=poll.jitter)
        return Settled(judge(poll.feed, paced, poll.at), free_at)

    def _settle_failure(self, poll: FeedPoll, free_at: datetime | None) -> Settled:
        interval = self.usual_interval(poll.feed, poll.at)
        excused = excuse(poll.feed, poll.update, now=poll.at, interval=interval, jitter=poll.jitter)
        return Settled(judge(poll.feed, poll.update, poll.at), free_at, Excuse(excused, evidence_since(poll.at, self.limits.usual)))

    def _host_free_at(self, poll: FeedPoll) -> datetime | None:
        rests = max(self.gap, poll.update.host_rests or timedelta(0))
        return poll.at + timedelta(seconds=time.monotonic() - poll.began) + rests if rests else None
