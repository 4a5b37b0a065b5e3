"""Spikes, as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from service.api.forms import View
from service.domain.policies import Sensitivity, Window
from service.domain.spike_words import say_comparison, say_spike
from service.domain.spikes import Basis, Spike


class LaterView(View):
    """How many independent outlets there were when a spike that had waited was told."""

    count: int
    until: datetime


class SpikeView(View):
    """The numbers that an alert on volume was told with."""

    window: Window
    sensitivity: Sensitivity
    count: int = Field(description="independent outlets: those that print the same agency's text, or under the same headline, count as one")
    usual: float = Field(description="their mean in the windows that it is compared with")
    times: float | None = Field(description="how many times the usual; null where there is usually none")
    least: int = Field(description="from how many outlets on it is a spike")
    told: int | None = Field(description="in an update: the number that was told before")
    basis: Basis = Field(description="compared with the same weekday and hour of past weeks, or the same hour of past days")
    periods: int = Field(description="how many weeks or days those were")
    since: datetime
    until: datetime
    timezone: str = Field(description="in which weekday and hour are the same")
    later: LaterView | None = Field(description="as of when it was told, where it had waited; null: it was told at once, or waits")
    text: str = Field(description="the numbers in a sentence", examples=["14 independent outlets in an hour, 7 times the usual 2"])
    comparison: str = Field(description="what they are compared with, in a sentence or two")


def view_spike(spike: Spike) -> SpikeView:
    """The spike of an alert or an update."""
    return SpikeView(
        window=spike.window,
        sensitivity=spike.sensitivity,
        count=spike.count,
        usual=spike.usual,
        times=None if spike.times is None else round(spike.times, 1),
        least=spike.least,
        told=spike.told,
        basis=spike.basis,
        periods=spike.periods,
        since=spike.since,
        until=spike.until,
        timezone=spike.zone,
        later=spike.later and LaterView.model_validate(spike.later),
        text=say_spike(spike),
        comparison=say_comparison(spike),
    )
