"""Whether it is quiet, and until when."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from service.domain.local_time import DAY, local_date, moment_of
from service.domain.policies import QuietHours
from service.domain.written_times import WEEKDAYS


def quiet_until(quiet: QuietHours, zone: ZoneInfo, holidays: Collection[date], now: datetime) -> datetime | None:
    """When the quiet that there is at `now` ends, however many nights and holidays it is made of; None: it is not quiet."""
    end = None
    while (later := _end_of_stretch(quiet, zone, holidays, end or now)) is not None:
        end = later
    return end


def _end_of_stretch(quiet: QuietHours, zone: ZoneInfo, holidays: Collection[date], now: datetime) -> datetime | None:
    today = local_date(now, zone)
    stretches = (each for days in (-2, -1, 0, 1) for each in _stretches(quiet, zone, holidays, today + days * DAY))
    return max((end for start, end in stretches if start <= now < end), default=None)


def _stretches(quiet: QuietHours, zone: ZoneInfo, holidays: Collection[date], day: date) -> Iterator[tuple[datetime, datetime]]:
    """Those that begin on this day."""
    if day in holidays:
        yield moment_of(day, time.min, zone), moment_of(day + DAY, time.min, zone)
    if quiet.days is None or day.weekday() in {WEEKDAYS[each] for each in quiet.days}:
        begins, ends = time.fromisoformat(quiet.begins), time.fromisoformat(quiet.ends)
        last = day if begins < ends else day + DAY
        yield moment_of(day, begins, zone), moment_of(last, ends, zone)
