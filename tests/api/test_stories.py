"""Stories over the API: lists, one with its articles, and what is merged and split by hand."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.api.app import create_app
from service.edges import Edges
from service.pipeline.match import Matcher
from service.storage.tables import audit
from tests.api.conftest import Api, World, add_article, make_key
from tests.conftest import Clock
from tests.pipeline.test_stories import FIRST, LEDE

TAXES = "Parliament debates new taxes on ports"


class Desk:
    """A workspace with a feed, a rule and a channel, to which articles come."""

    def __init__(self, edges: Edges, clock: Clock) -> None:
        self.edges, self.clock, self.numbers = edges, clock, iter(range(1, 1000))
        self.api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
        self.feed = self.api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"]
        self.rule = self.api.expect(201, "POST", "/v1/rules", {"name": "Ferry", "topics": ["ferry Aurora"]})["id"]

    def come(self, title: str, feed: str = "", **changes: Any) -> str:
        """A minute later an article is there and has been matched; its id."""
        self.clock.advance(minutes=1)
        number = next(self.numbers)
        link = {"url": f"https://outlet{number}.example/{number}", "dedup_key": f"outlet{number}"}
        new = add_article(self.edges, feed or self.feed, number, title, **{**link, **changes})
        Matcher(self.edges).match_due(lambda: None)
        return new

    def story_of(self, article: str) -> str:
        return str(self.api.get(f"/v1/articles/{article}")["story"])


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Desk:
    return Desk(edges_on_both, clock)


def test_a_story_has_its_articles_and_who_reports_them(desk: Desk) -> None:
    first = desk.come(FIRST, summary=LEDE)
    second = desk.come("Ferry Aurora sinks near Marlow: 12 people missing", summary=f"(Reuters) {LEDE}", language="de")
    other = desk.come(TAXES)
    story, alone = desk.api.get("/v1/stories")["items"][::-1]
    assert (story["id"], alone["id"]) == (desk.story_of(first), desk.story_of(other))
    coverage = story["coverage"]
    assert (coverage["articles"], coverage["outlets"], coverage["languages"], coverage["spread_seconds"]) == (2, 2, ["de", "en"], 60)
    assert (coverage["first"]["article"], coverage["first"]["title"]) == (first, FIRST)
    assert coverage["reports"][1]["credits"] == ["reuters"]
    shown = desk.api.get(f"/v1/stories/{story['id']}")
    assert [each["id"] for each in shown["articles"]] == [second, first]
    assert [each["id"] for each in desk.api.get(f"/v1/articles?story={story['id']}")["items"]] == [second, first]


def test_an_alert_of_every_article_names_the_story_that_it_is_in_by_now(desk: Desk) -> None:
    desk.api.expect(200, "PATCH", f"/v1/rules/{desk.rule}", {"alerting": {"stories": "every_article"}})
    first = desk.come(FIRST, summary=LEDE)
    second = desk.come("Ferry Aurora is repainted in the winter dock", language="de")
    newest, oldest = desk.api.get("/v1/alerts")["items"]
    assert (oldest["story"], newest["story"]) == (desk.story_of(first), desk.story_of(second))
    assert (oldest["coverage"], newest["coverage"]) == (None, None)
    assert [each["id"] for each in desk.api.get(f"/v1/alerts?story={newest['story']}")["items"]] == [newest["id"]]
    desk.api.expect(200, "POST", f"/v1/stories/{oldest['story']}/merge", {"stories": [newest["story"]]})
    assert desk.api.get(f"/v1/alerts/{newest['id']}")["story"] == oldest["story"]
    both = desk.api.get(f"/v1/alerts?story={oldest['story']}")["items"]
    assert [each["id"] for each in both] == [newest["id"], oldest["id"]]
    assert desk.api.get(f"/v1/alerts?story={newest['story']}")["items"] == []


def test_filters(desk: Desk) -> None:
    first = desk.come(FIRST, summary=LEDE)
    desk.come("Ferry Aurora sinks near Marlow: 12 people missing", summary=LEDE)
    desk.come(TAXES)
    ferry = desk.story_of(first)
    assert [each["id"] for each in desk.api.get("/v1/stories?articles=2")["items"]] == [ferry]
    assert [each["id"] for each in desk.api.get(f"/v1/stories?rule={desk.rule}")["items"]] == [ferry]
    desk.clock.advance(days=8)
    assert desk.api.get("/v1/stories")["items"] == []
    assert len(desk.api.get("/v1/stories?since=2026-01-01T00:00:00Z")["items"]) == 2
    assert desk.api.expect(422, "GET", "/v1/stories?since=yesterday")["errors"][0]["at"] == "query/since"


def test_pages_show_every_story_once(desk: Desk) -> None:
    towns = ["Amsel", "Birke", "Cobalt", "Dorn", "Eiche", "Falke", "Ginster"]
    titles = [f"Mayor of {town} opens {town} swimming pool number {number}" for number, town in enumerate(towns)]
    stories = {desk.story_of(desk.come(title)) for title in titles}
    shown, path = [], "/v1/stories?limit=2"
    while path:
        page = desk.api.get(path)
        shown += [each["id"] for each in page["items"]]
        path = f"/v1/stories?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        assert len(page["items"]) <= 2
    assert sorted(shown) == sorted(stories)


def test_stories_are_merged_by_hand_and_found_by_their_old_id(desk: Desk) -> None:
    ferry, taxes = desk.story_of(desk.come(FIRST, summary=LEDE)), desk.story_of(desk.come(TAXES))
    merged = desk.api.expect(200, "POST", f"/v1/stories/{ferry}/merge", {"stories": [taxes]})
    assert (merged["id"], len(merged["articles"])) == (ferry, 2)
    assert desk.api.get(f"/v1/stories/{taxes}")["id"] == ferry
    later = desk.come(f"{TAXES} again")
    assert desk.story_of(later) == ferry
    assert [each["id"] for each in desk.api.get("/v1/stories")["items"]] == [ferry]
    with desk.edges.store.database.read() as connection:
        assert ("story.merge", ferry) in {(row.action, row.object) for row in connection.execute(select(audit)).all()}


def test_a_story_is_split_by_hand(desk: Desk) -> None:
    first = desk.come(FIRST, summary=LEDE)
    second = desk.come("Ferry Aurora sinks near Marlow: 12 people missing", summary=LEDE)
    ferry = desk.story_of(first)
    new = desk.api.expect(201, "POST", f"/v1/stories/{ferry}/split", {"articles": [second]})
    assert [each["id"] for each in new["articles"]] == [second]
    assert [each["id"] for each in desk.api.get(f"/v1/stories/{ferry}")["articles"]] == [first]
    assert {each["id"] for each in desk.api.get("/v1/stories")["items"]} == {ferry, new["id"]}
    back = desk.api.expect(200, "POST", f"/v1/stories/{ferry}/merge", {"stories": [new["id"]]})
    assert len(back["articles"]) == 2
    with desk.edges.store.database.read() as connection:
        assert ("story.split", ferry) in {(row.action, row.object) for row in connection.execute(select(audit)).all()}


def test_what_cannot_be_done_by_hand_says_where_and_why(desk: Desk) -> None:
    first, other = desk.come(FIRST, summary=LEDE), desk.come(TAXES)
    ferry = desk.story_of(first)
    for path, body, at in (
        ("merge", {"stories": [ferry, "st_nowhere"]}, "/stories/1"),
        ("merge", {"stories": []}, "/stories"),
        ("split", {"articles": [first, other]}, "/articles/1"),
        ("split", {"articles": [first]}, "/articles"),
    ):
        refused = desk.api.expect(422, "POST", f"/v1/stories/{ferry}/{path}", body)
        assert [each["at"] for each in refused["errors"]] == [at], path
    for path, body in (("merge", {"stories": [ferry]}), ("split", {"articles": [first]})):
        desk.api.expect(404, "POST", f"/v1/stories/st_nowhere/{path}", body)


def test_a_neighbour_sees_only_the_articles_of_its_feeds_and_none_of_what_we_do_by_hand(desk: Desk) -> None:
    neighbour = Api(desk.api.client, make_key(desk.edges, "theirs", "admin").secret, "")
    theirs = neighbour.expect(201, "POST", "/v1/feeds", {"url": "https://herald.example/feed"})["id"]
    first = desk.come(FIRST, summary=LEDE)
    second = desk.come("Ferry Aurora sinks near Marlow: 12 people missing", summary=LEDE, feed=theirs)
    other = desk.come(TAXES)
    ferry, taxes = desk.story_of(first), desk.story_of(other)
    [seen] = neighbour.get("/v1/stories")["items"]
    assert (seen["id"], seen["coverage"]["articles"], seen["first_seen_at"]) == (ferry, 1, seen["last_seen_at"])
    assert [each["id"] for each in neighbour.get(f"/v1/stories/{ferry}")["articles"]] == [second]
    neighbour.expect(404, "GET", f"/v1/stories/{taxes}")
    refused = neighbour.expect(422, "POST", f"/v1/stories/{ferry}/merge", {"stories": [taxes]})
    assert refused["errors"][0]["at"] == "/stories/0"
    desk.api.expect(200, "POST", f"/v1/stories/{taxes}/merge", {"stories": [ferry]})
    assert neighbour.get("/v1/stories")["items"] == [seen]


def test_an_alert_tells_its_story_updates_and_coverage(desk: Desk) -> None:
    desk.come(FIRST, summary=LEDE)
    corrects = "Correction: Ferry Aurora sinks near Marlow: 12 people missing"
    desk.come(corrects, summary=LEDE)
    [alert] = desk.api.get("/v1/alerts")["items"]
    assert desk.api.get(f"/v1/alerts?story={alert['story']}")["items"] == [alert]
    assert desk.api.get("/v1/alerts?story=st_other")["items"] == []
    assert (alert["coverage"]["outlets"], len(alert["articles"])) == (2, 1)
    [update] = alert["updates"]
    assert update["news"] == [{"kind": "correction", "what": corrects, "text": corrects}]
    assert (update["number"], update["articles"][0]["title"]) == (1, corrects)
    matches = desk.api.get("/v1/matches")["items"]
    assert [(each["held"], each["alert"], each["reason"]) for each in matches] == [
        (None, alert["id"], corrects), (None, alert["id"], None),
    ]  # fmt: skip


def test_a_joined_alert_says_where_it_went_and_keeps_all_that_is_said_of_it(desk: Desk) -> None:
    first, other = desk.come(FIRST, summary=LEDE), desk.come("Owner of ferry Aurora in court over taxes")
    told = {each["articles"][0]["id"]: each["id"] for each in desk.api.get("/v1/alerts")["items"]}
    assert [desk.api.get(f"/v1/alerts/{each}")["joined_into"] for each in told.values()] == [None, None]
    desk.api.expect(200, "PUT", f"/v1/alerts/{told[other]}/feedback", {"relevant": False})
    desk.api.expect(200, "POST", f"/v1/stories/{desk.story_of(other)}/merge", {"stories": [desk.story_of(first)]})

    shown = {each["id"]: each for each in desk.api.get(f"/v1/alerts?story={desk.story_of(first)}")["items"]}
    assert (shown[told[other]]["joined_into"], shown[told[first]]["joined_into"]) == (told[first], None)
    assert [shown[told[each]]["coverage"]["articles"] for each in (first, other)] == [2, 1]
    assert desk.api.get(f"/v1/alerts/{told[other]}") == shown[told[other]]

    explained = desk.api.get(f"/v1/articles/{other}/explain?rule={desk.rule}")
    assert (explained["alert"], explained["joined_into"]) == (told[other], told[first])
    assert explained["outcome"].startswith(f"told at once; its alert {told[other]} was joined into {told[first]}")
    assert desk.api.get(f"/v1/articles/{first}/explain?rule={desk.rule}")["joined_into"] is None

    for relevant in (False, True):
        assert [each["relevant"] for each in desk.api.get(f"/v1/alerts/{told[other]}/feedback")["items"]] == [relevant]
        desk.api.expect(200, "PUT", f"/v1/alerts/{told[other]}/feedback", {"relevant": True})


def test_the_story_of_the_first_alert_is_there(world: World, api: Api) -> None:
    assert api.get(f"/v1/alerts/{world.alert}")["story"] == world.story == api.get(f"/v1/articles/{world.article}")["story"]
