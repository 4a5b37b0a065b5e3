"""Times, days and durations as users write them in rules and requests: each with its zone or its unit, and nothing that is half of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

MAX_WAIT = timedelta(minutes=10)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Mapping[Weekday, int] = MappingProxyType(
    {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
)


def _zone(value: str) -> str:
    # "localtime" and its like are whatever the machine is set to.
    if value != "UTC" and "/" not in value:
        raise ValueError('write a time zone by its IANA name: "Europe/Brussels", or "UTC"')
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValueError(f'there is no time zone "{value}"; write its IANA name: "Europe/Brussels"') from None
    return value


def _time_of_day(value: str) -> str:
    hour, colon, minute = value.partition(":")
    shaped = colon and len(hour) == len(minute) == 2 and value.isascii() and hour.isdigit() and minute.isdigit()
    if not shaped or int(hour) > 23 or int(minute) > 59:
        raise ValueError('write a time of day with hour and minute: "08:00", "22:30"')
    return value


def _written_out(value: object) -> object:
    """A bare number would pass as seconds since 1970, and a date alone as one without its zone, which is only half of what it lacks."""
    if isinstance(value, int | float) or (isinstance(value, str) and ":" not in value):
        raise ValueError('a time is wanted here, as ISO 8601 writes it, with its time zone: "2026-03-02T08:00:00Z"')
    return value


def _day_alone(value: object) -> object:
    """A number, in a string too, would pass as seconds since 1970, and midnight as its day."""
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.fullmatch(value)):
        raise ValueError('a date is wanted here, as ISO 8601 writes it: "2026-12-25"')
    return value


def _in_the_calendar(value: datetime) -> datetime:
    """At the ends of the calendar there are times that no other zone has."""
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is before the year 1 or after the year 9999 in UTC") from None
    return value


def _with_unit(value: object) -> object:
    """A bare number would pass as seconds, which hardly anybody means."""
    if isinstance(value, int | float):
        raise ValueError('write a duration with its unit, as ISO 8601 does: "PT30M", "PT4H", "P1D"')
    return value


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
TimeOfDay = Annotated[str, StringConstraints(max_length=5), AfterValidator(_time_of_day)]
Lowered = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
Cooldown = Annotated[timedelta, BeforeValidator(_with_unit), Field(ge=timedelta(0), le=timedelta(days=30))]
Wait = Annotated[timedelta, Field(ge=timedelta(0), le=MAX_WAIT)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_the_calendar)]
Day = Annotated[date, BeforeValidator(_day_alone)]
