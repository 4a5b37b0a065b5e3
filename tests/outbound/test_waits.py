"""What servers say of when to come back, in whatever words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outbound.waits import parse_http_date, parse_retry_after

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("Mon, 02 Mar 2026 09:01:00 GMT", 60, id="a date"),
        pytest.param("Mon, 02 Mar 2026 09:01:00", 60, id="a date without a zone is in UTC"),
        pytest.param("Mon, 02 Mar 2026 08:00:00 GMT", 0, id="a date gone by"),
        pytest.param("9" * 5000, 10**9 - 1, id="an absurd number"),
        pytest.param("-5", None, id="a negative number"),
        pytest.param("soon", None, id="garbage"),
        pytest.param("", None, id="nothing"),
        pytest.param(None, None, id="no header"),
    ],
)
def test_retry_after(value: str | None, seconds: int | None) -> None:
    assert parse_retry_after(value, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9:, +-]{0,40}"))
def test_whatever_stands_there_is_read_or_ignored(value: str) -> None:
    wait = parse_retry_after(value, NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta.max
    date = parse_http_date(value)
    assert date is None or date.tzinfo is UTC
