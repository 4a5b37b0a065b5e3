"""Getting feeds in and out over the API: pages, lists, feeds that ask for a password."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.api.app import create_app
from service.edges import Edges
from service.storage.tables import feed
from tests.api.conftest import Api, make_key, workspace_id
from tests.newsroom import Answer, Newsroom, Story

DATA = Path(__file__).parents[1] / "data" / "opml"
CANARY = "canary-7f3a"
BASIC = {"username": "desk", "password": CANARY}


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


def lines(api: Api, path: str, body: Any) -> list[dict[str, Any]]:
    response = api.call("POST", path, body)
    assert response.status_code == 200, response.text
    assert response.content_type == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def page(newsroom: Newsroom, *feeds: str) -> str:
    links = "".join(f'<link rel=alternate type=application/rss+xml href="{url}">' for url in feeds)
    newsroom.answers["/"] = Answer(f"<html>{links}".encode())
    return newsroom.url + "/"


def test_the_address_of_a_page_leads_to_its_feed(api: Api, newsroom: Newsroom) -> None:
    url = newsroom.publish("/world.xml", [Story("Bridge opens")])
    made = api.expect(201, "POST", "/v1/feeds", {"url": page(newsroom, url)})
    assert made["url"] == url
    again = api.expect(200, "POST", "/v1/feeds", {"url": newsroom.url + "/"})
    assert again["id"] == made["id"]


def test_a_page_with_several_feeds_lists_them(api: Api, newsroom: Newsroom) -> None:
    world, sport = newsroom.publish("/w", [], title="World"), newsroom.publish("/s", [], title="Sport")
    refused = api.expect(422, "POST", "/v1/feeds", {"url": page(newsroom, world, sport)})
    assert refused["candidates"] == [{"url": world, "title": "World"}, {"url": sport, "title": "Sport"}]
    assert api.get("/v1/feeds")["items"] == []


def test_a_page_without_a_feed_is_refused_unless_it_is_wanted_as_it_stands(api: Api, newsroom: Newsroom) -> None:
    newsroom.answers["/"] = Answer(b"<html><title>Log in</title>")
    refused = api.expect(422, "POST", "/v1/feeds", {"url": newsroom.url + "/"})
    assert "Log in" in refused["detail"]
    api.expect(201, "POST", "/v1/feeds", {"url": newsroom.url + "/", "discover": False})


def test_what_cannot_be_reached_is_followed_and_the_notice_says_so(api: Api) -> None:
    made = api.expect(201, "POST", "/v1/feeds", {"url": "http://127.0.0.1:1/feed"})
    assert "could not be looked at" in made["notice"]


def test_many_are_followed_with_a_line_for_each(api: Api) -> None:
    wanted = [{"url": "https://a.example/feed", "tags": ["own"]}, {"url": "ftp://a.example/"}, {"url": "https://a.example/feed"}]
    first, bad, again = lines(api, "/v1/feeds/bulk", {"feeds": wanted, "tags": ["all"]})
    assert [(each["number"], each["of"], each["became"]) for each in (first, bad, again)] == [
        (1, 3, "followed"),
        (2, 3, "refused"),
        (3, 3, "already"),
    ]
    assert api.get(f"/v1/feeds/{first['id']}")["tags"] == ["own", "all"]


def test_many_addresses_may_be_pages(api: Api, newsroom: Newsroom) -> None:
    url = newsroom.publish("/w", [])
    [line] = lines(api, "/v1/feeds/bulk", {"feeds": [{"url": page(newsroom, url)}], "discover": True})
    assert api.get(f"/v1/feeds/{line['id']}")["url"] == url


def test_a_list_goes_in_and_comes_out(api: Api, neighbour: Api) -> None:
    first, second = lines(api, "/v1/opml", {"opml": (DATA / "nested.opml").read_text(), "tags": ["imported"]})
    assert api.get(f"/v1/feeds/{first['id']}")["tags"] == ["News", "Europe", "Politics", "Daily", "imported"]
    exported = api.call("GET", "/v1/opml")
    assert exported.content_type.startswith("text/x-opml")
    assert {each["became"] for each in lines(neighbour, "/v1/opml", {"opml": exported.text})} == {"followed"}
    theirs = {each["url"]: set(each["tags"]) for each in neighbour.get("/v1/feeds")["items"]}
    assert theirs == {each["url"]: set(each["tags"]) for each in api.get("/v1/feeds")["items"]}
    assert second["became"] == "followed"


@pytest.mark.parametrize("name", ["entity-bomb.opml", "words.txt"])
def test_hostile_lists_are_refused(name: str, api: Api) -> None:
    refused = api.expect(422, "POST", "/v1/opml", {"opml": (DATA / name).read_text()})
    assert refused["errors"][0]["at"] == "/opml"


def test_addresses_in_a_list_that_we_never_call_are_refused_one_by_one(api: Api) -> None:
    became = [each["became"] for each in lines(api, "/v1/opml", {"opml": (DATA / "script-addresses.opml").read_text()})]
    assert became == ["refused", "refused", "refused", "followed"]


def test_the_starter_set_can_be_chosen_from(api: Api) -> None:
    everything = api.get("/v1/starter-feeds")["items"]
    assert len(everything) >= 60
    assert len({each["url"] for each in everything}) == len(everything)
    french = api.get("/v1/starter-feeds?language=fr")["items"]
    assert {each["language"] for each in french} == {"fr"}
    assert {each["became"] for each in lines(api, "/v1/feeds/bulk", {"feeds": [{"url": each["url"]} for each in french]})} == {"followed"}


def test_access_is_stored_sealed_and_never_shown(api: Api, edges: Edges, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": BASIC, "discover": False})
    assert made["has_access"] is True
    changed = api.expect(200, "PATCH", f"/v1/feeds/{made['id']}", {"access": {"headers": {"X-Key": CANARY}}})
    with edges.store.database.read() as connection:
        stored = connection.execute(select(feed.c.access)).scalar_one()
    assert stored.startswith("1:")
    said = json.dumps([made, changed, api.get("/v1/feeds"), stored]) + api.call("GET", "/metrics").text + api.call("GET", "/v1/opml").text
    assert CANARY not in said + caplog.text
    forgotten = api.expect(200, "PATCH", f"/v1/feeds/{made['id']}", {"access": None})
    assert forgotten["has_access"] is False


@pytest.mark.parametrize(
    "access",
    [
        {},
        {"username": "a:b", "password": CANARY},
        {"username": "a"},
        {"headers": {"Host": CANARY}},
        {"headers": {"X-Key": f"{CANARY}\r\nX-Other: 1"}},
        {"headers": {"X Key": CANARY}},
        {"headers": {"If-None-Match": CANARY}},
        {"headers": {"Authorization": CANARY}, **BASIC},
    ],
)
def test_access_that_makes_no_sense_is_refused_without_quoting_it(access: dict[str, Any], api: Api) -> None:
    refused = api.call("POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": access})
    assert refused.status_code == 422
    assert CANARY not in refused.text


def test_what_a_password_opens_does_not_reach_another_workspace(api: Api, neighbour: Api) -> None:
    ours = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": BASIC})
    theirs = neighbour.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})
    assert theirs["id"] != ours["id"]
    assert theirs["has_access"] is False


def test_a_shared_feed_takes_no_access(api: Api) -> None:
    made = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})
    assert made["id"] in api.expect(409, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": BASIC})["detail"]
    assert "unfollow" in api.expect(409, "PATCH", f"/v1/feeds/{made['id']}", {"access": BASIC})["detail"]
    api.expect(204, "DELETE", f"/v1/feeds/{made['id']}")
    private = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": BASIC})
    assert private["id"] != made["id"]


def test_unfollowing_forgets_the_access(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": BASIC})
    api.expect(204, "DELETE", f"/v1/feeds/{made['id']}")
    assert edges.store.feeds.list_access() == []


def test_without_a_key_nothing_is_stored_and_the_answer_says_what_to_do(open_house: Callable[..., Edges]) -> None:
    edges = open_house(sealing_keys=None)
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, workspace_id(edges, "ours"))
    refused = api.expect(409, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "access": BASIC})
    assert "WIREWATCH_SEALING_KEYS" in refused["detail"]
