"""Silences, what waits, and why somebody was told or not."""

from __future__ import annotations

from typing import Any

import pytest

from service.edges import Edges
from service.pipeline.digest import release_due
from service.pipeline.match import Matcher
from tests.api.conftest import Api, add_article
from tests.conftest import START, Clock

NOON = START.replace(hour=12)
DAILY = {"when": {"digest": "daily", "at": "12:00"}}
HOOK = {"kind": "webhook", "name": "Hook", "settings": {"url": "https://hooks.example/in"}}


@pytest.fixture
def feed(api: Api) -> str:
    api.expect(201, "POST", "/v1/channels", HOOK)
    return str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"])


def watch(api: Api, **alerting: Any) -> str:
    return str(api.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["harbour bridge"], "alerting": alerting})["id"])


def tell(edges: Edges, feed: str, number: int = 1) -> str:
    article = add_article(edges, feed, number, "Harbour bridge opens")
    Matcher(edges).match_due(lambda: None)
    return article


def explain(api: Api, article: str, rule: str) -> Any:
    return api.get(f"/v1/articles/{article}/explain?rule={rule}")


def test_an_alert_that_waits_says_so_until_it_is_told(api: Api, edges: Edges, feed: str, clock: Clock) -> None:
    rule = watch(api, **DAILY)
    article = tell(edges, feed)
    waiting = "collected for the digest of Mon 2 Mar 2026, 12:00 UTC"
    told = explain(api, article, rule)
    assert (told["held"], told["outcome"]) == (None, waiting)
    (digest,) = api.get(f"/v1/digests?state=waiting&rule={rule}")["items"]
    assert (digest["id"], digest["kind"], digest["alerts"], digest["told"]) == (told["digest"], "digest", [told["alert"]], [])
    alert = api.get(f"/v1/alerts/{told['alert']}")
    assert (alert["collected"]["digest"], alert["collected"]["kind"], alert["collected"]["released_at"]) == (digest["id"], "digest", None)
    assert 'wirewatch_collected{kind="digest"} 1.0' in api.call("GET", "/metrics").text

    clock.at = NOON
    assert 'wirewatch_due{stage="digest"} 1.0' in api.call("GET", "/metrics").text
    release_due(edges, lambda: None)
    assert explain(api, article, rule)["outcome"] == "told in the digest of Mon 2 Mar 2026, 12:00 UTC"
    assert api.get("/v1/alerts")["items"][0]["collected"]["released_at"] == "2026-03-02T12:00:00Z"
    assert api.get("/v1/digests?state=waiting")["items"] == []
    assert api.get(f"/v1/digests/{digest['id']}")["told"] == [told["alert"]]
    (delivery,) = api.get(f"/v1/deliveries?digest={digest['id']}")["items"]
    assert (delivery["alert"], delivery["digest"]) == (None, digest["id"])
    assert 'wirewatch_collected{kind="digest"} 0.0' in api.call("GET", "/metrics").text


def test_what_was_told_at_once_says_so(api: Api, edges: Edges, feed: str) -> None:
    rule = watch(api)
    article = tell(edges, feed)
    assert explain(api, article, rule)["outcome"] == "told at once"
    assert api.get("/v1/alerts")["items"][0]["collected"] is None


def test_why_not_is_said_in_a_sentence(api: Api, edges: Edges, feed: str) -> None:
    rule = watch(api, mute_until="2027-01-01T00:00:00Z")
    told = explain(api, tell(edges, feed), rule)
    assert (told["held"], told["outcome"]) == ("muted", "the rule was muted")


def test_a_mute_that_is_over_is_refused_with_what_to_write(api: Api, clock: Clock) -> None:
    over = {"name": "Bridges", "topics": ["harbour bridge"], "alerting": {"mute_until": "2026-03-02T10:00:00+01:00"}}
    refused = api.expect(422, "POST", "/v1/rules", over)
    (fault,) = refused["errors"]
    assert fault["at"] == "/alerting/mute_until"
    assert "this time is over" in fault["message"]
    assert "after 2026-03-02T09:00:00Z, or null" in fault["message"]
    rule = watch(api, mute_until="2026-03-02T09:00:01Z")
    for method, body in (("PATCH", {"alerting": {"mute_until": "2025-01-01T00:00:00Z"}}), ("PUT", over)):
        assert api.expect(422, method, f"/v1/rules/{rule}", body)["errors"][0]["at"] == "/alerting/mute_until"


def test_a_mute_that_ended_hinders_no_other_change(api: Api, clock: Clock) -> None:
    rule = watch(api, mute_until="2026-03-02T10:00:00Z")
    clock.advance(hours=2)
    shown = api.expect(200, "PATCH", f"/v1/rules/{rule}", {"topics": ["tunnel"]})["rule"]
    api.expect(200, "PUT", f"/v1/rules/{rule}", {**shown, "topics": ["ferry"]})
    api.expect(200, "POST", "/v1/rules/preview", {"rule": shown})


