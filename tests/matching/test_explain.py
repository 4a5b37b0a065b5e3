"""Why, and why not: what decided, and the parts of a rule, found and missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.matching.calibration import Nearness
from service.matching.explain import PartFinding, explain
from tests.make import a_spec

DAY = date(2026, 3, 2)
RULE = {"actors": ["Mark Rutte"], "topics": ["Ukraine peace deal"], "exclude": ["football"]}
FAR = f"A fair opens. {'The stalls sell cheese. ' * 150}Mark Rutte came. {'The cheese was good. ' * 9}"
FAR += "Ukraine won a prize. The cheese? A peace deal."

# The figures in a reason are the calibration's: only what stands before them is a promise.
REASONS = [
    pytest.param(RULE, "NATO chief on a peace deal for Ukraine", "it matches: words alone give 0.", id="it matches"),
    pytest.param({"topics": [], "query": "deal"}, "A deal", "it matches: the query holds", id="a query holds"),
    pytest.param({"topics": [], "query": "deal"}, "A plan", "the query does not hold", id="a query does not hold"),
    pytest.param({**RULE, "query": "opinion"}, "Rutte on a peace deal for Ukraine", "the query does not hold", id="nor beside topics"),
    pytest.param(
        RULE, "Football: Rutte on a peace deal for Ukraine", '"football" is excluded and stands in it', id="what is excluded is there"
    ),
    pytest.param(RULE, "Peace deal for Ukraine", '"Mark Rutte" is not in it; words alone give 0.', id="no actor"),
    pytest.param(
        {**RULE, "actors": ["Mark Rutte", "Xi Jinping"]},
        "Peace deal for Ukraine",
        '"Mark Rutte", "Xi Jinping" are not in it; ',
        id="neither",
    ),
    pytest.param(RULE, "Mark Rutte in Rome", 'the topic "Ukraine peace deal" is not in it; ', id="the topic"),
    pytest.param(RULE, "Mark Rutte in Ukraine", 'the topic "Ukraine peace deal" lacks "peace deal"; ', id="a part of the topic"),
    pytest.param(
        {**RULE, "topics": ["peace deal", "grain exports"]},
        "Mark Rutte on football boots and grain",
        '"football" is excluded and stands in it',
        id="an exclusion comes before what is missing",
    ),
    pytest.param(
        {"topics": ["peace deal", "grain exports"], "actors": ["Mark Rutte"]},
        "Harbour bridge opens",
        '"Mark Rutte" is not in it and the topic "peace deal" is not in it and the topic "grain exports" is not in it; ',
        id="nothing at all",
    ),
    pytest.param(
        {"topics": [], "actors": [f"Berilu Numero{letter * 3}" for letter in "abcdefg"]},
        "Harbour bridge opens",
        '"Berilu Numeroaaa", "Berilu Numerobbb", "Berilu Numeroccc", "Berilu Numeroddd", "Berilu Numeroeee" and 2 more are not in it; ',
        id="many are counted",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "title", "reason"), REASONS)
def test_the_reason_tells_what_decided(spec: dict[str, Any], title: str, reason: str) -> None:
    assert explain(a_spec(**spec), {"title": title, "lede": "", "body": ""}, DAY).reason.startswith(reason)


def test_what_is_all_there_but_apart_is_told_so() -> None:
    explained = explain(a_spec(**RULE, precision="strict"), {"title": "Cheese fair", "lede": "", "body": FAR}, DAY)
    assert not explained.verdict.matches
    assert explained.reason.startswith("all its parts are there, but apart, deep in the text or not in its sense; words alone give 0.")
    assert all(not part.missing for part in explained.parts if not part.part.startswith("/exclude"))


@pytest.mark.parametrize("precision", ["strict", "balanced", "broad"])
def test_the_reason_tells_what_was_asked_for(precision: str) -> None:
    explained = explain(a_spec(**RULE, precision=precision), {"title": "Harbour bridge opens"}, DAY)
    assert explained.reason.endswith(f"and {precision} asks for {explained.verdict.least:.2f}")


def test_the_reason_tells_whether_meaning_was_weighed() -> None:
    explained = explain(a_spec(**RULE), {"title": "NATO chief on a peace deal for Ukraine"}, DAY, Nearness(4.0, 4.0))
    assert explained.reason.startswith("it matches: words and meaning give ")
    assert explained.verdict.scores.nearness == 4.0


def test_the_reason_tells_whether_company_was_weighed() -> None:
    explained = explain(a_spec(**RULE), {"title": "NATO chief on a peace deal for Ukraine"}, DAY, Nearness(4.0, 4.0, company=0.5))
    assert explained.reason.startswith("it matches: words, meaning and what the articles nearest to it matched give ")


def test_each_part_says_what_is_there_and_what_is_not() -> None:
    spec = a_spec(
        actors=["Mark Rutte", {"name": "Tanaka Berilu", "aliases": ["the Fox"]}, "Xi Jinping"],
        topics=["Ukraine peace deal", "grain"],
        exclude=["football", "the World Cup"],
        query="warns OR urges",
    )
    fields = {"title": "Nato chief and The Fox on football", "lede": "Ukraine’s grain. Nato warns."}
    assert explain(spec, fields, DAY).parts == (
        PartFinding("/actors/0", ("Mark Rutte",), ()),
        PartFinding("/actors/1", ("Tanaka Berilu",), ()),
        PartFinding("/actors/2", (), ("Xi Jinping",)),
        PartFinding("/topics/0", ("Ukraine",), ("peace deal",)),
        PartFinding("/topics/1", ("grain",), ()),
        PartFinding("/query", ("warns",), ("urges",)),
        PartFinding("/exclude/0", ("football",), ()),
        PartFinding("/exclude/1", (), ("the World Cup",)),
    )
