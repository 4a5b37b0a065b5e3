"""Spikes in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from service.domain.local_time import say_moment
from service.domain.policies import SpikePlan, Window
from service.domain.spikes import Basis, Later, Measured, Spike, Turn, least_of

_LAST: Mapping[Window, str] = MappingProxyType({"hour": "in an hour", "day": "in 24 hours"})


def say_spike(spike: Spike) -> str:
    """The numbers, in a sentence without its full stop: "12 independent outlets in an hour, 8 times the usual 1.5"."""
    much = f"{spike.count} independent outlets {_LAST[spike.window]}"
    before = f", up from {spike.told} when last told" if spike.told is not None else ""
    return f"{much}{before}, {_say_times(spike)}"


def say_headline(spike: Spike) -> str:
    """The first line of a message about it."""
    return ("Spike: " if spike.told is None else "The spike grows: ") + say_spike(spike)


def say_comparison(spike: Spike) -> str:
    """When that was, what the numbers are compared with, and what makes a spike."""
    zone = ZoneInfo(spike.zone)
    until = spike.until.astimezone(zone)
    span = "hour" if spike.window == "hour" else "24 hours"
    past = f"{spike.periods} {until:%A}s" if spike.basis is Basis.WEEKS else f"{spike.periods} days, as there are not enough weeks yet"
    compared = f"In the {span} until {_say_minute(until, zone)}, compared with the same {span} of the last {past}."
    least = f"Sensitivity {spike.sensitivity}: a spike from {spike.least} outlets on."
    return " ".join((compared, least, *((f"By {_say_later(spike.later, zone)} {_LAST[spike.window]}.",) if spike.later else ())))


def say_dated(spike: Spike) -> str:
    """The numbers and when that was, for who reads them among others, later."""
    zone = ZoneInfo(spike.zone)
    later = f"; by {_say_later(spike.later, zone)}" if spike.later else ""
    return f"{say_spike(spike)} (until {_say_minute(spike.until, zone)}{later})"


def say_turn(turn: Turn, measured: Measured, plan: SpikePlan, ready: datetime, zone: ZoneInfo) -> str:
    """What a match that counts has come to, for who asks why it was not told."""
    outlets = _say_outlets(measured, plan)
    if measured.usual is None:
        return f"counts towards a spike: {outlets}; what is usual is known from {say_moment(ready, zone, exact=True)} on"
    least = least_of(measured.usual, plan.sensitivity)
    usual = f"usually {say_number(measured.usual.mean)}"
    match turn:
        case Turn.BEGINS | Turn.GROWS:
            return f"a spike: {outlets}, {usual}"
        case _:
            return f"counts towards a spike: {outlets} of the {least} that it takes, {usual}"


def say_part(alert: str, measured: Measured, plan: SpikePlan) -> str:
    """What a match has come to that is in the alert of a spike, without having raised it."""
    usual = f", usually {say_number(measured.usual.mean)}" if measured.usual else ""
    return f"part of the spike {alert}: {_say_outlets(measured, plan)}{usual}"


def say_late(lag: timedelta, plan: SpikePlan) -> str:
    """Why a match does not count."""
    hours = int(lag / timedelta(hours=1))
    return f"does not count towards a spike {_LAST[plan.spike]}: it came {hours} hour{'s' if hours != 1 else ''} after it was published"


def say_number(number: float) -> str:
    """A mean as people say it."""
    if number < 0.05:
        return "none"
    if number < 1:  # 8 outlets are 11 times 0.75, and would be 10 times 0.8
        return f"{number:.2f}".rstrip("0").removesuffix(".")
    return f"{number:.1f}".removesuffix(".0") if number < 10 else f"{number:.0f}"


def _say_outlets(measured: Measured, plan: SpikePlan) -> str:
    return f"{measured.count} independent outlet{'s' if measured.count != 1 else ''} {_LAST[plan.spike]}"


def _say_later(later: Later, zone: ZoneInfo) -> str:
    return f"{_say_minute(later.until, zone)} it was {later.count or 'none'}"


def _say_minute(at: datetime, zone: ZoneInfo) -> str:
    return say_moment(at.replace(second=0, microsecond=0), zone, exact=True)


def _say_times(spike: Spike) -> str:
    if spike.times is None or spike.usual < 0.05:
        return "where there is usually none"
    return f"{say_number(spike.times)} times the usual {say_number(spike.usual)}"
