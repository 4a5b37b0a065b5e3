"""Following feeds over the API."""

from __future__ import annotations

from sqlalchemy import update

from service.domain.feeds import FeedState
from service.edges import Edges
from service.storage.tables import feed as feed_table
from tests.api.conftest import Api

URL = "https://gazette.example/feed"


def test_a_new_feed_is_due_at_once_and_its_first_poll_a_baseline(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/feeds", {"url": URL, "tags": ["world"]})
    assert (made["state"], made["tags"], made["reason"]) == ("new", ["world"], None)
    assert "baseline" in made["notice"]
    [claimed] = edges.store.feeds.claim_feeds(now=edges.now(), token="t", limit=9)
    assert claimed.id == made["id"]


def test_following_twice_changes_nothing_and_says_so(api: Api) -> None:
    first = api.expect(201, "POST", "/v1/feeds", {"url": URL, "tags": ["world"]})
    again = api.expect(200, "POST", "/v1/feeds", {"url": URL, "tags": ["other"], "alert_existing": True})
    assert (again["id"], again["tags"], again["alert_existing"]) == (first["id"], ["world"], False)
    assert "already" in again["notice"]


def test_alerting_what_is_there_is_said(api: Api) -> None:
    made = api.expect(201, "POST", "/v1/feeds", {"url": URL, "alert_existing": True})
    assert "baseline" not in made["notice"]


def test_a_paused_feed_rests_until_it_is_resumed(api: Api) -> None:
    feed = api.expect(201, "POST", "/v1/feeds", {"url": URL})["id"]
    paused = api.expect(200, "PATCH", f"/v1/feeds/{feed}", {"paused": True})
    assert (paused["paused"], paused["next_at"]) == (True, None)
    resumed = api.expect(200, "PATCH", f"/v1/feeds/{feed}", {"paused": False, "tags": ["b", "c"]})
    assert resumed["next_at"] is not None
    assert resumed["tags"] == ["b", "c"]


def test_lists_show_one_state(api: Api) -> None:
    api.expect(201, "POST", "/v1/feeds", {"url": URL})
    assert len(api.get("/v1/feeds?state=new")["items"]) == 1
    assert api.get(f"/v1/feeds?state={FeedState.FAILING}")["items"] == []


def test_poll_now_makes_it_due(api: Api, edges: Edges) -> None:
    feed = api.expect(201, "POST", "/v1/feeds", {"url": URL})["id"]
    edges.store.feeds.claim_feeds(now=edges.now(), token="t", limit=9)
    polled = api.expect(202, "POST", f"/v1/feeds/{feed}/poll")
    assert polled["next_at"] == edges.now().isoformat().replace("+00:00", "Z")


def test_an_unfollowed_feed_is_gone(api: Api) -> None:
    feed = api.expect(201, "POST", "/v1/feeds", {"url": URL})["id"]
    api.expect(204, "DELETE", f"/v1/feeds/{feed}")
    api.expect(404, "GET", f"/v1/feeds/{feed}")
    api.expect(404, "DELETE", f"/v1/feeds/{feed}")


def test_who_follows_a_failing_feed_is_told_so_in_the_answer(api: Api, neighbour: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/feeds", {"url": URL, "discover": False})
    failing = {"state": FeedState.FAILING, "reason": "The server answers HTTP 500: an error."}
    with edges.store.database.write() as connection:
        connection.execute(update(feed_table).where(feed_table.c.id == made["id"]).values(**failing))
    theirs = neighbour.expect(201, "POST", "/v1/feeds", {"url": URL, "discover": False})
    assert (theirs["state"], theirs["reason"]) == ("failing", failing["reason"])
    assert "It is not well at the moment: The server answers HTTP 500" in theirs["notice"]
