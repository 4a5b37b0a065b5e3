"""Digests, quiet hours and days by the clocks on people's walls, which jump twice a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.digest_times import next_digest
from service.domain.local_time import DAY, HOUR, local_date, moment_of, next_day, next_hour, say_moment, start_of_day, start_of_hour
from service.domain.policies import DigestPlan, QuietHours
from service.domain.quiet_hours import quiet_until
from service.domain.written_times import WEEKDAYS

# Jumps of an hour and of half an hour, at midnight and in the night, in both halves of the year, by a day, and none at all.
ZONES = ("Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "America/Havana", "Asia/Beirut",
         "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "UTC")  # fmt: skip
BRUSSELS = ZoneInfo("Europe/Brussels")
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.integers(0, 42 * 365 * 24 * 3600).map(lambda seconds: datetime(1995, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


def jumps(zone: ZoneInfo) -> list[datetime]:
    """The days around which clocks are changed there, by looking."""
    days = [datetime(2010, 12, 1, tzinfo=UTC) + n * DAY for n in range(450)]
    return [day for day in days if day.astimezone(zone).utcoffset() != (day + DAY).astimezone(zone).utcoffset()]


def at(text: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("plan", "now", "expected"),
    [
        pytest.param({"digest": "daily"}, "2026-03-02T07:59:59", "2026-03-02T08:00", id="a second before"),
        pytest.param({"digest": "daily"}, "2026-03-02T08:00", "2026-03-03T08:00", id="at its time it is the next day's"),
        pytest.param({"digest": "daily", "at": "00:00"}, "2026-03-02T23:59", "2026-03-03T00:00", id="midnight begins a day"),
        pytest.param({"digest": "daily", "at": "02:30"}, "2026-03-29T01:59", "2026-03-29T03:30", id="a time that clocks leave out"),
        pytest.param({"digest": "daily", "at": "02:30"}, "2026-10-25T02:29", "2026-10-25T02:30", id="the first of two"),
        pytest.param({"digest": "weekly"}, "2026-03-02T08:00", "2026-03-09T08:00", id="weekly is on Mondays"),
        pytest.param({"digest": "weekly", "weekday": "Friday", "at": "17:30"}, "2026-03-02T08:00", "2026-03-06T17:30", id="or another day"),
        pytest.param({"digest": "hourly"}, "2026-03-02T08:00:01", "2026-03-02T09:00", id="the full hour"),
    ],
)
def test_next_digest(plan: dict[str, str], now: str, expected: str) -> None:
    assert next_digest(DigestPlan.model_validate(plan), BRUSSELS, at(now)) == at(expected)


def test_the_second_of_two_equal_times_has_no_digest_of_its_own() -> None:
    plan = DigestPlan(digest="daily", at="02:30")
    first = next_digest(plan, BRUSSELS, at("2026-10-25T02:00"))
    assert next_digest(plan, BRUSSELS, first + timedelta(minutes=30)) == at("2026-10-26T02:30")


def test_an_hour_begins_at_half_past_where_zones_are_half_an_hour_apart() -> None:
    now = datetime(2026, 3, 2, 9, 20, 5, 7, tzinfo=UTC)
    assert start_of_hour(now, ZoneInfo("Asia/Kathmandu")) == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert next_hour(now, ZoneInfo("Asia/Kolkata")) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ZONES)
@given(at_time=minutes, data=st.data())
def test_one_digest_on_each_local_day_that_there_is(name: str, at_time: str, data: st.DataObject) -> None:
    zone, plan = ZoneInfo(name), DigestPlan(digest="daily", at=at_time)
    begin = data.draw(st.sampled_from(jumps(zone) or [datetime(2011, 3, 1, tzinfo=UTC)])) - 3 * DAY
    due, told = begin, []
    while due < begin + 8 * DAY:
        due = next_digest(plan, zone, due)
        told.append(local_date(due, zone))
    first, last = told[0], told[-1]
    days = [first + n * DAY for n in range((last - first).days + 1)]
    assert told == [day for day in days if exists(day, zone)]


def exists(day: date, zone: ZoneInfo) -> bool:
    return local_date(moment_of(day, time(12), zone), zone) == day


@given(zone=zones, now=moments, at_time=minutes, weekday=st.sampled_from(sorted(WEEKDAYS)))
def test_a_weekly_digest_comes_once_in_each_week(zone: ZoneInfo, now: datetime, at_time: str, weekday: str) -> None:
    plan = DigestPlan.model_validate({"digest": "weekly", "at": at_time, "weekday": weekday})
    first = next_digest(plan, zone, now)
    second = next_digest(plan, zone, first)
    assert now < first <= now + 8 * DAY
    assert (local_date(second, zone) - local_date(first, zone)).days in (6, 7, 8)  # where a date line moved, else 7
    if zone.key != "Pacific/Apia":
        assert {local_date(each, zone).weekday() for each in (first, second)} == {plan.weekday and WEEKDAYS[plan.weekday]}


@given(zone=zones, now=moments)
def test_hours_and_days_follow_each_other_without_a_gap(zone: ZoneInfo, now: datetime) -> None:
    assert start_of_hour(now, zone) <= now < next_hour(now, zone) <= now + HOUR
    assert start_of_day(now, zone) <= now < next_day(now, zone) <= now + 2 * DAY
    assert start_of_day(next_day(now, zone), zone) == next_day(now, zone)


NIGHT = {"from": "22:00", "to": "07:00"}
WORKING = {**NIGHT, "days": ["monday", "tuesday", "wednesday", "thursday", "friday"]}


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        pytest.param(NIGHT, "2026-03-02T21:59", None, id="the evening"),
        pytest.param(NIGHT, "2026-03-02T22:00", "2026-03-03T07:00", id="from the first minute"),
        pytest.param(NIGHT, "2026-03-03T06:59", "2026-03-03T07:00", id="past midnight"),
        pytest.param(NIGHT, "2026-03-03T07:00", None, id="to the last"),
        pytest.param({"from": "12:00", "to": "13:00"}, "2026-03-02T12:30", "2026-03-02T13:00", id="lunch"),
        pytest.param(WORKING, "2026-03-07T05:00", "2026-03-07T07:00", id="Friday's night ends on Saturday"),
        pytest.param(WORKING, "2026-03-07T23:00", None, id="Saturday has none"),
        pytest.param(
            {"from": "00:00", "to": "00:00", "days": ["saturday", "sunday"]}, "2026-03-07T10:00", "2026-03-09T00:00", id="weekends"
        ),
        pytest.param(NIGHT, "2026-04-06T10:00", "2026-04-07T07:00", id="a holiday is quiet all day and runs into the night"),
        pytest.param(NIGHT, "2026-04-05T23:00", "2026-04-07T07:00", id="so does the night before it"),
        pytest.param(NIGHT, "2026-12-25T10:00", "2026-12-27T07:00", id="two holidays"),
        pytest.param(NIGHT, "2026-03-28T23:00", "2026-03-29T07:00", id="the night that is an hour shorter"),
    ],
)
def test_quiet_until(quiet: dict[str, object], now: str, expected: str | None) -> None:
    holidays = {date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 26)}
    assert quiet_until(QuietHours.model_validate(quiet), BRUSSELS, holidays, at(now)) == (expected and at(expected))


@given(zone=zones, now=moments, begins=minutes, ends=minutes, days=st.sets(st.sampled_from(sorted(WEEKDAYS)), min_size=1, max_size=6))
def test_when_quiet_ends_it_is_not_quiet(zone: ZoneInfo, now: datetime, begins: str, ends: str, days: set[str]) -> None:
    quiet = QuietHours.model_validate({"from": begins, "to": ends, "days": sorted(days)})
    holidays = {local_date(now, zone) + n * DAY for n in (0, 1, 5)}
    end = quiet_until(quiet, zone, holidays, now)
    assert end is not None, "today is a holiday"
    assert now < end <= now + 14 * DAY, "the one day of a week that is never quiet may be a holiday, too"
    assert quiet_until(quiet, zone, holidays, end) is None
    assert quiet_until(quiet, zone, holidays, end - timedelta(seconds=1)) == end


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        pytest.param("2026-11-27T14:03:59", "Europe/Brussels", "27 Nov 2026, 15:03 CET", id="in winter"),
        pytest.param("2026-07-01T14:03", "Europe/Brussels", "1 Jul 2026, 16:03 CEST", id="in summer"),
        pytest.param("2026-03-29T00:59", "Europe/Brussels", "29 Mar 2026, 01:59 CET", id="before clocks are put forward"),
        pytest.param("2026-03-29T01:00", "Europe/Brussels", "29 Mar 2026, 03:00 CEST", id="and after"),
        pytest.param("2026-10-25T00:30", "Europe/Brussels", "25 Oct 2026, 02:30 CEST", id="the first of two equal times"),
        pytest.param("2026-10-25T01:30", "Europe/Brussels", "25 Oct 2026, 02:30 CET", id="and the second"),
        pytest.param("2026-12-31T23:30", "Europe/Brussels", "1 Jan 2027, 00:30 CET", id="where it is next year already"),
        pytest.param("2026-03-02T03:30", "America/New_York", "1 Mar 2026, 22:30 EST", id="where it is the day before"),
        pytest.param("2026-11-27T14:03", "UTC", "27 Nov 2026, 14:03 UTC", id="where no zone is chosen"),
        pytest.param("2026-11-27T14:03", "America/Sao_Paulo", "27 Nov 2026, 11:03 UTC-3", id="a zone that has no abbreviation"),
        pytest.param("2026-11-27T14:03", "Asia/Kathmandu", "27 Nov 2026, 19:48 UTC+5:45", id="nor full hours"),
        pytest.param("2026-11-27T14:03", "Pacific/Marquesas", "27 Nov 2026, 04:33 UTC-9:30", id="west of Greenwich"),
        pytest.param("2026-04-04T14:45", "Australia/Lord_Howe", "5 Apr 2026, 01:45 UTC+11", id="before they are put back by half an hour"),
        pytest.param("2026-04-04T15:15", "Australia/Lord_Howe", "5 Apr 2026, 01:45 UTC+10:30", id="and half an hour later"),
        pytest.param("2026-03-02T12:00", "Africa/Casablanca", "2 Mar 2026, 12:00 UTC", id="without an abbreviation as in Greenwich"),
    ],
)
def test_a_moment_as_people_write_it(moment: str, zone: str, said: str) -> None:
    assert say_moment(datetime.fromisoformat(moment).replace(tzinfo=UTC), ZoneInfo(zone)) == said


@pytest.mark.parametrize(("seconds", "said"), [(0, "Mon 2 Mar 2026, 08:00 CET"), (30, "Mon 2 Mar 2026, 08:00:30 CET")])
def test_an_exact_moment_has_its_weekday_and_its_seconds(seconds: int, said: str) -> None:
    assert say_moment(datetime(2026, 3, 2, 7, 0, seconds, tzinfo=UTC), BRUSSELS, exact=True) == said


@pytest.mark.parametrize("name", ZONES)
def test_no_two_minutes_are_written_alike_where_clocks_are_changed(name: str) -> None:
    zone = ZoneInfo(name)
    for day in jumps(zone):
        said = [say_moment(day + timedelta(minutes=minute), zone) for minute in range(26 * 60)]
        assert len({*said}) == len(said)
