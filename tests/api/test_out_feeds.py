"""Feeds of alerts: secret links that are shown once, can be renewed and closed, and are asked for by condition."""

from __future__ import annotations

import re

from sqlalchemy import select

from service.edges import Edges
from service.storage.tables import audit, out_feed
from tests.api.conftest import Api, World


def path_of(link: str) -> str:
    return link.removeprefix("http://localhost")


def make(api: Api, **body: str) -> tuple[str, str, str]:
    """A new feed's id and the paths of its links."""
    made = api.expect(201, "POST", "/v1/out-feeds", {"name": "Mine", **body})
    return made["id"], path_of(made["atom"]), path_of(made["json_feed"])


def test_a_feed_has_the_alerts_of_its_rule_or_of_all(world: World, api: Api) -> None:
    other = api.expect(201, "POST", "/v1/rules", {"name": "Cats", "topics": ["cats"]})["id"]
    for body, entries in (({}, 1), ({"rule": world.rule}, 1), ({"rule": other}, 0)):
        _id, atom, json_feed = make(api, **body)
        shown = api.client.get(atom)
        assert (shown.status_code, shown.text.count("<entry>")) == (200, entries)
        assert shown.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        items = api.client.get(json_feed).get_json(force=True)["items"]
        assert [each["title"] for each in items] == ["Harbour bridge opens"] * entries


def test_what_has_not_changed_is_not_sent_again(world: World, api: Api) -> None:
    for link in make(api)[1:]:
        first = api.client.get(link)
        assert api.client.get(link, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert api.client.get(link, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304
        assert api.client.get(link, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_links_are_shown_once_and_only_their_hash_is_stored(api: Api, edges: Edges) -> None:
    _id, atom, _json = make(api)
    token = atom.removeprefix("/feeds/").removesuffix(".atom")
    assert len(token) == 64
    with edges.store.database.read() as connection:
        stored = str([*connection.execute(select(out_feed)).all(), *connection.execute(select(audit)).all()])
    assert token not in stored + api.call("GET", "/v1/out-feeds").text


def test_a_renewed_or_closed_feed_opens_by_its_old_links_no_more(api: Api) -> None:
    feed, old, _json = make(api)
    new = path_of(api.expect(200, "POST", f"/v1/out-feeds/{feed}/renew")["atom"])
    assert (api.client.get(old).status_code, api.client.get(new).status_code) == (404, 200)
    api.expect(204, "DELETE", f"/v1/out-feeds/{feed}")
    assert api.client.get(new).status_code == 404
    api.expect(404, "DELETE", f"/v1/out-feeds/{feed}")


def test_a_feed_is_of_a_rule_of_ones_own(world: World, neighbour: Api) -> None:
    refused = neighbour.expect(422, "POST", "/v1/out-feeds", {"name": "Spy", "rule": world.rule})
    assert refused["errors"][0]["at"] == "/rule"
    _id, atom, _json = make(neighbour)
    assert "<entry>" not in neighbour.client.get(atom).text


def test_who_opens_a_link_in_a_browser_is_shown_what_it_is_for(world: World, api: Api) -> None:
    for link in make(api, name="<Mine>")[1:]:
        page = api.client.get(link, headers={"Sec-Fetch-Dest": "document", "Accept": "text/html"})
        assert (page.status_code, page.mimetype, page.headers["Vary"]) == (200, "text/html", "Sec-Fetch-Dest")
        assert "&lt;Mine&gt;" in page.text
        assert f'value="http://localhost{link}"' in page.text
        assert re.search(r'<a href="https?://[^"]+" rel="noopener noreferrer" dir="auto" lang="en">Harbour bridge opens</a>', page.text)
        assert page.headers["X-Robots-Tag"] == "noindex"


def test_its_texts_have_the_times_of_the_workspace_and_its_dates_are_in_utc(world: World, api: Api) -> None:
    (_id, atom, json_feed), alerts = make(api), api.get("/v1/alerts")
    browser = {"Sec-Fetch-Dest": "document", "Accept": "text/html"}
    for said, other in (("seen 2 Mar 2026, 09:01 UTC", "CET"), ("seen 2 Mar 2026, 10:01 CET", "UTC")):
        [item] = api.client.get(json_feed).get_json(force=True)["items"]
        for text in (item["content_html"], api.client.get(atom).text, api.client.get(atom, headers=browser).text):
            assert said in text
            assert other not in text
        assert item["date_published"] == "2026-03-02T09:01:00Z"
        api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"timezone": "Europe/Brussels"}})
    assert api.get("/v1/alerts") == alerts


def test_a_feed_without_alerts_says_so_to_a_browser(api: Api) -> None:
    _id, atom, _json = make(api)
    assert "no alerts yet" in api.client.get(atom, headers={"Sec-Fetch-Dest": "document"}).text


def test_a_reader_that_takes_html_too_gets_the_feed(world: World, api: Api) -> None:
    _id, atom, _json = make(api)
    shown = api.client.get(atom, headers={"Accept": "text/html,application/atom+xml;q=0.9,*/*;q=0.8"})
    assert (shown.mimetype, shown.headers["Vary"]) == ("application/atom+xml", "Sec-Fetch-Dest")
