"""What headers say of how long an answer will do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from service.feeds.freshness import parse_fresh_for

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT_TEN = "Mon, 02 Mar 2026 10:00:00 GMT"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("headers", "fresh_for"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"cache-control": "max-age=3600"}, HOUR, id="max-age"),
        pytest.param({"cache-control": 'PUBLIC , Max-Age="3600"'}, HOUR, id="in capitals and quotes"),
        pytest.param({"cache-control": "max-age=3600", "age": "1800"}, HOUR / 2, id="half of it spent in a cache"),
        pytest.param({"cache-control": "max-age=3600", "age": "7200"}, None, id="all of it spent in a cache"),
        pytest.param({"cache-control": "no-cache, max-age=3600"}, None, id="no-cache"),
        pytest.param({"cache-control": "no-store, max-age=3600"}, None, id="no-store"),
        pytest.param({"cache-control": "max-age=0", "expires": AT_TEN}, None, id="max-age goes before Expires, also at zero"),
        pytest.param({"cache-control": "s-maxage=3600"}, None, id="what is meant for shared caches"),
        pytest.param({"cache-control": "max-age=-1"}, None, id="a negative age"),
        pytest.param({"expires": AT_TEN}, HOUR, id="Expires"),
        pytest.param({"expires": AT_TEN, "date": "Mon, 02 Mar 2026 09:30:00 GMT"}, HOUR / 2, id="by the server's own clock"),
        pytest.param({"expires": "0"}, None, id="Expires: 0"),
        pytest.param({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None, id="long ago"),
        pytest.param({"expires": "next week", "date": "now"}, None, id="garbage"),
    ],
)
def test_fresh_for(headers: Mapping[str, str], fresh_for: timedelta | None) -> None:
    assert parse_fresh_for(CIMultiDict(headers), NOW) == fresh_for


names = st.sampled_from(["cache-control", "expires", "date", "age"])
values = st.text(max_size=80) | st.sampled_from([AT_TEN, "max-age=99999999999999", "Mon, 99 Foo 99999 99:99:99 +9999", "max-age"])


@given(st.dictionaries(names, values))
def test_whatever_the_headers_hold_it_is_a_positive_time_or_none(headers: dict[str, str]) -> None:
    found = parse_fresh_for(CIMultiDict(headers), NOW)
    assert found is None or found > timedelta(0)
