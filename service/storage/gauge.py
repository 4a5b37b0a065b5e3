"""Measuring a rule's volume: how many independent outlets there are in a window, and how many are usual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from service.domain.local_time import DAY
from service.domain.policies import SpikePlan
from service.domain.spike_times import ENOUGH, hour_of, past_windows, ready_at
from service.domain.spikes import WINDOWS, Basis, KnownUsual, Measured, Usual, usual_of
from service.storage.frames import Frame, count_independent, were_alive
from service.storage.sightings import watched_since


@dataclass(frozen=True, slots=True)
class Gauge:
    """Measures one rule by its plan; in `zone` weekdays and hours are the same."""

    rule: str
    plan: SpikePlan
    zone: ZoneInfo

    @property
    def length(self) -> timedelta:
        """Of the window."""
        return WINDOWS[self.plan.spike]

    def frame(self, until: datetime) -> Frame:
        """The window that ends then. What came later than that is long is old news, of an outage of ours or of its outlet."""
        return Frame(self.rule, until - self.length, until, self.length)

    def measure(self, connection: Connection, known: KnownUsual, until: datetime) -> Measured:
        """How many independent outlets there are in the window that ends then, beside what is usual."""
        (count,) = count_independent(connection, [self.frame(until)])
        return Measured(count, until, known.usual)

    def know_usual(self, connection: Connection, until: datetime, known: KnownUsual | None) -> KnownUsual:
        """What is usual at this time, by past weeks, or by past days where there are not enough of those; as `known` within its hour."""
        hour = hour_of(until, self.zone)
        if known is not None and (known.hour, known.window, known.zone) == (hour, self.plan.spike, self.zone.key):
            return known
        since = watched_since(connection, self.rule)
        usual = self._usual_by(connection, Basis.WEEKS, until, since) or self._usual_by(connection, Basis.DAYS, until, since)
        return KnownUsual(hour, self.plan.spike, self.zone.key, usual)

    def ready_at(self, connection: Connection, until: datetime) -> datetime:
        """By when it is known what is usual, where it is not at this time, if we are there all the time until then."""
        since = watched_since(connection, self.rule)
        first = ready_at(since, self.length)
        if first > until:
            return first
        hour = hour_of(until, self.zone)
        (today,) = were_alive(connection, [hour])
        return hour + (ENOUGH - len(self._alive(connection, Basis.DAYS, until, since)) + (not today)) * DAY

    def _usual_by(self, connection: Connection, basis: Basis, until: datetime, since: datetime) -> Usual | None:
        periods = self._alive(connection, basis, until, since)
        if len(periods) < ENOUGH:
            return None
        counts = iter(count_independent(connection, [self.frame(end) for ends in periods for end in ends]))
        return usual_of(basis, [[next(counts) for _end in ends] for ends in periods])

    def _alive(self, connection: Connection, basis: Basis, until: datetime, since: datetime) -> list[tuple[datetime, ...]]:
        """The past windows to compare with, of weeks or days in which anything at all came."""
        periods = list(past_windows(basis, until, self.zone, self.length, since))
        alive = were_alive(connection, [ends[0] for ends in periods])
        return [ends for ends, there in zip(periods, alive, strict=True) if there]
