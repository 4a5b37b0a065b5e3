"""Days, hours and times of day as people in a time zone have them, as moments that are the same everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When it is `at` on this day there: the first time where clocks are put back over it, so much later where they are put forward."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def local_date(now: datetime, zone: ZoneInfo) -> date:
    """What day it is there."""
    return now.astimezone(zone).date()


def start_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day began there."""
    return moment_of(local_date(now, zone), time.min, zone)


def next_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next day begins there."""
    today = local_date(now, zone)
    return next(begins for days in (1, 2) if (begins := moment_of(today + days * DAY, time.min, zone)) > now)


def start_of_hour(now: datetime, zone: ZoneInfo) -> datetime:
    """When the hour began there: zones may be half an hour apart."""
    local = now.astimezone(zone)
    return (now - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)).astimezone(UTC)


def next_hour(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next hour begins there."""
    return start_of_hour(now, zone) + HOUR


def say_moment(moment: datetime, zone: ZoneInfo, *, exact: bool = False) -> str:
    """A moment as people there write it: "2 Mar 2026, 08:00 CET"; if `exact` with its weekday, and its seconds where it has any."""
    local = moment.astimezone(zone)
    day = f"{local:%a} " if exact else ""
    seconds = f"{local::%S}" if exact and local.second else ""
    return f"{day}{local.day} {local:%b %Y}, {local:%H:%M}{seconds} {_abbreviation(local)}"


def _abbreviation(local: datetime) -> str:
    """What its zone is called at that moment; many have no letters there, only digits: "+03", "-0930", and "-00" where nobody lived."""
    name = local.tzname() or ""
    if name[:1] not in ("+", "-"):
        return name
    sign, hours, minutes = name[0], int(name[1:3]), int(name[3:] or 0)
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "") if hours or minutes else "UTC"
