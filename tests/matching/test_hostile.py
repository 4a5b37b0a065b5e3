"""Rules and texts made to be dear: the work on each pair is bounded, counted in calls and in what is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import yaml

from service.domain.rules import Rule, RuleSpec
from service.matching.explain import explain
from service.matching.fields import MATCHED_WORDS
from service.matching.groups import Known, see
from service.matching.index import RuleIndex
from service.matching.reading import Reading
from service.matching.rules import check_terms
from service.matching.verdict import compile_rule

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "hostile" / "matching.yaml").read_text("utf-8"))
MOST_CALLS = 300_000  # to read 8,000 words takes 50,000
MOST_CALLS_TO_EXPLAIN = 3 * MOST_CALLS  # the verdict, the evidence of what is there, and each part by itself
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
hostile = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def written(parts: Any) -> Any:
    """What the data file's short forms stand for."""
    if isinstance(parts, dict) and "each" in parts:
        return parts["join"].join(parts["each"].replace("{n}", str(number % 50)) for number in range(parts["times"]))
    if isinstance(parts, list) and len(parts) == 2 and isinstance(parts[1], int):
        return parts[0] * parts[1]
    return "".join(map(written, parts)) if isinstance(parts, list) else parts


def rule_of(case: Any) -> Rule:
    values = dict(case["rule"])
    if "query" in values:
        values["query"] = written(values["query"])
    values["exclude"] = [written(each) for each in values.get("exclude", ())]
    return Rule("ru_1", "ws_1", RuleSpec.model_validate({"name": "Hostile", **values}), 1, NOON, NOON)


def fields_of(case: Any) -> dict[str, str]:
    return {name: written(case.get(name, "t")) for name in ("title", "lede", "body")}


def count_calls(work: Callable[[], object]) -> int:
    """How many functions, ours and Python's, some work calls."""
    count = 0

    def tell(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(tell)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@hostile
def test_a_hostile_pair_costs_a_bounded_number_of_calls(case: Any) -> None:
    rule, index = rule_of(case), RuleIndex()
    assert check_terms(rule.spec) == [], "a case that is refused at the door shows nothing"
    index.apply([rule], 1)
    fields = fields_of(case)
    index.match(fields, lambda _rule: True)  # the tables are read at the first
    assert count_calls(lambda: index.match(fields, lambda _rule: True)) < MOST_CALLS


@hostile
def test_a_hostile_pair_is_explained_in_a_bounded_number_of_calls(case: Any) -> None:
    spec, fields = rule_of(case).spec, fields_of(case)
    compiled = compile_rule(spec)
    explain(spec, fields, compiled=compiled)  # the tables are read at the first
    assert count_calls(lambda: explain(spec, fields, compiled=compiled)) < MOST_CALLS_TO_EXPLAIN


def test_a_long_query_is_not_read_anew_for_each_article_that_is_explained() -> None:
    spec = RuleSpec(name="Long", query=" OR ".join(f"w{number}" for number in range(450)))
    compiled = compile_rule(spec)
    assert count_calls(lambda: explain(spec, {"title": "Peace"}, compiled=compiled)) < 25_000


@hostile
def test_of_a_hostile_text_a_bounded_part_is_kept(case: Any) -> None:
    reading, known = Reading(fields_of(case)), Known()
    assert sum(map(len, reading.lines)) <= MATCHED_WORDS
    for leaf in compile_rule(rule_of(case).spec).watch.leaves:
        seen = see(leaf.group, reading, None, known)
        assert seen is None or len(seen.places) <= MATCHED_WORDS


def test_the_title_comes_first_and_what_is_known_about_an_article_is_read_however_long_it_is() -> None:
    fields = {"title": "peace", "lede": "a " * 16_000, "body": "deal", "source": "Gazette " * 10_000, "lang": "en"}
    reading = Reading(fields)
    assert [bool(reading.places(phrase)) for phrase in (("peace",), ("deal",), ("source:gazette",), ("lang:en",))] == [
        True,
        False,
        True,
        True,
    ]
    assert len(reading.places(("a",))) == 1_000


def test_prose_of_any_length_that_is_matched_is_read_to_its_end() -> None:
    prose = "Words of usual news prose have about five letters and some are longer than that. " * 394
    reading = Reading({"title": "Prose", "lede": "", "body": f"{prose[:31_900]} the end"})
    assert reading.places(("the", "end"))


@pytest.mark.parametrize("times", [10, 100, 3_000])
def test_a_phrase_is_found_wherever_it_stands_among_its_own_words(times: int) -> None:
    reading = Reading({"title": "t", "body": f"{'a b ' * times}a c {'b a ' * 50}peace deal {'peace a deal b ' * 20}"})
    assert [len(reading.places(phrase)) for phrase in (("a", "c"), ("b", "a", "c"), ("peace", "deal"), ("peace", "de*"))] == [1, 1, 1, 1]
    assert len(reading.places(("a", "b"))) <= 400
