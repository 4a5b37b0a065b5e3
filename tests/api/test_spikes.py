"""Rules that alert on volume, over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.edges import Edges
from service.pipeline.match import Matcher
from tests.api.conftest import Api, add_article
from tests.conftest import Clock

WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)
NEXT = iter(range(1, 10**6))


@pytest.fixture
def feed(api: Api) -> str:
    return str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"])


def watch(api: Api, **when: Any) -> str:
    body = {"name": "Bridges", "topics": ["bridge"], "alerting": {"when": {"spike": "hour", **when}}}
    return str(api.expect(201, "POST", "/v1/rules", body)["id"])


def report(edges: Edges, feed: str, clock: Clock, outlets: int) -> list[str]:
    """So many outlets report of a bridge, each of its own."""
    clock.advance(minutes=1)
    numbers = [next(NEXT) for _ in range(outlets)]
    urls = [f"https://outlet{place}.example/{number}" for place, number in enumerate(numbers)]
    added = [add_article(edges, feed, number, f"Bridge {number} opens", url=url) for number, url in zip(numbers, urls, strict=True)]
    Matcher(edges).match_due(lambda: None)
    return added


def volume(api: Api, rule: str) -> Any:
    return api.get(f"/v1/rules/{rule}/volume")


def test_a_young_rule_says_when_it_is_ready_and_what_it_counts(api: Api, edges: Edges, feed: str, clock: Clock) -> None:
    rule = watch(api, sensitivity="high")
    report(edges, feed, clock, 3)
    said = volume(api, rule)
    assert said == {
        "window": "hour", "sensitivity": "high", "count": 3, "usual": None, "least": None, "basis": None, "periods": None,
        "ready_at": "2026-03-05T11:00:00Z", "spike": None,
    }  # fmt: skip


def test_after_weeks_in_which_nothing_came_it_is_ready_when_days_have_been_seen_anew(
    api: Api, edges: Edges, feed: str, clock: Clock
) -> None:
    rule = watch(api)
    clock.advance(weeks=4)
    (article,) = report(edges, feed, clock, 1)
    outcome = api.get(f"/v1/articles/{article}/explain?rule={rule}")["outcome"]
    assert outcome.endswith("what is usual is known from Fri 3 Apr 2026, 09:00 UTC on")
    assert volume(api, rule)["ready_at"] == "2026-04-03T09:00:00Z"
    for _ in range(4):
        assert volume(api, rule)["usual"] is None
        clock.advance(days=1)
        report(edges, feed, clock, 1)
    assert volume(api, rule)["basis"] == "days"


def test_a_spike_from_its_count_to_its_explanation(api: Api, edges: Edges, feed: str, clock: Clock) -> None:
    rule = watch(api)
    begin = clock.at
    for number in range(1, 5):
        clock.at = begin + number * WEEK - HOUR / 2
        report(edges, feed, clock, 2)
    clock.at = begin + 5 * WEEK
    quiet = volume(api, rule)
    assert (quiet["count"], quiet["usual"], quiet["least"], quiet["basis"], quiet["periods"]) == (0, 1.0, 11, "weeks", 4)
    early = report(edges, feed, clock, 4)
    outcome = api.get(f"/v1/articles/{early[0]}/explain?rule={rule}")
    assert (outcome["matches"], outcome["held"]) == (True, "counted")
    assert outcome["outcome"] == "counts towards a spike: 4 independent outlets in an hour of the 11 that it takes, usually 1"

    late = report(edges, feed, clock, 20)
    (alert,) = api.get(f"/v1/alerts?rule={rule}")["items"]
    assert (alert["spike"]["count"], alert["spike"]["usual"], alert["spike"]["times"]) == (20, 1.0, 20.0)
    assert alert["spike"]["text"] == "20 independent outlets in an hour, 20 times the usual 1"
    assert alert["updates"] == []
    assert volume(api, rule)["spike"] == alert["id"]
    explained = [api.get(f"/v1/articles/{each}/explain?rule={rule}") for each in (early[0], *late)]
    assert {each["alert"] for each in explained} == {alert["id"]}
    numbers = "20 independent outlets in an hour, usually 1"
    assert [each["outcome"] for each in explained if each["held"] is None] == [f"a spike: {numbers}"]
    assert {each["outcome"] for each in explained if each["held"]} == {f"part of the spike {alert['id']}: {numbers}"}

    clock.advance(minutes=5)
    report(edges, feed, clock, 40)
    (update,) = api.get(f"/v1/alerts/{alert['id']}")["updates"]
    assert (update["news"][0]["kind"], update["spike"]["count"], update["spike"]["told"]) == ("grew", 40, 20)
    preview = api.expect(200, "POST", "/v1/channels/preview", {"kind": "ntfy", "alert": alert["id"], "update": 1})
    assert preview["subject"] == "The spike grows: 40 independent outlets in an hour, up from 20 when last told, 40 times the usual 1"


def test_a_rule_that_alerts_on_articles_has_no_volume(api: Api, neighbour: Api) -> None:
    rule = api.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["bridge"]})["id"]
    refused = api.expect(409, "GET", f"/v1/rules/{rule}/volume")
    assert '{"spike": "hour"}' in refused["detail"]
    neighbour.expect(404, "GET", f"/v1/rules/{rule}/volume")


@pytest.mark.parametrize(
    ("when", "at", "message"),
    [
        pytest.param({"spike": "week"}, "/alerting/when/spike", "'hour' or 'day'", id="another window"),
        pytest.param({"spike": "day", "sensitivity": 3}, "/alerting/when/sensitivity", "'low', 'normal' or 'high'", id="no sensitivity"),
        pytest.param({"spike": "day", "sensible": "low"}, "/alerting/when/sensible", "unknown field", id="a field that it has not"),
        pytest.param({"volume": "day"}, "/alerting/when", 'a spike as in {"spike": "hour"}', id="another word"),
        pytest.param("spike", "/alerting/when", 'a spike as in {"spike": "hour"}', id="a spike without its window"),
    ],
)
def test_a_mistake_is_told_with_its_place(api: Api, when: Any, at: str, message: str) -> None:
    refused = api.expect(422, "POST", "/v1/rules", {"name": "Bridges", "topics": ["bridge"], "alerting": {"when": when}})
    assert [each["at"] for each in refused["errors"]] == [at]
    assert message in refused["errors"][0]["message"]


def test_a_workspace_has_no_spikes_for_all_its_rules(api: Api) -> None:
    refused = api.expect(422, "PATCH", "/v1/workspace", {"alerting": {"when": {"spike": "hour"}}})
    assert [each["at"] for each in refused["errors"]] == ["/alerting/when"]
    assert "for each rule" in refused["errors"][0]["message"]
