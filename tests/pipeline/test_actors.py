"""Strikes and aliases, of a rule and of a workspace, from the stored article to the alert."""

from __future__ import annotations

import pytest

from service.domain.actors import ActorChange
from service.edges import Edges
from tests.conftest import Clock
from tests.make import an_entry
from tests.pipeline.test_match import Desk

FEED = "https://gazette.example/feed"
RUSSIA = "state:RU"


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Desk:
    return Desk(edges_on_both, clock)


def say(desk: Desk, *, aliases: tuple[str, ...] = (), strikes: tuple[str, ...] = ()) -> None:
    desk.edges.store.actors.save_change(ActorChange(RUSSIA, "Russia", aliases, strikes), caller=desk.caller())


def publish(desk: Desk, feed: str, *titles: str) -> None:
    """The feed lists articles of these titles, and they are matched."""
    desk.arrive(feed, *(an_entry(guid=title, link=f"https://gazette.example/{title.replace(' ', '-')}", title=title) for title in titles))
    desk.match()


def test_a_strike_of_a_rule_hides_the_word_from_this_rule_alone(desk: Desk) -> None:
    feed = desk.follow(FEED)
    strict = desk.watch(topics=[], actors=[{"name": "Russia", "strikes": ["kreml*"]}])
    wide = desk.watch(topics=[], actors=["Russia"])
    publish(desk, feed, "Kremlin rejects the plan", "Russia rejects the plan")
    matches = desk.edges.store.matches
    assert [len(matches.list_matches("ws_1", rule_id=rule.id).items) for rule in (strict, wide)] == [1, 2]


def test_a_strike_of_a_workspace_hides_the_word_from_all_its_rules_and_nobody_elses(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Desk(edges_on_both, clock), Desk(edges_on_both, clock, "ws_2")
    feed = desk.follow(FEED)
    other.follow(FEED)
    for actor in ("Russia", "Russian Federation"):
        desk.watch(topics=[], actors=[actor])
    other.watch(topics=[], actors=["Russia"])
    desk.match()  # the index exists before the strike does
    say(desk, strikes=("kreml*",))
    publish(desk, feed, "Kremlin rejects the plan")
    assert (desk.alerts(), other.alerts()) == ([], ["Kremlin rejects the plan"])


def test_an_alias_of_a_workspace_is_found_until_it_is_taken_back(desk: Desk) -> None:
    feed = desk.follow(FEED)
    desk.watch(topics=[], actors=["Russia"])
    say(desk, aliases=("the bear",))
    publish(desk, feed, "What the bear wants")
    assert desk.alerts() == ["What the bear wants"]
    desk.edges.store.actors.delete_change(RUSSIA, caller=desk.caller())
    publish(desk, feed, "What the bear wants next")
    assert desk.alerts() == ["What the bear wants"]


def test_the_evidence_names_the_actor_as_the_rule_does(desk: Desk) -> None:
    feed = desk.follow(FEED)
    desk.watch(topics=[], actors=["NATO", "Russian Federation"])
    say(desk, aliases=("the bear",))
    publish(desk, feed, "What the bear wants")
    (match,) = desk.edges.store.matches.list_matches("ws_1").items
    assert [(found.part, found.term, found.text) for found in match.evidence] == [("/actors/1", "Russian Federation", "the bear")]


def test_what_a_workspace_says_holds_in_queries_and_in_those_of_the_rules_they_use(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Desk(edges_on_both, clock), Desk(edges_on_both, clock, "ws_2")
    feed = desk.follow(FEED)
    other.follow(FEED)
    asking = desk.watch(name="Asking", topics=[], query='ACTOR:"Russian Federation" NOT chess')
    using = desk.watch(name="Using", topics=[], query='rule:"Asking" AND wants')
    theirs = other.watch(topics=[], query="actor:Russia")
    desk.match()  # the index exists before it is said
    say(desk, aliases=("the bear",), strikes=("kreml*",))
    publish(desk, feed, "What the bear wants", "Kremlin wants peace", "The bear plays chess")
    matches = desk.edges.store.matches
    titles = {each.article.id: each.article.title for each in desk.edges.store.articles.list_articles("ws_1").items}
    found = {rule.id: [titles[each.article] for each in matches.list_matches("ws_1", rule_id=rule.id).items] for rule in (asking, using)}
    assert found == {asking.id: ["What the bear wants"], using.id: ["What the bear wants"]}
    assert [titles[each.article] for each in matches.list_matches("ws_2", rule_id=theirs.id).items] == ["Kremlin wants peace"]
    desk.edges.store.actors.delete_change(RUSSIA, caller=desk.caller())
    publish(desk, feed, "Kremlin wants more")
    assert len(matches.list_matches("ws_1", rule_id=asking.id).items) == 2
