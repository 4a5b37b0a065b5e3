"""What a feed asks of those who poll it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.schedule import Schedule, asked_wait, next_allowed

MONDAY = datetime(2026, 3, 2, 9, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("schedule", "fresh_for", "gap", "wait"),
    [
        pytest.param(Schedule(), None, None, timedelta(0), id="nothing"),
        pytest.param(Schedule(ttl_minutes=60), None, None, HOUR, id="ttl"),
        pytest.param(Schedule(ttl_minutes=60), 2 * HOUR, None, 2 * HOUR, id="the longest of all"),
        pytest.param(Schedule(period_minutes=60), None, None, HOUR, id="a period, while nothing is known"),
        pytest.param(Schedule(period_minutes=60), None, 2 * HOUR, HOUR, id="a period that is kept"),
        pytest.param(Schedule(period_minutes=60), None, HOUR / 4, timedelta(0), id="a period that the news belie"),
        pytest.param(Schedule(ttl_minutes=-5), None, None, timedelta(0), id="nonsense"),
    ],
)
def test_what_is_asked(schedule: Schedule, fresh_for: timedelta | None, gap: timedelta | None, wait: timedelta) -> None:
    assert asked_wait(schedule, fresh_for, gap) == wait


@pytest.mark.parametrize(
    ("schedule", "at"),
    [
        pytest.param(Schedule(), MONDAY, id="nothing is skipped"),
        pytest.param(Schedule(skip_hours=(9,)), MONDAY.replace(hour=10, minute=0), id="this hour"),
        pytest.param(Schedule(skip_hours=(9, 10, 11)), MONDAY.replace(hour=12, minute=0), id="three hours"),
        pytest.param(Schedule(skip_hours=(10,)), MONDAY, id="another hour"),
        pytest.param(Schedule(skip_days=(0,)), datetime(2026, 3, 3, tzinfo=UTC), id="this day"),
        pytest.param(Schedule(skip_days=(0, 1, 2)), MONDAY + DAY, id="days on end: once a day all the same"),
        pytest.param(Schedule(skip_hours=(0,), skip_days=(0,)), datetime(2026, 3, 3, 1, tzinfo=UTC), id="a day and the hour after it"),
    ],
)
def test_skipped_hours_and_days_are_waited_for(schedule: Schedule, at: datetime) -> None:
    assert next_allowed(MONDAY, schedule, MONDAY + DAY) == at


hours = st.lists(st.integers(0, 23), max_size=24).map(tuple)
days = st.lists(st.integers(0, 6), max_size=7).map(tuple)


@given(st.integers(0, 10**6).map(lambda minutes: MONDAY + timedelta(minutes=minutes)), hours, days)
def test_it_is_never_before_nor_more_than_a_day_later(at: datetime, skip_hours: tuple[int, ...], skip_days: tuple[int, ...]) -> None:
    allowed = next_allowed(at, Schedule(skip_hours=skip_hours, skip_days=skip_days), at + DAY)
    assert at <= allowed <= at + DAY
    if allowed < at + DAY:
        assert allowed.hour not in skip_hours
        assert allowed.weekday() not in skip_days
