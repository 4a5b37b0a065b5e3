"""What a workspace chooses for itself, and how its feeds are."""

from __future__ import annotations

from sqlalchemy import update

from service.edges import Edges
from service.storage.tables import feed
from tests.api.conftest import Api

URL = "https://gazette.example/feed"
HOOK = {"kind": "webhook", "name": "Hook", "settings": {"url": "https://hooks.example/in"}}


def test_the_channel_for_the_health_of_feeds_is_chosen_and_taken_back(api: Api) -> None:
    assert api.get("/v1/workspace")["health_channel"] is None
    channel = api.expect(201, "POST", "/v1/channels", HOOK)["id"]
    assert api.expect(200, "PATCH", "/v1/workspace", {"health_channel": channel})["health_channel"] == channel
    assert api.get("/v1/workspace") | {"created_at": "", "alerting": {}} == {
        "id": api.workspace, "name": "ours", "created_at": "", "health_channel": channel, "alerting": {},
    }  # fmt: skip
    assert "PATCH /v1/workspace" in api.expect(409, "DELETE", f"/v1/channels/{channel}")["detail"]
    assert api.expect(200, "PATCH", "/v1/workspace", {"health_channel": None})["health_channel"] is None
    api.expect(204, "DELETE", f"/v1/channels/{channel}")


def test_what_holds_for_all_rules_is_chosen_bit_by_bit_and_taken_back(api: Api, neighbour: Api) -> None:
    first = api.get("/v1/workspace")["alerting"]
    assert (first["when"], first["timezone"], first["budget"]) == ("instant", "UTC", None)
    night = {"from": "22:00", "to": "07:00"}
    api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"quiet_hours": night, "holidays": ["2026-12-25"]}})
    chosen = api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"timezone": "Europe/Brussels", "budget": 50}})["alerting"]
    assert (chosen["quiet_hours"]["from"], chosen["holidays"], chosen["timezone"], chosen["budget"]) == (
        "22:00", ["2026-12-25"], "Europe/Brussels", 50,
    )  # fmt: skip
    assert neighbour.get("/v1/workspace")["alerting"] == first
    assert api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"quiet_hours": None}})["alerting"]["quiet_hours"] is None
    assert api.expect(200, "PATCH", "/v1/workspace", {"alerting": None})["alerting"] == first


def test_what_makes_no_sense_for_all_rules_is_refused_with_its_place(api: Api) -> None:
    wrong = {"timezone": "Brussels", "when": {"digest": "daily", "at": "25:00"}, "colour": "red"}
    refused = api.expect(422, "PATCH", "/v1/workspace", {"alerting": wrong})
    assert {error["at"] for error in refused["errors"]} == {"/alerting/timezone", "/alerting/when/at", "/alerting/colour"}


def test_a_channel_of_another_workspace_cannot_be_chosen(api: Api, neighbour: Api) -> None:
    channel = api.expect(201, "POST", "/v1/channels", HOOK)["id"]
    refused = neighbour.expect(422, "PATCH", "/v1/workspace", {"health_channel": channel})
    assert [error["at"] for error in refused["errors"]] == ["/health_channel"]
    assert api.get("/v1/workspace")["health_channel"] is None


def test_a_feed_that_is_paused_says_so_and_is_listed_so(api: Api, neighbour: Api) -> None:
    feed_id = api.expect(201, "POST", "/v1/feeds", {"url": URL})["id"]
    neighbour.expect(201, "POST", "/v1/feeds", {"url": URL})
    paused = api.expect(200, "PATCH", f"/v1/feeds/{feed_id}", {"paused": True})
    assert (paused["state"], paused["reason"]) == ("paused", "You have paused it.")
    assert [each["id"] for each in api.get("/v1/feeds?state=paused")["items"]] == [feed_id]
    assert api.get("/v1/feeds?state=new")["items"] == []
    assert len(neighbour.get("/v1/feeds?state=new")["items"]) == 1


def test_feeds_are_listed_by_what_is_wrong_with_them(api: Api, edges: Edges) -> None:
    api.expect(201, "POST", "/v1/feeds", {"url": URL})
    for state in ("silent", "rolled_over", "moved", "gone", "not_a_feed", "failing"):
        with edges.store.database.write() as connection:
            connection.execute(update(feed).values(state=state, reason="Because."))
        (found,) = api.get(f"/v1/feeds?state={state}")["items"]
        assert (found["state"], found["reason"]) == (state, "Because.")
    assert 'wirewatch_feeds{state="failing"} 1.0' in api.call("GET", "/metrics").text


def test_metrics_tell_paused_feeds_and_how_hosts_answer(api: Api) -> None:
    feed_id = api.expect(201, "POST", "/v1/feeds", {"url": URL})["id"]
    api.expect(200, "PATCH", f"/v1/feeds/{feed_id}", {"paused": True})
    text = api.call("GET", "/metrics").text
    assert 'wirewatch_feeds{state="paused"} 1.0' in text
    assert 'wirewatch_polled_hosts{outcome="failed"} 0.0' in text
