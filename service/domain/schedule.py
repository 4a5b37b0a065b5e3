"""What a feed says of when to ask for it: how long a copy stays fresh, and which hours and days to skip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_TTL = 10_000_000  # minutes; no more is meant, and arithmetic stays in its bounds


@dataclass(frozen=True, slots=True)
class Schedule:
    """As the document has it. Hours count from 0, days from 0 (Monday), both in UTC."""

    ttl_minutes: int | None = None  # RSS `ttl`: for how long a copy may serve
    period_minutes: int | None = None  # `sy:updatePeriod` over `sy:updateFrequency`: how often it claims to change
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


def asked_wait(schedule: Schedule, fresh_for: timedelta | None, gap: timedelta | None) -> timedelta:
    """How long the server (`fresh_for`, from its headers) and the feed ask us to wait; zero where they ask nothing.

    A claim of how often the feed changes counts only while news do not come more often (`gap`): half of all blogs
    say "hourly", for their software does.
    """
    asked = [fresh_for or timedelta(0), _minutes(schedule.ttl_minutes)]
    period = _minutes(schedule.period_minutes)
    if gap is None or gap >= period:
        asked.append(period)
    return max(asked)


def next_allowed(at: datetime, schedule: Schedule, latest: datetime) -> datetime:
    """The first moment from `at` on that falls in no skipped hour or day, but `latest` at the latest."""
    moment = at.astimezone(UTC)
    while moment < latest and (moment.hour in schedule.skip_hours or moment.weekday() in schedule.skip_days):
        moment = moment.replace(minute=0, second=0, microsecond=0) + HOUR
    return min(moment, max(at, latest))


def _minutes(number: int | None) -> timedelta:
    return timedelta(minutes=min(max(number or 0, 0), MOST_TTL))