def test_a_silence_holds_until_it_is_ended_and_then_explains(api: Api, edges: Edges, feed: str, clock: Clock) -> None:
    rule = watch(api)
    wanted = {"comment": "strike week", "sources": ["The Gazette"], "rules": [rule], "duration": "PT4H"}
    made = api.expect(201, "POST", "/v1/silences", wanted)
    assert (made["starts_at"], made["ends_at"]) == ("2026-03-02T09:00:00Z", "2026-03-02T13:00:00Z")
    article = tell(edges, feed)
    told = explain(api, article, rule)
    assert (told["held"], told["silence"], told["outcome"]) == ("silenced", made["id"], f'silenced by {made["id"]}: "strike week"')
    clock.advance(minutes=1)
    assert api.expect(200, "DELETE", f"/v1/silences/{made['id']}")["ends_at"] == "2026-03-02T09:01:00Z"
    assert api.get("/v1/silences")["items"] == []
    assert [each["id"] for each in api.get("/v1/silences?ended=true")["items"]] == [made["id"]]
    assert api.get(f"/v1/silences/{made['id']}")["comment"] == "strike week"
    tell(edges, feed, 2)
    assert len(api.get("/v1/alerts")["items"]) == 1


@pytest.mark.parametrize(
    ("body", "at"),
    [
        pytest.param({"comment": "all", "duration": "PT1H"}, "", id="it would hold everything"),
        pytest.param({"comment": "ever", "sources": ["G"]}, "", id="it would never end"),
        pytest.param({"comment": "when", "sources": ["G"], "duration": "PT1H", "ends_at": "2027-01-01T00:00:00Z"}, "", id="two ends"),
        pytest.param({"comment": "past", "sources": ["G"], "ends_at": "2026-01-01T00:00:00Z"}, "/ends_at", id="it is over"),
        pytest.param({"comment": "short", "sources": ["G"], "duration": "PT0S"}, "/duration", id="no time at all"),
        pytest.param({"comment": "whose", "rules": ["ru_none"], "duration": "PT1H"}, "/rules/0", id="no such rule"),
        pytest.param({"sources": ["G"], "duration": "PT1H"}, "/comment", id="nobody says why"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(api: Api, body: Any, at: str) -> None:
    refused = api.expect(422, "POST", "/v1/silences", body)
    assert at in [error["at"] for error in refused["errors"]]


def test_silences_and_digests_of_others_are_not_there(api: Api, neighbour: Api, edges: Edges, feed: str) -> None:
    watch(api, **DAILY)
    tell(edges, feed)
    silence = api.expect(201, "POST", "/v1/silences", {"comment": "x", "sources": ["G"], "duration": "PT1H"})["id"]
    digest = api.get("/v1/digests")["items"][0]["id"]
    for method, path in (("GET", f"/v1/silences/{silence}"), ("DELETE", f"/v1/silences/{silence}"), ("GET", f"/v1/digests/{digest}")):
        neighbour.expect(404, method, path)
    assert neighbour.get("/v1/silences")["items"] == neighbour.get("/v1/digests")["items"] == []


@pytest.mark.parametrize("back", [False, True])
def test_one_way_of_telling_takes_the_place_of_another(back: bool, api: Api) -> None:
    ways: list[Any] = [
        {"digest": "weekly", "weekday": "friday", "at": "16:00", "send_empty": True},
        {"digest": "daily", "at": "09:00", "timezone": "Europe/Brussels"},
        {"spike": "day", "sensitivity": "high"},
        {"digest": "hourly"},
        "instant",
        {"spike": "hour"},
    ]
    rule = watch(api)
    for when in reversed(ways) if back else ways:
        shown = api.expect(200, "PATCH", f"/v1/rules/{rule}", {"alerting": {"when": when}})["rule"]["alerting"]["when"]
        said = {name: value for name, value in shown.items() if value} if isinstance(shown, dict) else shown
        assert said == (when if when != {"spike": "hour"} else {**when, "sensitivity": "normal"}), "nothing is left of the way before"


def test_a_digest_of_all_rules_takes_the_place_of_another(api: Api) -> None:
    for when in ({"digest": "weekly", "weekday": "friday"}, {"digest": "hourly"}):
        api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"when": when}})


def test_what_does_not_say_what_it_is_changes_a_part(api: Api) -> None:
    rule = watch(api, **DAILY)
    shown = api.expect(200, "PATCH", f"/v1/rules/{rule}", {"alerting": {"when": {"at": "21:00"}}})["rule"]["alerting"]["when"]
    assert (shown["digest"], shown["at"]) == ("daily", "21:00")


def test_a_rule_takes_its_own_setting_back(api: Api) -> None:
    rule = watch(api, **DAILY, cooldown="PT4H")
    back = {"when": None, "cooldown": None, "quiet_hours": {"from": "22:00", "to": "06:00"}}
    shown = api.expect(200, "PATCH", f"/v1/rules/{rule}", {"alerting": back})
    alerting = shown["rule"]["alerting"]
    assert (alerting["when"], alerting["cooldown"], alerting["quiet_hours"]["to"]) == (None, None, "06:00")
