"""Whether a number of outlets is a spike: the statistic, its windows, and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251  # made numbers, the same in each run
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.policies import Alerting, Sensitivity, SpikePlan
from service.domain.spike_times import DAYS, ENOUGH, WEEKS, past_windows, ready_at
from service.domain.spike_words import say_comparison, say_number, say_spike, say_turn
from service.domain.spikes import (
    LIMITS,
    WINDOWS,
    Basis,
    Measured,
    OpenSpike,
    Spike,
    Turn,
    Usual,
    least_of,
    still_open,
    told_again,
    turn_of,
    usual_of,
)
from tests.make import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BRUSSELS, UTC_ZONE = ZoneInfo("Europe/Brussels"), ZoneInfo("UTC")
LEVELS: tuple[Sensitivity, ...] = ("low", "normal", "high")
OPEN = OpenSpike("al_1", NOON - HOUR, 12, NOON - timedelta(minutes=5))

counts = st.lists(st.lists(st.integers(0, 400), min_size=2, max_size=2), min_size=ENOUGH, max_size=DAYS)
usuals = counts.map(lambda periods: usual_of(Basis.WEEKS, periods))


def weeks(*numbers: int) -> Usual:
    return usual_of(Basis.WEEKS, [(number, number) for number in numbers])


def measured(count: int, usual: Usual | None, until: datetime = NOON) -> Measured:
    return Measured(count, until, usual)


def test_there_are_limits_for_each_sensitivity() -> None:
    assert {*LIMITS} == {*get_args(Sensitivity)} == {*LEVELS}


@given(usuals, st.sampled_from(LEVELS))
def test_it_never_fires_below_the_floor(usual: Usual, level: Sensitivity) -> None:
    assert turn_of(measured(LIMITS[level].least - 1, usual), level, None) is Turn.CALM
    assert least_of(usual, level) >= LIMITS[level].times * usual.mean


@given(usuals, st.sampled_from(LEVELS), st.integers(0, 2000), st.integers(0, 2000))
def test_more_outlets_are_never_less_of_a_spike(usual: Usual, level: Sensitivity, one: int, other: int) -> None:
    few, many = sorted((one, other))
    if turn_of(measured(few, usual), level, None) is Turn.BEGINS:
        assert turn_of(measured(many, usual), level, None) is Turn.BEGINS


@given(usuals, st.integers(0, 2000))
def test_a_higher_sensitivity_fires_whenever_a_lower_one_does(usual: Usual, count: int) -> None:
    fires = [turn_of(measured(count, usual), level, None) is Turn.BEGINS for level in LEVELS]
    assert fires == sorted(fires)


@given(usuals, st.sampled_from(LEVELS))
def test_there_is_always_a_number_that_is_a_spike(usual: Usual, level: Sensitivity) -> None:
    least = least_of(usual, level)
    assert turn_of(measured(least, usual), level, None) is Turn.BEGINS
    assert turn_of(measured(least - 1, usual), level, None) is Turn.CALM


@pytest.mark.parametrize(
    ("usual", "least"),
    [
        pytest.param(weeks(*[0] * 8), {"low": 8, "normal": 5, "high": 3}, id="never anything: the floors"),
        pytest.param(weeks(0, 0, 0), {"low": 10, "normal": 6, "high": 5}, id="three weeks without anything"),
        pytest.param(weeks(2, 1, 3, 2, 1, 2, 3, 2), {"low": 17, "normal": 13, "high": 10}, id="some"),
        pytest.param(weeks(*[20] * 8), {"low": 79, "normal": 62, "high": 53}, id="many, always the same"),
        pytest.param(weeks(20, 5, 40, 10, 25, 30, 15, 20), {"low": 95, "normal": 72, "high": 60}, id="many, now so, now so"),
    ],
)
def test_from_how_many_on_it_is_a_spike(usual: Usual, least: dict[Sensitivity, int]) -> None:
    assert {level: least_of(usual, level) for level in LEVELS} == least


def test_one_great_spike_in_eight_weeks_does_not_hide_the_next() -> None:
    assert weeks(2, 1, 3, 2, 1, 2, 3, 90) == weeks(2, 1, 3, 2, 1, 2, 3, 3)


def test_few_weeks_are_less_sure_than_many() -> None:
    assert least_of(weeks(10, 10, 10), "normal") > least_of(weeks(*[10] * 8), "normal")


@pytest.mark.parametrize("mean", [0.3, 3, 30])
@pytest.mark.parametrize("level", LEVELS)
def test_chance_alone_makes_a_spike_no_oftener_than_it_says(level: Sensitivity, mean: float) -> None:
    """Poisson numbers in the past and now: 20,000 windows of each kind."""
    chance, fired, tries = Random(f"{level} {mean}"), 0, 20_000
    for _ in range(tries // 20):
        usual = usual_of(Basis.WEEKS, [(_poisson(chance, mean), _poisson(chance, mean)) for _ in range(WEEKS)])
        least = least_of(usual, level)
        fired += sum(_poisson(chance, mean) >= least for _ in range(20))
    assert fired <= 3 * LIMITS[level].chance * tries + 3


def _poisson(chance: Random, mean: float) -> int:
    """How many steps of an exponential clock fit into `mean`."""
    number, passed = 0, chance.expovariate(1)
    while passed < mean:
        number, passed = number + 1, passed + chance.expovariate(1)
    return number


def test_without_anything_to_compare_with_nobody_can_say() -> None:
    assert turn_of(measured(500, None), "high", None) is Turn.UNKNOWN


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(12, Turn.GOES_ON, id="as told"),
        pytest.param(23, Turn.GOES_ON, id="more"),
        pytest.param(24, Turn.GROWS, id="twice as many as told"),
        pytest.param(9, Turn.GOES_ON, id="a little below what makes a spike"),
        pytest.param(6, Turn.CALM, id="halfway back to the usual"),
    ],
)
def test_what_becomes_of_a_spike_that_was_told(count: int, expected: Turn) -> None:
    usual = weeks(2, 1, 3, 2, 1, 2, 3, 2)
    assert turn_of(measured(count, usual), "normal", OPEN) is expected


def test_a_spike_that_was_told_again_must_double_again() -> None:
    usual = weeks(*[1] * 8)
    again = told_again(OPEN, measured(30, usual))
    assert (again.told, again.updates, again.seen_at) == (30, 1, NOON)
    assert [turn_of(measured(count, usual), "normal", again) for count in (59, 60)] == [Turn.GOES_ON, Turn.GROWS]


def test_a_spike_after_which_nothing_came_for_a_whole_window_is_over() -> None:
    assert still_open(OPEN, OPEN.seen_at + HOUR, HOUR) is OPEN
    assert still_open(OPEN, OPEN.seen_at + HOUR + timedelta(seconds=1), HOUR) is None
    assert still_open(None, NOON, HOUR) is None


@pytest.mark.parametrize(
    ("zone", "until", "first", "last"),
    [
        pytest.param("UTC", "2026-03-02T12:20Z", "2026-02-23T12:00Z", "2026-01-05T12:00Z", id="the same weekday and hour"),
        pytest.param("Europe/Brussels", "2026-04-02T08:20Z", "2026-03-26T09:00Z", "2026-02-05T09:00Z", id="summer time since Sunday"),
        pytest.param("Europe/Brussels", "2026-10-29T09:20Z", "2026-10-22T08:00Z", "2026-09-03T08:00Z", id="winter time since Sunday"),
        pytest.param("Asia/Kolkata", "2026-03-02T12:20Z", "2026-02-23T11:30Z", "2026-01-05T11:30Z", id="half an hour apart"),
        pytest.param("Europe/Brussels", "2026-04-05T00:30Z", "2026-03-29T01:00Z", "2026-02-08T01:00Z", id="an hour that was left out"),
        pytest.param("Pacific/Auckland", "2026-03-02T12:20Z", "2026-02-23T12:00Z", "2026-01-05T12:00Z", id="a day ahead"),
    ],
)
def test_past_weeks_have_the_same_weekday_and_hour_there(zone: str, until: str, first: str, last: str) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    periods = list(past_windows(Basis.WEEKS, datetime.fromisoformat(until), ZoneInfo(zone), HOUR, long_ago))
    assert len(periods) == WEEKS
    ends = [datetime.fromisoformat(each) for each in (first, last)]
    assert [periods[0], periods[-1]] == [(end, end + HOUR) for end in ends]


@given(
    st.sampled_from(["UTC", "Europe/Brussels", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.integers(0, 2 * 366 * 24 * 60).map(lambda minutes: NOON - minutes * timedelta(minutes=1)),
    st.sampled_from(sorted(WINDOWS)),
    st.sampled_from(Basis),
)
def test_past_windows_are_past_and_lie_apart(zone: str, until: datetime, window: str, basis: Basis) -> None:
    length = WINDOWS[window]  # type: ignore[index]
    since = until - 20 * DAY
    periods = list(past_windows(basis, until, ZoneInfo(zone), length, since))
    assert all(ends[0] - length >= since for ends in periods)
    assert all(ends[-1] <= until - 20 * HOUR for ends in periods)
    for earlier, later in zip(periods[1:], periods, strict=False):
        assert timedelta(hours=22) <= later[0] - earlier[0]


@given(st.sampled_from(sorted(WINDOWS)), st.integers(0, 60 * 24 * 400), st.integers(0, 600))
def test_when_it_is_said_to_be_ready_it_is(window: str, minutes: int, later: int) -> None:
    length = WINDOWS[window]  # type: ignore[index]
    since = NOON + timedelta(minutes=minutes)
    ready = ready_at(since, length) + timedelta(minutes=later)
    assert len(list(past_windows(Basis.DAYS, ready, BRUSSELS, length, since))) >= ENOUGH


SPIKE = Spike("hour", "normal", 12, 1.5, 7, Basis.WEEKS, 8, NOON - HOUR, NOON, "Europe/Brussels")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "12 independent outlets in an hour, 8 times the usual 1.5", id="a spike"),
        pytest.param({"usual": 0.0}, "12 independent outlets in an hour, where there is usually none", id="where there was nothing"),
        pytest.param(
            {"window": "day", "count": 130, "usual": 31.4}, "130 independent outlets in 24 hours, 4.1 times the usual 31", id="a day"
        ),
        pytest.param(
            {"count": 24, "told": 12}, "24 independent outlets in an hour, up from 12 when last told, 16 times the usual 1.5", id="grown"
        ),
    ],
)
def test_the_numbers_in_words(changes: dict[str, object], said: str) -> None:
    assert say_spike(replace(SPIKE, **changes)) == said  # type: ignore[arg-type]


def test_what_it_is_compared_with_in_words() -> None:
    assert say_comparison(SPIKE) == (
        "In the hour until Mon 2 Mar 2026, 13:00 CET, compared with the same hour of the last 8 Mondays. "
        "Sensitivity normal: a spike from 7 outlets on."
    )
    young = say_comparison(replace(SPIKE, basis=Basis.DAYS, periods=5, window="day"))
    assert "In the 24 hours until" in young
    assert "compared with the same 24 hours of the last 5 days, as there are not enough weeks yet." in young


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0.0, "none"),
        (0.04, "none"),
        (0.06, "0.06"),
        (0.5, "0.5"),
        (0.75, "0.75"),
        (0.999, "1"),
        (1.25, "1.2"),
        (2.0, "2"),
        (9.94, "9.9"),
        (31.4, "31"),
    ],
)
def test_a_mean_in_words(number: float, said: str) -> None:
    assert say_number(number) == said


def test_a_match_is_told_what_it_counts_for() -> None:
    plan = SpikePlan(spike="hour")
    calm = say_turn(Turn.CALM, measured(1, weeks(*[1] * 8)), plan, NOON, UTC_ZONE)
    assert calm == "counts towards a spike: 1 independent outlet in an hour of the 9 that it takes, usually 1"
    unknown = say_turn(Turn.UNKNOWN, measured(4, None), plan, NOON, UTC_ZONE)
    assert unknown == "counts towards a spike: 4 independent outlets in an hour; what is usual is known from Mon 2 Mar 2026, 12:00 UTC on"


@pytest.mark.parametrize(
    ("when", "message"),
    [
        pytest.param({"spike": "week"}, "'hour' or 'day'", id="another window"),
        pytest.param({"spike": "hour", "sensitivity": "highest"}, "'low', 'normal' or 'high'", id="another sensitivity"),
        pytest.param({"spike": "hour", "timezone": "Bruxelles"}, "IANA name", id="no zone"),
        pytest.param({"spike": "hour", "at": "08:00"}, "Extra inputs", id="a digest's time"),
        pytest.param({"volume": "hour"}, 'a spike as in {"spike": "hour"}', id="neither a digest nor a spike"),
    ],
)
def test_a_spike_that_is_not_written_as_it_must_be(when: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Alerting.model_validate({"when": when})
    assert message in str(refused.value)
    assert refused.value.error_count() == 1


def test_a_spike_is_written_as_it_was_read() -> None:
    written = Alerting.model_validate({"when": {"spike": "day", "sensitivity": "high"}}).model_dump(mode="json")["when"]
    assert written == {"spike": "day", "sensitivity": "high", "timezone": None}
    assert Alerting.model_validate({"when": written}).when == SpikePlan(spike="day", sensitivity="high")
