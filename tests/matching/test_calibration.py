"""From findings to probabilities, and what each precision makes of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.evidence import Scores
from service.domain.rules import Precision
from service.matching.calibration import HARDLY, LACKING, MISSED, Nearness, features_of, load_calibrations, parse_calibrations
from service.matching.watching import Findings

SHIPPED = load_calibrations()
ALL, NOTHING = Findings(1, 1, 1, 1, 1, 1, 1, 1, False, False), Findings(0, 0, 0, 0, 0, 0, 1.0, 1.0, False, False)
PRECISIONS: tuple[Precision, ...] = ("strict", "balanced", "broad")

strength = st.floats(0, 1)
findings = st.builds(Findings, *[strength] * 8, st.booleans(), st.booleans())
any_nearness = st.builds(Nearness, *[st.floats(-3, 6)] * len(Nearness._fields))
nearness = st.none() | any_nearness


def _near(each: float) -> Nearness:
    return Nearness(each, each)


def scores(of: Findings, near: Nearness | None = None) -> Scores:
    return SHIPPED["meaning" if near else "words"].scores(features_of(of, near), near)


@pytest.mark.parametrize("level", ["words", "meaning"])
def test_what_is_shipped_is_sound(level: str) -> None:
    calibration = SHIPPED["words" if level == "words" else "meaning"]
    names = set(features_of(ALL, _near(0) if level == "meaning" else None))
    for model in (calibration.comes_up, calibration.is_about):
        assert set(model.weights) <= names
        assert all(weight > 0 for weight in model.weights.values()), "more of anything never speaks against a match"
    assert set(calibration.least) == set(PRECISIONS)
    assert 0 < calibration.least["broad"] < calibration.least["balanced"] < 1


@pytest.mark.parametrize("precision", PRECISIONS)
def test_all_of_a_rule_is_enough_and_nothing_of_it_is_not(precision: Precision) -> None:
    assert SHIPPED["words"].suffice(scores(ALL), precision)
    assert not SHIPPED["words"].suffice(scores(NOTHING), precision)
    assert SHIPPED["meaning"].suffice(scores(ALL, _near(4)), precision)
    assert not SHIPPED["meaning"].suffice(scores(NOTHING, _near(0)), precision)


@given(findings, nearness)
def test_what_an_article_is_about_comes_up_in_it(of: Findings, near: Nearness | None) -> None:
    given_scores = scores(of, near)
    assert 0 <= given_scores.is_about <= given_scores.comes_up <= 1
    assert given_scores.nearness == (near.both if near else None)


@given(findings, st.sampled_from(Findings._fields[:8]), strength)
def test_more_of_a_rule_never_makes_it_less_likely(of: Findings, field: str, more: float) -> None:
    better = of._replace(**{field: max(more, getattr(of, field))})
    before, after = scores(of), scores(better)
    assert after.comes_up >= before.comes_up
    assert after.is_about >= before.is_about


@given(findings, any_nearness, st.floats(0, 3))
def test_the_nearer_the_likelier(of: Findings, near: Nearness, more: float) -> None:
    nearer = Nearness(*(each + more for each in near))
    assert scores(of, nearer).comes_up >= scores(of, near).comes_up
    assert scores(of, nearer).is_about >= scores(of, near).is_about


@pytest.mark.parametrize(
    ("both", "also", "factor"),
    [
        pytest.param(1.0, 1.0, 1.0, id="all names are there"),
        pytest.param(0.5, 1.0, HARDLY, id="one hardly"),
        pytest.param(0.0, 1.0, LACKING, id="an actor's is missing"),
        pytest.param(1.0, 0.0, MISSED, id="another's is missing"),
        pytest.param(0.0, 0.0, LACKING * MISSED, id="both"),
    ],
)
def test_names_in_a_rules_name_weigh(both: float, also: float, factor: float) -> None:
    features = features_of(ALL._replace(both_named=both, also_named=also), None)
    assert (features["named"], features["together"]) == pytest.approx((factor, factor))


def test_a_rule_without_actors_is_not_credited_with_one() -> None:
    of_topics, of_both = features_of(ALL._replace(topics_alone=True), None), features_of(ALL, None)
    assert [(each["mentioned"], each["actor"], each["topic_alone"]) for each in (of_topics, of_both)] == [(0, 0, 1), (1, 1, 0)]


LEVEL = {
    "comes_up": {"intercept": 0.0, "together": 1.0},
    "is_about": {"intercept": -1.0, "together": 1.0},
    "least": {"strict": 0.4, "balanced": 0.6, "broad": 0.5},
}


@pytest.mark.parametrize(
    ("comes_up", "is_about", "expected"),
    [
        pytest.param(0.9, 0.9, ["strict", "balanced", "broad"], id="about it"),
        pytest.param(0.9, 0.1, ["balanced", "broad"], id="it comes up"),
        pytest.param(0.55, 0.1, ["broad"], id="it may be of use"),
        pytest.param(0.5, 0.4, ["strict", "broad"], id="just enough"),
        pytest.param(0.2, 0.1, [], id="not enough"),
    ],
)
def test_precisions(comes_up: float, is_about: float, expected: list[str]) -> None:
    calibration = parse_calibrations(json.dumps({"words": LEVEL}))["words"]
    assert [each for each in PRECISIONS if calibration.suffice(Scores(comes_up, is_about), each)] == expected


def test_a_model_is_logistic() -> None:
    calibration = parse_calibrations(json.dumps({"words": LEVEL}))["words"]
    assert calibration.scores({"together": 0.0}, None) == Scores(0.5, 0.2689)
    assert calibration.scores({"together": 1.0}, None) == Scores(0.7311, 0.5)


def test_whatever_the_models_say_what_it_is_about_comes_up() -> None:
    swapped = {**LEVEL, "comes_up": LEVEL["is_about"], "is_about": LEVEL["comes_up"]}
    calibration = parse_calibrations(json.dumps({"words": swapped}))["words"]
    assert calibration.scores({"together": 0.0}, None) == Scores(0.5, 0.5)
