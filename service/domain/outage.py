"""Is it them, or is it us? When most hosts fail at once, the fault is on our side, and nobody is to be blamed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.feeds import FeedToPoll, FeedUpdate

WITHIN = timedelta(minutes=5)
ROUNDS = 2  # usual intervals in which polls count, where these are longer: an outage may last
FEWEST_HOSTS = 3  # fewer failing at once may be chance
KNOWN_BROKEN = 3  # failures in a row after which a feed says nothing about our network
OURS = "Most feeds cannot be reached at the moment: the fault is probably on our side, and is not counted against this feed."


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many hosts failed and how many answered of late, those left out that were broken before."""

    failed: int
    answered: int


def evidence_since(now: datetime, usual: timedelta) -> datetime:
    """Since when polls say how our network is."""
    return now - max(WITHIN, ROUNDS * usual)


def is_ours(outcomes: Outcomes) -> bool:
    """Whether more than half of the hosts fail."""
    return outcomes.failed >= FEWEST_HOSTS and outcomes.failed > outcomes.answered


def excuse(feed: FeedToPoll, update: FeedUpdate, *, now: datetime, interval: timedelta, jitter: float) -> FeedUpdate:
    """The failure `update` without blame: the feed stays as it was, and is asked again after one interval."""
    return replace(
        update,
        state=feed.state,
        reason=OURS,
        next_at=now + interval * (0.95 + 0.1 * jitter),
        validators=feed.validators,
        body_hash=feed.body_hash,
        failures=feed.failures,
        polls_since_full=feed.polls_since_full,
        gone_since=feed.gone_since,
        host_rests=None,
        watch=feed.watch,
    )
