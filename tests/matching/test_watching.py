"""What an article has of a rule's actors, its topics and its name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from service.domain.rules import RuleSpec
from service.matching.groups import Known
from service.matching.reading import Reading
from service.matching.scoring import ACTOR_IN_TITLE, ACTOR_ONCE, ACTOR_TWICE, ANYWHERE, SOFT, TOPIC_AND_ACTOR
from service.matching.topics import groups_of_topic
from service.matching.watching import Findings, find, find_together, watch_of
from tests.make import a_spec
from tests.matching.test_index import articles, specs

DAY = date(2026, 3, 2)
RAIN = "It rains. The rain goes on. "


def found(spec: dict[str, Any], title: str, body: str = "") -> Findings:
    return find(watch_of(a_spec(**{"topics": [], **spec})), Reading({"title": title, "lede": "", "body": body}), DAY, Known())


TWO = {"actors": ["Mark Rutte", "Viktor Orban"]}
BOTH = {**TWO, "match": {"actors": "all"}}

TOGETHER = [
    pytest.param(
        {"actors": ["Mark Rutte"], "topics": ["sanctions"]}, "Mark Rutte on sanctions", "", 1.0, id="actor and topic in the title"
    ),
    pytest.param({"actors": ["Mark Rutte"], "topics": ["sanctions"]}, "Sanctions", RAIN + "Mark Rutte came.", None, id="the actor below"),
    pytest.param({"actors": ["Mark Rutte"], "topics": ["sanctions"]}, "Mark Rutte came", "", 0.0, id="no topic"),
    pytest.param({"actors": ["Mark Rutte"], "topics": ["sanctions"]}, "New sanctions", "", 0.0, id="no actor"),
    pytest.param({**TWO, "topics": ["sanctions"]}, "Mark Rutte on sanctions", "", 1.0, id="any of two actors"),
    pytest.param({**BOTH, "topics": ["sanctions"]}, "Mark Rutte on sanctions", "", 0.0, id="one of all actors"),
    pytest.param({**BOTH, "topics": ["sanctions"]}, "Mark Rutte, Viktor Orban, sanctions", "", 1.0, id="all actors"),
    pytest.param({"topics": ["sanctions", "grain"]}, "Grain", "", 1.0, id="any of two topics"),
    pytest.param({"topics": ["sanctions", "grain"], "match": {"topics": "all"}}, "Grain", "", 0.0, id="one of all topics"),
    pytest.param({"topics": ["sanctions", "grain"], "match": {"topics": "all"}}, "Grain sanctions", "", 1.0, id="all topics"),
    pytest.param({"topics": ["sanctions on grain"]}, "Grain", "", 0.0, id="a part of a topic"),
    pytest.param({"topics": ["Black Sea grain deal"]}, "Grain deal", "", SOFT, id="without what may be missing"),
    pytest.param({"actors": ["Mark Rutte"]}, "Mark Rutte came", "", ACTOR_IN_TITLE, id="an actor alone, in the title"),
    pytest.param({"actors": ["Mark Rutte"]}, "Rain", "Mark Rutte came. Mark Rutte left.", ACTOR_TWICE * 0.85, id="twice below"),
    pytest.param({"actors": ["Mark Rutte"]}, "Rain", "Mark Rutte came.", ACTOR_ONCE * 0.85, id="once below"),
    pytest.param(BOTH, "Mark Rutte came", "Viktor Orban left.", ACTOR_ONCE * 0.85, id="the weakest of all actors alone"),
    pytest.param(TWO, "Mark Rutte came", "Viktor Orban left.", ACTOR_IN_TITLE, id="the strongest of any actor alone"),
    pytest.param({"query": "rain"}, "Rain", "", 0.0, id="nothing but a query is watched by nobody"),
]


@pytest.mark.parametrize(("spec", "title", "body", "together"), TOGETHER)
def test_together(spec: dict[str, Any], title: str, body: str, together: float | None) -> None:
    expected = TOPIC_AND_ACTOR * 0.85 if together is None else together
    assert found(spec, title, body).together == pytest.approx(expected)
    if spec.keys() & {"actors", "topics"}:
        fields = {"title": title, "lede": "", "body": body}
        watch = watch_of(a_spec(**{"topics": [], **spec}))
        assert (find_together(watch, Reading(fields), DAY, Known()) is not None) == (expected > 0)


def test_what_is_free_is_there() -> None:
    assert found({"topics": ["sanctions"]}, "Rain") == Findings(0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, False, True)
    assert found({"actors": ["Mark Rutte"]}, "Rain") == Findings(0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, True, False)


def test_each_side_alone_and_in_the_title() -> None:
    spec = {"actors": ["Mark Rutte"], "topics": ["sanctions on grain"]}
    article = found(spec, "Grain sanctions", RAIN + "Mark Rutte came.")
    assert (article.topic, article.topic_in_title, article.actor_in_title) == (1.0, 1.0, 0.0)
    assert 0 < article.actor < 1
    sanctions, grain = (part.tells for part in groups_of_topic("sanctions on grain"))
    assert article.told == pytest.approx(sanctions + grain)
    assert found(spec, "Grain", "").told == grain


def test_what_is_far_apart_is_weak() -> None:
    spec = {"actors": ["Mark Rutte"], "topics": ["sanctions on grain"]}
    article = found(spec, "Rain", f"Mark Rutte came. {RAIN}Sanctions came. {RAIN}Grain came. {RAIN}")
    assert article.together == pytest.approx(ANYWHERE * 0.85)


def test_a_part_that_may_be_missing() -> None:
    spec = {"topics": ["Black Sea grain deal"]}
    whole, part = found(spec, "Black Sea grain deal"), found(spec, "A grain deal")
    assert part.together == pytest.approx(SOFT * whole.together)
    sea, deal = (part.tells for part in groups_of_topic("Black Sea grain deal"))
    assert whole.told == pytest.approx(deal + sea)
    assert part.told == deal
    assert found(spec, "Storm on the Black Sea").together == 0.0


def test_every_topic_is_there_or_none_counts() -> None:
    spec = {"topics": ["grain", "…"], "match": {"topics": "all"}}
    assert found(spec, "Grain").together == 0.0, "a topic without words is nowhere"


NAMED = [
    pytest.param({"name": "Gaza ceasefire", "actors": ["Israel", "Hamas"]}, "Israel and Hamas", 1.0, 0.0, id="another name is missing"),
    pytest.param({"name": "Gaza ceasefire", "actors": ["Israel", "Hamas"]}, "Israel on Gaza", 1.0, 1.0, id="another name is there"),
    pytest.param({"name": "Trump and the EU", "actors": ["Donald Trump", "EU"]}, "Trump", 0.0, 1.0, id="one of two actors in its name"),
    pytest.param({"name": "Trump and the EU", "actors": ["Donald Trump", "EU"]}, "Trump, EU", 1.0, 1.0, id="both"),
    pytest.param({"name": "Trump", "actors": ["Donald Trump", "EU"]}, "The EU", 1.0, 1.0, id="one of several may be missing"),
    pytest.param({"name": "My rule", "actors": ["Donald Trump"]}, "Trump", 1.0, 1.0, id="no names"),
]


@pytest.mark.parametrize(("spec", "title", "both", "also"), NAMED)
def test_the_names_in_a_rules_name(spec: dict[str, Any], title: str, both: float, also: float) -> None:
    article = found(spec, title)
    assert (article.both_named > 0.6, article.also_named > 0.6) == (both > 0.6, also > 0.6)


def test_its_leaves_are_its_actors_and_its_topics_parts() -> None:
    leaves = [*watch_of(a_spec(actors=["Mark Rutte", "EU"], topics=["Black Sea grain deal", "sanctions"])).leaves]
    assert [(each.part, each.written) for each in leaves] == [
        ("/actors/0", "Mark Rutte"),
        ("/actors/1", "EU"),
        ("/topics/0", "Black Sea"),
        ("/topics/0", "grain deal"),
        ("/topics/1", "sanctions"),
    ]


@given(specs, articles)
def test_what_is_together_is_told_before_it_is_found(spec: RuleSpec, fields: dict[str, str]) -> None:
    watch, reading = watch_of(spec), Reading(fields)
    if watch.actors or watch.topics:
        findings = find(watch, reading, DAY, Known())
        assert find_together(watch, reading, DAY, Known()) == (findings if findings.together > 0 else None)
