"""Spikes: whether so many independent outlets report something that it stands out from what is usual at this time of the week."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from service.domain.policies import Sensitivity, Window

WINDOWS: Mapping[Window, timedelta] = MappingProxyType({"hour": timedelta(hours=1), "day": timedelta(hours=24)})
BURSTS = 0.3  # of the mean, how much the days of one kind differ at least: eight weeks may happen to look alike
GROWN = 2  # times what was told, from which on a spike is told again
_FAINT = 1e-5  # of the chance that is looked for: what is less is left out of a sum
_MOST = 20_000  # steps of a sum, far beyond what any number of outlets needs


@dataclass(frozen=True, slots=True)
class Limits:
    """What makes a spike: at least so many outlets, so many times the usual, and a number that comes by chance so rarely."""

    least: int
    times: float
    chance: float


LIMITS: Mapping[Sensitivity, Limits] = MappingProxyType(
    {"low": Limits(8, 3.0, 1e-6), "normal": Limits(5, 2.0, 1e-4), "high": Limits(3, 1.5, 1e-3)}
)


class Basis(StrEnum):
    """What a number is compared with."""

    WEEKS = "weeks"  # the same weekday and hour of past weeks
    DAYS = "days"  # the same hour of past days, while there are not enough weeks


@dataclass(frozen=True, slots=True)
class Usual:
    """How many outlets there were in past windows: `mean`, the variance as a multiple of it, and over how many weeks or days."""

    basis: Basis
    periods: int
    mean: float
    spread: float = 1.0

    @property
    def expected(self) -> float:
        """How many to expect: weeks without any do not show that there never will be one."""
        return self.mean + 0.5 / self.periods

    @property
    def variance(self) -> float:
        """How far the next number may be off: as the weeks have differed, or as news do at least; and their mean is not sure itself."""
        return max(self.spread * self.expected, self.expected + (BURSTS * self.expected) ** 2) * (1 + 1 / self.periods)


@dataclass(frozen=True, slots=True)
class KnownUsual:
    """What is usual for windows that end in the `hour` that begins then; `usual` is None while nobody can say."""

    hour: datetime
    window: Window
    zone: str
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class Measured:
    """How many independent outlets there were in the window that ends `until`; `usual` is None while nobody can say."""

    count: int
    until: datetime
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class OpenSpike:
    """A spike that was told: its alert, what was `told` of it last, by how many updates, and until when it was seen to go on."""

    alert: str
    opened_at: datetime
    told: int
    seen_at: datetime
    updates: int = 0


class Turn(StrEnum):
    """What a number makes of a rule."""

    UNKNOWN = "unknown"  # there is nothing to compare it with yet
    CALM = "calm"
    BEGINS = "begins"
    GOES_ON = "goes_on"
    GROWS = "grows"


@dataclass(frozen=True, slots=True)
class Later:
    """How many independent outlets there were in the window that ended when a spike that had waited was told."""

    count: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Spike:
    """What an alert says of a spike: `count` independent outlets from `since` to `until`, where `usual` is the mean of past windows.

    It is one from `least` on. `zone` is the one in which weekdays and hours are the same; `told` is the number that was told before.
    `later`: it was told later than it was found; None: at once.
    """

    window: Window
    sensitivity: Sensitivity
    count: int
    usual: float
    least: int
    basis: Basis
    periods: int
    since: datetime
    until: datetime
    zone: str
    told: int | None = None
    later: Later | None = None

    @property
    def times(self) -> float | None:
        """How many times the usual; None where that is none at all."""
        return self.count / self.usual if self.usual else None


def usual_of(basis: Basis, periods: Sequence[Sequence[int]]) -> Usual:
    """What is usual, by the counts of each past week (or day): those of the windows around the same time.

    The highest eighth of them is taken down to the next: one great spike in eight weeks must not hide the next one.
    """
    counts = _without_peaks([count for period in periods for count in period])
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / max(1, len(counts) - 1)
    return Usual(basis, len(periods), mean, max(1.0, variance / mean) if mean else 1.0)


def least_of(usual: Usual, sensitivity: Sensitivity) -> int:
    """From how many outlets on it is a spike; a higher sensitivity never asks for more."""
    limits = LIMITS[sensitivity]
    return max(limits.least, math.ceil(limits.times * usual.expected), _rare(usual.expected, usual.variance, limits.chance))


def turn_of(measured: Measured, sensitivity: Sensitivity, spike: OpenSpike | None) -> Turn:
    """What the number makes of the rule; `spike` is the one that goes on, if one does (see `still_open`)."""
    if measured.usual is None:
        return Turn.UNKNOWN
    least = least_of(measured.usual, sensitivity)
    if spike is None:
        return Turn.BEGINS if measured.count >= least else Turn.CALM
    if measured.count < (least + measured.usual.expected) / 2:
        return Turn.CALM  # halfway back, so that a number that wavers around the least is one spike
    return Turn.GROWS if measured.count >= GROWN * spike.told else Turn.GOES_ON


def still_open(spike: OpenSpike | None, until: datetime, window: timedelta) -> OpenSpike | None:
    """The spike, unless nothing at all was reported for a whole window since it was seen: then it is over."""
    return spike if spike is not None and until - spike.seen_at <= window else None


def told_again(spike: OpenSpike, measured: Measured) -> OpenSpike:
    """The spike once it has been told that it grew."""
    return replace(spike, told=measured.count, updates=spike.updates + 1, seen_at=measured.until)


def _without_peaks(counts: Sequence[int]) -> list[int]:
    ordered = sorted(counts)
    peaks = len(ordered) // 8
    kept = ordered[: len(ordered) - peaks]
    return kept + [kept[-1]] * peaks


def _rare(mean: float, variance: float, chance: float) -> int:
    """The first number that a negative binomial with this mean and variance reaches more rarely than by this chance."""
    size = mean * mean / (variance - mean)
    ratio = mean / (mean + size)
    first = math.floor(mean)
    likely = [_likelihood(first, size, ratio)]
    for number in range(first, first + _MOST):
        likely.append(likely[-1] * (number + size) / (number + 1) * ratio)
        if likely[-1] < chance * _FAINT:
            break
    tail = 0.0
    for number, each in zip(range(first + len(likely) - 1, first - 1, -1), reversed(likely), strict=True):
        tail += each
        if tail >= chance:
            return number + 1
    return first + 1


def _likelihood(number: int, size: float, ratio: float) -> float:
    ways = math.lgamma(number + size) - math.lgamma(size) - math.lgamma(number + 1)
    return math.exp(ways + size * math.log1p(-ratio) + number * math.log(ratio))
