"""A change of a rule that others use, from the store to their alerts."""

from __future__ import annotations

import pytest

from service.domain.rules import RuleSpec
from service.edges import Edges
from tests.conftest import Clock
from tests.make import a_spec
from tests.pipeline.test_actors import FEED, publish, say
from tests.pipeline.test_match import Desk


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Desk:
    return Desk(edges_on_both, clock)


def test_a_change_of_a_saved_rule_takes_effect_in_the_next_batch(desk: Desk) -> None:
    feed, used = desk.follow(FEED), desk.watch(name="Crossings", topics=["bridge"], enabled=False)
    desk.watch(name="Below", topics=[], query='harbour rule:"Crossings"', alerting={"stories": "every_article"})
    desk.watch(name="Top", topics=[], query="rule:Below NOT football", alerting={"stories": "every_article"})
    publish(desk, feed, "Harbour bridge opens", "Harbour tunnel opens")
    assert desk.alerts() == ["Harbour bridge opens"] * 2

    def tunnels(_old: RuleSpec) -> RuleSpec:
        return a_spec(name="Crossings", topics=["tunnel"], enabled=False)

    desk.edges.store.rules.change_rule(used.id, tunnels, caller=desk.caller())
    publish(desk, feed, "Harbour bridge closes", "Harbour tunnel closes")
    assert desk.alerts() == ["Harbour bridge opens"] * 2 + ["Harbour tunnel closes"] * 2


def test_an_alias_of_a_workspace_reaches_rules_over_the_rules_that_they_use(desk: Desk) -> None:
    feed = desk.follow(FEED)
    desk.watch(name="Russia", topics=[], actors=["Russia"], enabled=False)
    desk.watch(name="Top", topics=[], query="rule:Russia")
    desk.match()  # the index exists before the alias does
    say(desk, aliases=("the bear",))
    publish(desk, feed, "What the bear wants")
    assert desk.alerts() == ["What the bear wants"]
