"""The pace of a feed, learned from its polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.domain.rhythm import Limits, Listing, Rhythm, has_rolled_over, interval, is_silent, learn

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIMITS = Limits.of(5 * MINUTE, MINUTE, HOUR)
NOTHING = Listing(20, 0)

spans = st.timedeltas(timedelta(seconds=1), timedelta(days=400))
rhythms = st.builds(
    Rhythm,
    gap=st.none() | spans,
    lull=spans,
    news=st.integers(0, 10_000),
    news_at=st.none() | spans.map(lambda ago: NOW - ago),
    window=st.none() | spans,
    listed=st.integers(0, 10_000),
    read_at=st.none() | spans.map(lambda ago: NOW - ago),
)
limits = st.builds(Limits.of, *[st.timedeltas(timedelta(seconds=1), timedelta(days=2))] * 3)
listings = st.none() | st.integers(0, 500).flatmap(lambda total: st.builds(Listing, st.just(total), st.integers(0, total)))


def run(every: timedelta, *, polls: int, news: int = 1, total: int = 20, each: int = 1) -> tuple[Rhythm, datetime]:
    """The rhythm after so many polls, of which each `each`-th brought `news` new entries."""
    rhythm, now = learn(Rhythm(), Listing(total, total), NOW), NOW
    for number in range(1, polls + 1):
        now += every
        rhythm = learn(rhythm, Listing(total, news if number % each == 0 else 0), now)
    return rhythm, now


@given(rhythms, limits)
def test_the_interval_is_within_its_bounds(rhythm: Rhythm, bounds: Limits) -> None:
    assert bounds.shortest <= interval(rhythm, bounds, NOW) <= bounds.longest


@given(rhythms, limits, spans, spans)
def test_rarer_news_never_shorten_it(rhythm: Rhythm, bounds: Limits, one: timedelta, other: timedelta) -> None:
    rare, frequent = (replace(rhythm, gap=gap) for gap in (max(one, other), min(one, other)))
    assert interval(rare, bounds, NOW) >= interval(frequent, bounds, NOW)


@given(rhythms, limits, spans)
def test_a_longer_silence_never_shortens_it(rhythm: Rhythm, bounds: Limits, later: timedelta) -> None:
    assert interval(rhythm, bounds, NOW + later) >= interval(rhythm, bounds, NOW)


@given(rhythms, limits, spans)
def test_a_window_that_rolls_faster_never_lengthens_it(rhythm: Rhythm, bounds: Limits, window: timedelta) -> None:
    assume(rhythm.window is None or window <= rhythm.window)
    assert interval(replace(rhythm, window=window), bounds, NOW) <= interval(rhythm, bounds, NOW)


@given(rhythms, listings, spans)
def test_whatever_is_learned_leads_to_an_interval(rhythm: Rhythm, listing: Listing | None, later: timedelta) -> None:
    assume(rhythm.read_at is not None)
    learned = learn(rhythm, listing, NOW + later)
    assert LIMITS.shortest <= interval(learned, LIMITS, NOW + later) <= LIMITS.longest
    assert learned.news >= rhythm.news
    assert learned.read_at == NOW + later


@given(rhythms, spans)
def test_only_moments_count_not_the_clocks_on_the_wall(rhythm: Rhythm, shift: timedelta) -> None:
    moved = replace(
        rhythm,
        news_at=rhythm.news_at and rhythm.news_at + shift,
        read_at=rhythm.read_at and rhythm.read_at + shift,
    )
    assert interval(moved, LIMITS, NOW + shift) == interval(rhythm, LIMITS, NOW)
    assert is_silent(moved, NOW + shift) is is_silent(rhythm, NOW)


@pytest.mark.parametrize(
    ("every", "each", "least", "most"),
    [
        pytest.param(5 * MINUTE, 1, 5 * MINUTE, 5 * MINUTE, id="at every poll"),
        pytest.param(5 * MINUTE, 6, 5 * MINUTE, 6 * MINUTE, id="twice an hour"),
        pytest.param(15 * MINUTE, 16, 30 * MINUTE, 50 * MINUTE, id="every four hours"),
        pytest.param(HOUR, 24, HOUR, HOUR, id="once a day"),
    ],
)
def test_the_interval_follows_the_news(every: timedelta, each: int, least: timedelta, most: timedelta) -> None:
    rhythm, now = run(every, polls=each * 30, each=each)
    assert least <= interval(rhythm, LIMITS, now) <= most


def test_a_feed_of_which_nothing_is_known_is_polled_as_usual_and_slowly_less_often() -> None:
    waits = []
    for hours in (0, 1, 3, 6, 12, 24):
        rhythm, now = run(5 * MINUTE, polls=12 * hours, news=0)
        waits.append(interval(rhythm, LIMITS, now))
    assert waits[:2] == [5 * MINUTE, 5 * MINUTE]
    assert waits == sorted(waits)
    assert waits[-1] == HOUR


def test_a_window_that_rolls_fast_is_polled_before_it_has_rolled() -> None:
    rhythm, now = run(5 * MINUTE, polls=3, news=15)
    assert interval(rhythm, LIMITS, now) == timedelta(minutes=5) * 20 / 15 / 3
    slower, later = run(5 * MINUTE, polls=3, news=2)
    assert interval(slower, LIMITS, later) == 5 * MINUTE


def test_a_window_that_no_longer_rolls_gets_its_usual_pace_back() -> None:
    rhythm, now = run(5 * MINUTE, polls=3, news=20)
    assert interval(rhythm, LIMITS, now) < 2 * MINUTE
    for _ in range(20):
        now += MINUTE
        rhythm = learn(rhythm, NOTHING, now)
    assert interval(rhythm, LIMITS, now) >= 5 * MINUTE


@pytest.mark.parametrize(
    ("listed", "listing", "rolled"),
    [
        pytest.param(20, Listing(20, 20), True, id="all is new"),
        pytest.param(20, Listing(20, 19), False, id="one entry is known"),
        pytest.param(0, Listing(20, 20), False, id="it was empty before"),
        pytest.param(20, Listing(0, 0), False, id="it is empty now"),
        pytest.param(1, Listing(1, 1), False, id="it never has more than one"),
        pytest.param(20, None, False, id="as before"),
    ],
)
def test_a_window_has_rolled_over_when_nothing_of_it_is_left(listed: int, listing: Listing | None, rolled: bool) -> None:
    assert has_rolled_over(Rhythm(listed=listed), listing) is rolled


def test_silence_is_several_times_the_usual_gap_and_a_day_at_least() -> None:
    rhythm, now = run(HOUR, polls=24 * 9, each=6)
    assert not is_silent(rhythm, now + DAY)
    assert is_silent(rhythm, now + 6 * timedelta(hours=6))


def test_until_a_weekend_has_been_seen_silence_takes_three_days() -> None:
    rhythm, now = run(HOUR, polls=60, each=6)
    assert not is_silent(rhythm, now + 3 * DAY)
    assert is_silent(rhythm, now + 3.1 * DAY)


def test_nights_and_weekends_are_no_silence() -> None:
    rhythm, now = learn(Rhythm(), NOTHING, NOW), NOW
    for day in range(1, 15):
        for hour in range(24):
            now = NOW + timedelta(days=day, hours=hour)
            assert not is_silent(rhythm, now), now
            working = now.weekday() < 5 and 8 <= now.hour < 18
            rhythm = learn(rhythm, Listing(20, 2 if working else 0), now)


def test_a_feed_of_which_little_is_known_is_never_called_silent() -> None:
    rhythm, now = run(HOUR, polls=9)
    assert not is_silent(rhythm, now + 100 * DAY)


def test_a_time_in_which_nobody_looked_teaches_nothing() -> None:
    rhythm, now = run(HOUR, polls=30)
    back = learn(rhythm, Listing(20, 20), now + 30 * DAY)
    assert (back.gap, back.lull, back.news) == (rhythm.gap, rhythm.lull, rhythm.news)
    assert not is_silent(back, now + 30 * DAY)
