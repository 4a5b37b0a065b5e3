"""Which windows of the past a spike's window is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.domain.local_time import DAY, HOUR, local_date, moment_of, start_of_hour
from service.domain.spikes import Basis

WEEKS, DAYS = 8, 14  # looked back
ENOUGH = 3  # of either, to say what is usual
REACH = timedelta(weeks=WEEKS) + 2 * DAY  # how far back anything is looked at


def hour_of(until: datetime, zone: ZoneInfo) -> datetime:
    """The hour for which it is said what is usual: within it nothing is counted anew."""
    return start_of_hour(until, zone)


def past_windows(basis: Basis, until: datetime, zone: ZoneInfo, length: timedelta, since: datetime) -> Iterator[tuple[datetime, ...]]:
    """For each past week (or day) the ends of the windows around the same local time, in which everything was watched `since` then.

    An hour that ends amid an hour of the clock lies between the one that ends before and the one that ends with it. Days hardly differ.
    """
    local = hour_of(until, zone).astimezone(zone)
    periods, step = (WEEKS, 7) if basis is Basis.WEEKS else (DAYS, 1)
    for number in range(1, periods + 1):
        end = moment_of(local_date(until, zone) - number * step * DAY, time(local.hour, local.minute), zone)
        if end - length >= since:
            yield (end, end + HOUR) if length <= HOUR else (end,)


def ready_at(since: datetime, length: timedelta) -> datetime:
    """By when there is enough to compare with, if everything is watched `since` then."""
    return since + ENOUGH * DAY + length + HOUR
