"""When a rule's next digest is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from service.domain.local_time import DAY, local_date, moment_of, next_hour
from service.domain.policies import DigestPlan
from service.domain.written_times import WEEKDAYS

USUAL_TIME = "08:00"
USUAL_WEEKDAY = WEEKDAYS["monday"]
_LOOK_AHEAD = 10  # days: a week, and what the change of date lines may take


def next_digest(plan: DigestPlan, zone: ZoneInfo, now: datetime) -> datetime:
    """The first time of the plan after `now`: once on each local day that there is, whatever clocks do."""
    if plan.digest == "hourly":
        return next_hour(now, zone)
    at = time.fromisoformat(plan.at or USUAL_TIME)
    return min(due for day in _days(plan, local_date(now, zone)) if (due := moment_of(day, at, zone)) > now)


def _days(plan: DigestPlan, today: date) -> Iterator[date]:
    weekday = WEEKDAYS[plan.weekday] if plan.weekday else USUAL_WEEKDAY
    for days in range(-1, _LOOK_AHEAD):
        day = today + days * DAY
        if plan.digest == "daily" or day.weekday() == weekday:
            yield day
