"""What documents say of when to ask for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.schedule import Schedule
from service.feeds.parse import parse_document
from service.feeds.schedule import read_schedule


def rss(head: str, items: str = "<item><title>A</title></item>") -> bytes:
    return f'<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>{head}{items}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("head", "schedule"),
    [
        pytest.param("", Schedule(), id="nothing"),
        pytest.param("<ttl>60</ttl>", Schedule(ttl_minutes=60), id="ttl"),
        pytest.param("<ttl> 15 </ttl>", Schedule(ttl_minutes=15), id="ttl among spaces"),
        pytest.param("<ttl>soon</ttl>", Schedule(), id="a ttl that is no number"),
        pytest.param("<sy:updatePeriod>hourly</sy:updatePeriod>", Schedule(period_minutes=60), id="a period"),
        pytest.param(
            "<sy:updatePeriod>\n daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            Schedule(period_minutes=360),
            id="four times a day",
        ),
        pytest.param(
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            Schedule(period_minutes=60),
            id="zero times an hour",
        ),
        pytest.param("<sy:updatePeriod>always</sy:updatePeriod>", Schedule(), id="no such period"),
        pytest.param(
            "<skipHours><hour>0</hour> <hour>23</hour><hour>24</hour><hour>77</hour></skipHours>",
            Schedule(skip_hours=(0, 23)),
            id="hours, 24 being 0",
        ),
        pytest.param("<skipDays><day>Sunday</day><day>saturday</day><day>Someday</day></skipDays>", Schedule(skip_days=(5, 6)), id="days"),
        pytest.param(
            f"<skipHours>{''.join(f'<hour>{hour}</hour>' for hour in range(24))}</skipHours>", Schedule(), id="a feed that skips every hour"
        ),
    ],
)
def test_the_schedule_of_a_document(head: str, schedule: Schedule) -> None:
    assert parse_document(rss(head), {}, "https://n.example/feed").schedule == schedule


def test_an_entry_cannot_say_when_the_feed_is_polled() -> None:
    assert read_schedule(rss("", "<item><ttl>60</ttl></item>")) == Schedule()


@given(st.binary(max_size=300), st.sampled_from([b"<ttl>", b"<skipHours>", b"<skipDays><day>", b"<sy:updatePeriod>daily"]))
def test_garbage_is_no_schedule_and_no_crash(garbage: bytes, tag: bytes) -> None:
    found = read_schedule(tag + garbage)
    assert all(0 <= hour < 24 for hour in found.skip_hours)
    assert all(0 <= day < 7 for day in found.skip_days)
