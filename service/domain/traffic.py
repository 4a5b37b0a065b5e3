"""How sending to a channel goes, and how much of what waits may be taken on for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MAIL = "mail"  # the endpoint of every e-mail channel: the operator's server
SHARED = frozenset({MAIL})  # endpoints that several runs may serve at once

SHARE = 50  # deliveries of one channel that a run has claimed at a time
ENDPOINT_SHARE = 100  # of all channels of one endpoint
TROUBLED = 5  # failures in a row, after which a channel gets a single delivery to try, and rests after each failure
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)
MAX_ASKED_REST = timedelta(hours=24)
SERVED_RESOLUTION = timedelta(seconds=30)  # how exact `served_at` is; a write per attempt would be dear
FAILS_FOR_LONG = timedelta(days=5)  # nothing taken in this time disables a channel; a single delivery's tries are over sooner


@dataclass(frozen=True, slots=True)
class Traffic:
    """How the last attempts went at a place: failures in a row since when, and until when it is left in peace."""

    endpoint: str | None = None
    failures: int = 0
    failing_since: datetime | None = None
    rest_until: datetime | None = None
    served_at: datetime | None = None  # an attempt was made about then

    @property
    def troubled(self) -> bool:
        """Whether so much failed that it is only probed."""
        return self.failures >= TROUBLED


@dataclass(frozen=True, slots=True)
class Waiting:
    """A channel for which something is due since `due_at`. `traffic` is the channel's, `shared` its endpoint's."""

    channel: str
    ordered: bool
    due_at: datetime
    traffic: Traffic
    shared: Traffic = Traffic()


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many deliveries of a channel a run has under its lease `token`."""

    channel: str
    endpoint: str | None
    token: str
    count: int


def after_attempts(
    before: Traffic, *, endpoint: str, delivered: int, failed: int, now: datetime, retry_after: timedelta | None = None
) -> Traffic:
    """How it goes after attempts that ended together, of which so many were taken or failed. One that was taken tells that all is well."""
    served_at = now if before.served_at is None or now - before.served_at > SERVED_RESOLUTION else before.served_at
    if delivered:
        return Traffic(endpoint, served_at=served_at)
    if not failed:
        return replace(before, endpoint=endpoint, served_at=served_at)
    failures = before.failures + failed
    rest = _rest(failures, retry_after)
    rest_until = max((each for each in (before.rest_until, rest and now + rest) if each), default=None)
    return Traffic(endpoint, failures, before.failing_since or now, rest_until, served_at)


def fails_for_long(traffic: Traffic, now: datetime) -> bool:
    """Whether nothing was taken there for so long that the channel is to be disabled."""
    return traffic.failing_since is not None and now - traffic.failing_since >= FAILS_FOR_LONG


def allot(waiting: Sequence[Waiting], under_way: Sequence[UnderWay], *, token: str, limit: int) -> dict[str, int]:
    """How many deliveries of each channel the run with this `token` may claim now: `limit` in all, in fair shares.

    An endpoint that another run serves is left to that run, so that what holds inside a run holds over all of them: its limit
    of requests at once, and the order of an ordered channel.
    """
    elsewhere = {place for each in under_way if each.token != token for place in (each.channel, each.endpoint)} - SHARED
    free = [each for each in waiting if each.channel not in elsewhere and each.traffic.endpoint not in elsewhere]
    rooms = _Rooms(under_way, token)
    shares: dict[str, int] = {}
    left = limit
    # An equal part for each, and what is left over to the oldest.
    for part in (max(1, limit // max(1, len(free))), limit):
        for each in sorted(free, key=lambda each: (each.due_at, each.channel)):
            more = min(part, left, rooms.left_for(each))
            if more > 0:
                rooms.take(each, more)
                shares[each.channel] = shares.get(each.channel, 0) + more
                left -= more
    return shares


class _Rooms:
    """How much more may be claimed, of each channel and at each endpoint."""

    def __init__(self, under_way: Sequence[UnderWay], token: str) -> None:
        self._of_channel: Counter[str] = Counter()
        self._at_endpoint: Counter[str | None] = Counter()
        for each in under_way:
            self._of_channel[each.channel] += each.count
            if each.token == token:
                self._at_endpoint[each.endpoint] += each.count

    def left_for(self, each: Waiting) -> int:
        of_channel = (1 if each.ordered or each.traffic.troubled else SHARE) - self._of_channel[each.channel]
        if each.traffic.endpoint is None:  # nobody knows yet where it leads
            return of_channel
        return min(of_channel, (1 if each.shared.troubled else ENDPOINT_SHARE) - self._at_endpoint[each.traffic.endpoint])

    def take(self, each: Waiting, count: int) -> None:
        self._of_channel[each.channel] += count
        self._at_endpoint[each.traffic.endpoint] += count


def _rest(failures: int, retry_after: timedelta | None) -> timedelta | None:
    asked = min(retry_after, MAX_ASKED_REST) if retry_after else None
    if failures < TROUBLED:
        return asked
    grown: timedelta = min(LONGEST_REST, FIRST_REST * 2 ** min(failures - TROUBLED, 10))
    return max(grown, asked) if asked else grown
