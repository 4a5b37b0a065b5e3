"""Lists: pages that show everything once, and filters."""

from __future__ import annotations

from typing import Any

from service.api.app import create_app
from service.edges import Edges
from tests.api.conftest import Api, World, add_article, make_key
from tests.conftest import Clock


def test_pages_show_everything_once_while_articles_arrive(edges_on_both: Edges, clock: Clock) -> None:
    edges = edges_on_both
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
    feed = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"]
    there = []
    for number in range(25):
        if number % 3 == 0:
            clock.advance(seconds=1)  # three articles of each moment, so that pages break inside one
        there.append(add_article(edges, feed, number, f"Article {number}"))

    shown: list[str] = []
    path: str | None = "/v1/articles?limit=4"
    late = 1000
    while path:
        response = api.call("GET", path)
        assert response.json is not None
        shown += [each["id"] for each in response.json["items"]]
        following = _next(response.headers.get("Link"))
        assert (following is None) == (response.json["next_cursor"] is None)
        path = following
        clock.advance(seconds=1)
        late += 1
        add_article(edges, feed, late, "Late")

    assert sorted(shown) == sorted(there)


def _next(link: str | None) -> str | None:
    return link.split(";")[0].strip("<>") if link else None


def test_a_page_keeps_its_filter(world: World, api: Api, edges: Edges) -> None:
    other = api.expect(201, "POST", "/v1/feeds", {"url": "https://herald.example/feed"})["id"]
    for number in range(2, 6):
        add_article(edges, other, number, "Elsewhere")
    first = api.call("GET", f"/v1/articles?feed={other}&limit=3")
    rest: Any = api.get(_next(first.headers["Link"]) or "")
    assert [each["feed"] for each in rest["items"]] == [other]


def test_filters_find_what_belongs_together(world: World, api: Api) -> None:
    for path in (
        f"/v1/articles?feed={world.feed}",
        f"/v1/matches?rule={world.rule}&article={world.article}",
        f"/v1/alerts?rule={world.rule}",
        f"/v1/deliveries?state=pending&channel={world.channel}&alert={world.alert}",
    ):
        assert len(api.get(path)["items"]) == 1, path
    for path in ("/v1/articles?feed=x", "/v1/matches?rule=x", "/v1/matches?article=x", "/v1/alerts?rule=x", "/v1/deliveries?state=sent"):
        assert api.get(path)["items"] == [], path


def test_an_alert_tells_why(world: World, api: Api) -> None:
    alert = api.get(f"/v1/alerts/{world.alert}")
    [article] = alert["articles"]
    assert alert["rule_name"] == "Bridges"
    assert article["passages"][0] == {"field": "title", "text": "Harbour bridge opens", "highlights": [[0, 7], [8, 14]]}
    match = api.get(f"/v1/matches/{world.match}")
    assert match["evidence"] == article["evidence"]
    assert 0 < match["scores"]["is_about"] <= match["scores"]["comes_up"] <= 1
    assert api.get(f"/v1/articles/{world.article}")["matched_at"] is not None


def test_an_article_tells_what_came_of_reading_its_page(world: World, api: Api, edges: Edges) -> None:
    path = f"/v1/articles/{world.article}"
    assert api.get(path)["page"] is None
    stored = edges.store.articles.find_article(api.workspace, world.article)
    assert stored is not None
    edges.store.pages.want([stored.article], now=edges.now())
    waiting = api.get(path)["page"]
    assert (waiting["outcome"], waiting["next_at"] is None) == (None, False)
    edges.store.pages.give_up("the site's robots.txt does not allow us to read it")
    assert api.get(path)["page"] == {"outcome": "the site's robots.txt does not allow us to read it", "next_at": None}


def test_a_feed_tells_what_came_of_reading_the_pages_of_its_articles(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    path = f"/v1/feeds/{world.feed}/pages"
    assert api.get(path)["outcomes"] == []
    clock.advance(minutes=1)
    added = [add_article(edges, world.feed, number, f"Harbour bridge {number}") for number in range(50, 53)]
    stored = [edges.store.articles.find_article(api.workspace, each) for each in added]
    pages = edges.store.pages
    pages.want([each.article for each in stored[:2] if each], now=edges.now())
    pages.give_up("its robots.txt does not allow it")
    pages.want([each.article for each in stored[2:] if each], now=edges.now())
    forbidden = {"outcome": "its robots.txt does not allow it", "waiting": False, "articles": 2}
    assert api.get(path)["outcomes"] == [forbidden, {"outcome": None, "waiting": True, "articles": 1}]
    api.expect(404, "GET", "/v1/feeds/fd_unknown/pages")
