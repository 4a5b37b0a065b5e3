"""How many messages were sent in the hour and on the day that it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.domain.local_time import start_of_day, start_of_hour


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages in the hour and on the day that began then; in any other there were none."""

    hour: datetime | None = None
    in_hour: int = 0
    day: datetime | None = None
    in_day: int = 0

    def this_hour(self, now: datetime, zone: ZoneInfo) -> int:
        """How many there were in the hour that it is there."""
        return self.in_hour if self.hour == start_of_hour(now, zone) else 0

    def today(self, now: datetime, zone: ZoneInfo) -> int:
        """How many there were on the day that it is there."""
        return self.in_day if self.day == start_of_day(now, zone) else 0

    def with_one(self, now: datetime, zone: ZoneInfo) -> Tally:
        """The tally with one message more."""
        return Tally(start_of_hour(now, zone), self.this_hour(now, zone) + 1, start_of_day(now, zone), self.today(now, zone) + 1)


NONE_SENT = Tally()
