"""A rule's precision and what would have prevented its false alarms, from articles to a better rule."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from service.api.app import create_app
from service.api.errors import Problem
from service.api.proposing import Proposing
from service.edges import Edges
from service.pipeline.match import Matcher
from tests.api.conftest import Api, add_article, make_key, workspace_id
from tests.conftest import START, Clock

FALSE = ["Dental bridge costs rise", "Why a dental bridge fails", "A dental bridge or an implant?"]
RIGHT = ["Harbour bridge opens", "Old bridge closed for repairs", "Mayor welcomes new rail bridge", "Bridge toll doubles"]
NOBODYS = "A bridge that nobody judged"


@dataclass
class Desk:
    """A rule whose alerts were judged."""

    api: Api
    edges: Edges
    feed: str
    rule: str
    alerts: dict[str, str]  # by headline

    @property
    def workspace(self) -> str:
        return workspace_id(self.edges, "ours")

    def judge(self, title: str, relevant: bool) -> None:
        self.api.expect(200, "PUT", f"/v1/alerts/{self.alerts[title]}/feedback", {"relevant": relevant})

    def shown(self, query: str = "") -> Any:
        return self.api.get(f"/v1/rules/{self.rule}/feedback{query}")


@pytest.fixture
def desk(open_house: Callable[..., Edges], database_url: str, clock: Clock) -> Desk:
    edges = open_house(database_url)
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
    feed = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"]
    rule = api.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["bridge"], "exclude": ["card game"]})["id"]
    clock.advance(minutes=1)
    for number, title in enumerate([*FALSE, *RIGHT, NOBODYS]):
        clock.advance(minutes=1)
        add_article(edges, feed, number, title, story=f"st_{number}")
        Matcher(edges).match_due(lambda: None)
    alerts = {each["articles"][0]["title"]: each["id"] for each in api.get("/v1/alerts")["items"]}
    assert alerts.keys() == {*FALSE, *RIGHT, NOBODYS}
    made = Desk(api, edges, feed, rule, alerts)
    for title in (*FALSE, *RIGHT):
        made.judge(title, title in RIGHT)
    return made


def test_precision_with_its_interval_and_since_when(desk: Desk) -> None:
    shown = desk.shown()
    precision = shown["precision"]
    assert (precision["judged"], precision["relevant"], round(precision["share"], 3)) == (7, 4, 0.571)
    assert (round(precision["low"], 3), round(precision["high"], 3)) == (0.25, 0.842)
    first = desk.api.get(f"/v1/alerts/{desk.alerts[FALSE[0]]}")
    assert shown["since"] == first["created_at"]


def test_only_alerts_raised_since_then(desk: Desk) -> None:
    since = (START + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    shown = desk.shown(f"?since={since}")
    assert (shown["since"], shown["precision"]["judged"], shown["precision"]["relevant"]) == (since, 4, 4)
    assert (shown["false_alarms"], shown["right"], shown["proposals"]) == (0, 4, [])


def test_a_proposal_names_its_alerts_and_can_be_pasted_into_the_rule(desk: Desk) -> None:
    shown = desk.shown()
    [proposal] = shown["proposals"]
    assert (proposal["kind"], proposal["what"]) == ("term", "dental bridge")
    assert proposal["text"] == ('to exclude "dental bridge" would have prevented 3 of 3 false alarms and cost none of 4 relevant alerts')
    assert {*proposal["prevented"]} == {desk.alerts[title] for title in FALSE}
    assert proposal["lost"] == []
    assert shown["together"]["patch"] == proposal["patch"] == {"exclude": ["card game", "dental bridge"]}
    desk.api.expect(200, "PATCH", f"/v1/rules/{desk.rule}", proposal["patch"])
    for title, number in ((FALSE[0], 0), (RIGHT[0], 3)):
        explained = desk.api.get(f"/v1/articles/ar_{number:026x}/explain?rule={desk.rule}")
        assert explained["matches"] is (title in RIGHT), explained["reason"]
    after = desk.shown()
    assert (after["false_alarms"], after["outdated"], after["right"], after["proposals"]) == (0, 3, 4, [])
    assert after["ever"] == shown["precision"] == shown["ever"], "what was judged stays judged"
    assert after["precision"]["judged"] == 0, "but not of the rule as it is now"


def raise_and_judge(desk: Desk, number: int, title: str) -> None:
    add_article(desk.edges, desk.feed, number, title, story=f"st_{number}")
    Matcher(desk.edges).match_due(lambda: None)
    desk.alerts[title] = desk.api.get("/v1/alerts?limit=1")["items"][0]["id"]
    desk.judge(title, relevant=True)


def counted(desk: Desk) -> tuple[int, int]:
    shown = desk.shown()
    return shown["precision"]["judged"], shown["ever"]["judged"]


def test_what_was_judged_of_another_version_of_the_rule_is_told_apart(desk: Desk, clock: Clock) -> None:
    clock.advance(minutes=1)
    desk.api.expect(200, "PATCH", f"/v1/rules/{desk.rule}", {"alerting": {"cooldown": "PT0S"}, "channels": []})
    assert counted(desk) == (7, 7), "it matches the same"
    desk.api.expect(200, "PATCH", f"/v1/rules/{desk.rule}", {"exclude": ["dental"]})
    assert counted(desk) == (0, 7)
    raise_and_judge(desk, 60, "Bridge of sighs closes")
    assert counted(desk) == (1, 8)


def test_an_actor_that_goes_by_another_name_makes_another_version(desk: Desk, clock: Clock) -> None:
    desk.api.expect(200, "PATCH", f"/v1/rules/{desk.rule}", {"actors": ["Marlow"], "topics": []})
    clock.advance(minutes=1)
    raise_and_judge(desk, 60, "Marlow builds a bridge")
    assert counted(desk) == (1, 8)
    desk.api.expect(200, "PUT", "/v1/actors?name=Marlow", {"aliases": ["the river town"]})
    assert counted(desk) == (0, 8)


def test_of_several_words_on_an_alert_the_majority_counts(desk: Desk) -> None:
    other = Api(desk.api.client, make_key(desk.edges, "ours", "write").secret, "")
    third = Api(desk.api.client, make_key(desk.edges, "ours", "write").secret, "")
    for each in (other, third):
        each.expect(200, "PUT", f"/v1/alerts/{desk.alerts[FALSE[0]]}/feedback", {"relevant": True})
    assert desk.shown()["precision"]["relevant"] == 5
    other.expect(204, "DELETE", f"/v1/alerts/{desk.alerts[FALSE[0]]}/feedback")
    third.expect(204, "DELETE", f"/v1/alerts/{desk.alerts[FALSE[0]]}/feedback")
    assert desk.shown()["precision"]["relevant"] == 4


def test_a_rule_of_which_nothing_was_said(desk: Desk) -> None:
    rule = desk.api.expect(201, "POST", "/v1/rules", {"name": "Ferries", "topics": ["ferry"]})["id"]
    shown = desk.api.get(f"/v1/rules/{rule}/feedback")
    assert shown["precision"] == {"judged": 0, "relevant": 0, "share": None, "low": 0.0, "high": 1.0}
    assert (shown["since"], shown["proposals"], shown["together"]) == (None, [], None)
    assert shown["why_none"] == "no judged alert is a false alarm that the rule would still raise"


def test_a_joined_article_without_the_term_keeps_the_false_alarm(desk: Desk) -> None:
    desk.judge(NOBODYS, relevant=True)
    add_article(desk.edges, desk.feed, 50, "A bridge in the mouth", story="st_0")
    Matcher(desk.edges).match_due(lambda: None)
    [proposal] = desk.shown()["proposals"] or [None]
    assert proposal["prevented"] == [desk.alerts[FALSE[2]], desk.alerts[FALSE[1]]]


def test_the_article_that_raised_an_alert_comes_first_though_others_came_at_once(desk: Desk, clock: Clock) -> None:
    clock.advance(minutes=1)
    for number in range(60, 70):
        for half in (0, 100):
            add_article(desk.edges, desk.feed, number + half, f"Bridge {number}", story=f"st_{number}")
    Matcher(desk.edges).match_due(lambda: None)
    raised = {each["id"]: each["articles"][0]["id"] for each in desk.api.get("/v1/alerts?limit=10")["items"]}
    judged = [*desk.edges.store.judged.load(desk.workspace, dict.fromkeys(raised, True))]
    assert {each.id: each.articles[0].article.id for each in judged} == raised
    assert {len(each.articles) for each in judged} == {2}


def test_only_so_much_text_is_compared(desk: Desk, clock: Clock) -> None:
    clock.advance(minutes=1)
    add_article(desk.edges, desk.feed, 60, "A bridge too long", story="st_60", body="x " * 2_100_000)
    Matcher(desk.edges).match_due(lambda: None)
    [newest] = desk.api.get("/v1/alerts?limit=1")["items"]
    desk.api.expect(200, "PUT", f"/v1/alerts/{newest['id']}/feedback", {"relevant": True})
    shown = desk.shown()
    assert (shown["precision"]["judged"], shown["false_alarms"], shown["right"]) == (8, 0, 0)


def test_proposals_are_worked_out_once_until_something_is_said(desk: Desk, clock: Clock) -> None:
    proposing, stored = Proposing(desk.edges), desk.edges.store.rules.find_rule(desk.workspace, desk.rule)
    assert stored is not None
    judged = {desk.alerts[title]: title in RIGHT for title in (*FALSE, *RIGHT)}
    first = proposing.for_rule(stored, judged)
    assert proposing.for_rule(stored, dict(judged)) is first
    assert proposing.for_rule(stored, {**judged, desk.alerts[FALSE[0]]: True}) is not first
    assert proposing.for_rule(replace(stored, revision=stored.revision + 1), judged) is not first
    clock.advance(minutes=10)
    assert proposing.for_rule(stored, judged) is not first


def test_one_rule_at_a_time_is_worked_out_and_others_are_asked_to_come_again(desk: Desk) -> None:
    stored = desk.edges.store.rules.find_rule(desk.workspace, desk.rule)
    assert stored is not None
    inside, go_on = Event(), Event()

    def now() -> datetime:  # it is looked at when the work is done, before the turn ends
        inside.set()
        assert go_on.wait(60)
        return START

    proposing = Proposing(replace(desk.edges, now=now))
    with ThreadPoolExecutor(1) as other:
        working = other.submit(proposing.for_rule, stored, {desk.alerts[FALSE[0]]: False})
        assert inside.wait(60)
        with pytest.raises(Problem) as refused:
            proposing.for_rule(stored, {desk.alerts[FALSE[1]]: False})
        go_on.set()
        assert working.result(60).false_alarms == 1
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "2"})
    assert proposing.for_rule(stored, {desk.alerts[FALSE[1]]: False}).false_alarms == 1


def test_a_deleted_rule_is_not_there(desk: Desk) -> None:
    desk.api.expect(204, "DELETE", f"/v1/rules/{desk.rule}")
    desk.api.expect(404, "GET", f"/v1/rules/{desk.rule}/feedback")
