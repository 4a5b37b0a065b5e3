"""Which articles a rule is about: plain cases, in several languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.domain.evidence import Scores
from service.domain.rules import Precision
from service.matching.calibration import Nearness
from service.matching.groups import Known
from service.matching.reading import Reading
from service.matching.verdict import NEAR_ENOUGH, SURE, Verdict, compile_rule, judge, weigh
from tests.make import a_spec

DAY = date(2026, 3, 2)
PEACE = {"actors": ["Mark Rutte"], "topics": ["Ukraine peace deal"]}
GEORGIA = {"actors": ["Georgia"], "topics": ["elections"]}
SIDEBAR = f"Cheese fair opens in Gouda. {'Farmers sold cheese to visitors from all over. ' * 70}Also today: NATO chief in Rome. "
SIDEBAR += f"{'Cheese prices rose. ' * 20}Grain leaves Ukraine. {'Milk was cheap. ' * 20}Peace deal between two cheese makers."


def judged(spec: dict[str, Any], title: str, body: str = "", near: Nearness | None = None) -> Verdict | None:
    fields = {"title": title, "lede": "", "body": body, "source": "The Gazette"}
    return judge(compile_rule(a_spec(**{"topics": [], **spec})), Reading(fields), DAY, Known(), near)


MATCHES = [
    pytest.param(PEACE, "A weak Ukraine peace deal would embolden others, NATO chief tells Washington", "", id="a role"),
    pytest.param(PEACE, "Rutte: no bad peace agreement for Kyiv", "", id="a surname, a capital and another word for it"),
    pytest.param(PEACE, "NATO Secretary General on Ukraine: a truce is not enough", "", id="a title written out"),
    pytest.param(PEACE, "Rutte in Rome", "He said Ukraine must not be pushed. A peace deal has to last.", id="in neighbouring sentences"),
    pytest.param(PEACE, "Szef NATO ostrzega: złe porozumienie pokojowe dla Ukrainy to zagrożenie", "", id="Polish"),
    pytest.param(PEACE, "Генсек НАТО застерігає від поганої мирної угоди для України", "", id="Ukrainian"),
    pytest.param(PEACE, "NATO事務総長、ウクライナの和平合意に警告", "", id="Japanese"),
    pytest.param({**PEACE, "topics": ["평화협정"], "actors": ["우르술라"]}, "우르술라는 평화협정을 말했다", "", id="Korean with particles"),
    pytest.param(GEORGIA, "Georgia votes in elections as Tbilisi waits", "", id="Georgia"),
    pytest.param({"actors": ["Mark Rutte"]}, "NATO chief visits Rome", "", id="an actor alone"),
    pytest.param({"topics": ["Black Sea grain deal"]}, "Talks on the grain deal go on", "", id="a part that may be missing"),
    pytest.param({**PEACE, "query": "source:gazette"}, "Rutte on a peace deal for Ukraine", "", id="a query besides"),
]

FAILS = [
    pytest.param(PEACE, "NATO chief hails Colombian peace deal", "Rebels signed it in Bogotá.", id="the peace deal of others"),
    pytest.param(PEACE, "Peace deal for Ukraine takes shape", "Ministers met in Paris.", id="without the actor"),
    pytest.param({**PEACE, "precision": "strict"}, "Cheese fair", SIDEBAR, id="deep in a long text, and apart"),
    pytest.param(GEORGIA, "Georgia governor certifies elections in Atlanta", "", id="Georgia in the United States"),
    pytest.param({"actors": ["Donald Trump"]}, "Melania Trump opens a school", "", id="another person of the name"),
    pytest.param({**PEACE, "exclude": ["cheese"]}, "Rutte on a peace deal for Ukraine", "And cheese.", id="something excluded"),
    pytest.param({**PEACE, "query": "source:herald"}, "Rutte on a peace deal for Ukraine", "", id="a query that does not hold"),
    pytest.param(
        {"actors": ["Mark Rutte", "Viktor Orban"], "match": {"actors": "all"}}, "Mark Rutte visits Rome", "", id="one of all actors"
    ),
]


@pytest.mark.parametrize(("spec", "title", "body"), MATCHES)
def test_what_a_rule_is_about(spec: dict[str, Any], title: str, body: str) -> None:
    verdict = judged(spec, title, body)
    assert verdict is not None
    assert verdict.matches
    assert verdict.demands_met
    assert verdict.scores.comes_up >= verdict.least
    sides = {each.part.split("/")[1] for each in verdict.evidence}
    assert sides == {side for side in ("actors", "topics", "query") if spec.get(side)}, "each side gives evidence"


@pytest.mark.parametrize(("spec", "title", "body"), FAILS)
def test_what_it_is_not_about(spec: dict[str, Any], title: str, body: str) -> None:
    assert judged(spec, title, body) is None
    compiled = compile_rule(a_spec(**{"topics": [], **spec}))
    weighed = weigh(compiled, Reading({"title": title, "lede": "", "body": body, "source": "The Gazette"}), DAY, Known(), None)
    assert not weighed.matches
    sure = weighed.scores.is_about if spec.get("precision") == "strict" else weighed.scores.comes_up
    assert not weighed.demands_met or not weighed.findings.together or sure < weighed.least


def test_what_matches_is_weighed_the_same() -> None:
    rule, fields = compile_rule(a_spec(**PEACE)), {"title": "Rutte on a peace deal for Ukraine"}
    assert weigh(rule, Reading(fields), DAY, Known(), None) == judge(rule, Reading(fields), DAY, Known(), None)


def test_what_is_there_is_shown_even_where_it_is_not_enough() -> None:
    rule = compile_rule(a_spec(**PEACE))
    verdict = weigh(rule, Reading({"title": "Peace deal in Colombia, says Rutte"}), DAY, Known(), None)
    assert [(each.part, each.text) for each in verdict.evidence] == [("/topics/0", "Peace deal"), ("/actors/0", "Rutte")]


@pytest.mark.parametrize("precision", ["strict", "balanced", "broad"])
def test_a_query_alone_is_sure(precision: Precision) -> None:
    verdict = judged({"query": "peace NOT war", "precision": precision}, "Rain", "Peace at last.")
    assert verdict is not None
    assert (verdict.scores, verdict.least, [each.text for each in verdict.evidence]) == (SURE, 0.0, ["Peace"])
    assert judged({"query": "peace NOT war", "precision": precision}, "Peace and war") is None


def test_strict_asks_for_more_than_broad() -> None:
    """Wherever strict matches broad does, and somewhere only broad does."""
    titles = ["Rutte on a peace deal for Ukraine", "Rain", "Cheese fair"]
    bodies = ["", SIDEBAR, "Ukraine. " + "Rain. " * 160 + "A peace deal. " + "Rain. " * 9 + "Mark Rutte."]
    matched = {
        precision: {(title, body) for title in titles for body in bodies if judged({**PEACE, "precision": precision}, title, body)}
        for precision in ("strict", "balanced", "broad")
    }
    assert matched["strict"] <= matched["balanced"] <= matched["broad"]
    assert matched["strict"] < matched["broad"] < {(title, body) for title in titles for body in bodies}


def test_meaning_makes_it_more_or_less_likely() -> None:
    title = "Alliance head on how the war may end"
    alone, far, near = (_scores(PEACE, title, near) for near in (None, _nearness(-2.0), _nearness(6.0)))
    assert far.comes_up < near.comes_up
    assert (alone.nearness, far.nearness, near.nearness) == (None, -2.0, 6.0)


def test_a_name_in_the_rules_name_is_missed() -> None:
    both = {"actors": ["Donald Trump", "EU"], "topics": ["tariffs"]}
    plain, named = ({**both, "name": name} for name in ("Trade", "Trump tariffs on the EU"))
    canada = "Trump announces tariffs on Canada"
    assert _scores(named, canada).comes_up < _scores(plain, canada).comes_up
    assert _scores(named, "Trump announces tariffs on the EU").comes_up >= _scores(plain, canada).comes_up


def _scores(spec: dict[str, Any], title: str, near: Nearness | None = None) -> Scores:
    return weigh(compile_rule(a_spec(**spec)), Reading({"title": title}), DAY, Known(), near).scores


def _nearness(each: float) -> Nearness:
    return Nearness(each, each)


@pytest.mark.parametrize("precision", ["strict", "balanced", "broad"])
@pytest.mark.parametrize(
    ("title", "near"),
    [
        pytest.param("NATO chief in Ukraine", None, id="a part of the topic is missing, and words decide"),
        pytest.param("Ukraine peace deal", None, id="the actor is missing, and words decide"),
        pytest.param("NATO chief in Ukraine", NEAR_ENOUGH - 0.1, id="a part is missing, and the meaning is not near"),
    ],
)
def test_one_side_alone_is_never_enough(title: str, near: float | None, precision: Precision) -> None:
    assert judged({**PEACE, "precision": precision}, title, near=None if near is None else _nearness(near)) is None
