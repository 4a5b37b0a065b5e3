"""Saved rules in queries: what they find, by which words, and which cannot be used."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.evidence import Evidence
from service.domain.rules import RuleSpec, Saved
from service.matching.explain import PartFinding, explain
from service.matching.index import RuleIndex
from service.matching.query import QueryError
from service.matching.saved_rules import RuleNames, check_saved, gather_saved, rules_named
from tests.make import a_rule, a_spec

BRIDGES = {"name": "Bridges", "topics": ["bridge"], "exclude": ["dentist"]}
DEALS = {"name": "Deals", "actors": ["NATO", "Mark Rutte"], "topics": ["peace deal"], "query": "NOT source:opinion.example"}
BOTH = {"name": "Both", "topics": [], "query": 'rule:"Bridges" OR rule:ru_2'}
STORED = (BRIDGES, DEALS, BOTH)


def gathered(spec: RuleSpec, stored: tuple[dict[str, Any], ...] = STORED) -> Saved:
    """What the query of `spec` uses, of these rules with the ids ru_1, ru_2 and so on."""
    specs = {f"ru_{number}": a_spec(**{"topics": [], **each}) for number, each in enumerate(stored, 1)}
    names = RuleNames({rule_id: each.name for rule_id, each in specs.items()})
    return gather_saved(spec, lambda written: [specs[each] for each in names.meant(written)])


def matches(query: str, stored: tuple[dict[str, Any], ...] = STORED, **fields: str) -> bool:
    spec = a_spec(name="Try", topics=[], query=query)
    index = RuleIndex()
    index.apply([a_rule(id="ru_9", name="Try", topics=[], query=query, saved=gathered(spec, stored))], 1)
    found = bool(index.match(fields, lambda _rule: True))
    assert explain(spec, fields, saved=gathered(spec, stored)).verdict.matches is found
    return found


HOLDS = [
    pytest.param('rule:"Bridges"', "Harbour bridge opens", True, id="its topic"),
    pytest.param("rule:bridges", "Harbour bridge opens", True, id="in other capitals"),
    pytest.param("rule:ru_1", "Harbour bridge opens", True, id="by its id"),
    pytest.param('rule:"Bridges"', "Harbour tunnel opens", False, id="nothing of it"),
    pytest.param('rule:"Bridges"', "A bridge from the dentist", False, id="what it excludes"),
    pytest.param('rule:"Deals"', "NATO on a peace deal", True, id="one of its actors and its topic"),
    pytest.param('rule:"Deals"', "Fifa on a peace deal", False, id="none of its actors"),
    pytest.param('peace NOT rule:"Deals"', "NATO on a peace deal", False, id="NOT, where it holds"),
    pytest.param('peace NOT rule:"Deals"', "Peace in the valley", True, id="NOT, where it does not"),
    pytest.param('rule:"Both"', "NATO on a peace deal", True, id="a rule of rules"),
    pytest.param('rule:"Both" AND harbour', "NATO on a peace deal", False, id="AND"),
    pytest.param('title:rule:"Bridges"', "Harbour bridge opens", True, id="in a field"),
    pytest.param('body:rule:"Bridges"', "Harbour bridge opens", False, id="in another field"),
    pytest.param('harbour OR rule:"None such"', "Harbour bridge opens", False, id="an unknown one spoils the query"),
    pytest.param('harbour NOT rule:"None such"', "Harbour bridge opens", False, id="behind NOT, too"),
]


@pytest.mark.parametrize(("query", "title", "expected"), HOLDS)
def test_a_saved_rule_holds_where_its_words_are_there(query: str, title: str, expected: bool) -> None:
    assert matches(query, title=title, body="", source="The Gazette") is expected


def test_its_query_counts_too() -> None:
    title, url = "NATO on a peace deal", "https://opinion.example/1"
    assert not matches('rule:"Deals"', title=title, url=url)
    assert matches('peace NOT rule:"Deals"', title=title, url=url)


def test_its_languages_feeds_and_switch_do_not_count() -> None:
    resting = {**BRIDGES, "enabled": False, "languages": ["pl"], "feeds": ["tag:world"]}
    assert matches('rule:"Bridges"', (resting,), title="Harbour bridge opens")


def test_its_aliases_and_strikes_count() -> None:
    russia = {"name": "Russia", "actors": [{"name": "Russia", "aliases": ["the bear"], "strikes": ["kremlin"]}]}
    assert matches("rule:Russia", (russia,), title="What the bear wants")
    assert not matches("rule:Russia", (russia,), title="Kremlin rejects the plan")


def test_all_its_evidence_is_the_querys() -> None:
    query = 'rule:"Both" harbour'
    index = RuleIndex()
    index.apply([a_rule(topics=[], query=query, saved=gathered(a_spec(query=query)))], 1)
    (found,) = index.match({"title": "Harbour bridge opens"}, lambda _rule: True)
    assert found.evidence == (
        Evidence("/query", "harbour", "title", 0, 7, "Harbour"),
        Evidence("/query", 'rule:"Both"', "title", 8, 14, "bridge"),
    )


def test_a_saved_rule_is_told_as_a_whole() -> None:
    spec = a_spec(topics=[], query='rule:"Deals" rule:"Bridges"')
    explained = explain(spec, {"title": "NATO on a bridge"}, saved=gathered(spec))
    assert explained.parts == (PartFinding("/query", ('rule:"Bridges"',), ('rule:"Deals"',)),)


def chain(length: int) -> tuple[dict[str, Any], ...]:
    """Rules named 1, 2 and so on, each using the next, the last using none."""
    return tuple({"name": f"{n}", "query": f"rule:{n + 1}" if n < length else "bridge"} for n in range(1, length + 1))


def wide(times: int) -> dict[str, Any]:
    return {"name": "Wide", "query": " OR ".join(["rule:Words"] * times)}


WORDS = {"name": "Words", "topics": [f"word {number}" for number in range(100)]}
REFUSED = [
    pytest.param("a rule:X", (), 2, 8, 'there is no rule "X"', id="unknown"),
    pytest.param("a rule:Y", ({"name": "Y", "query": "rule:X"},), 2, 8, 'no rule "X", which "Y" uses', id="unknown to a used one"),
    pytest.param('a OR rule:"bridges"', (BRIDGES, {**BRIDGES, "name": "BRIDGES"}), 5, 19, "several rules are named", id="ambiguous"),
    pytest.param("rule:X", ({"name": "X", "query": "rule:X"},), 0, 6, '"X" uses "X"', id="itself"),
    pytest.param("rule:X", ({"name": "X", "query": "a rule:Y"}, {"name": "Y", "query": "b NOT rule:ru_1"}), 0, 6,
        '"X" uses "Y" uses "ru_1" uses "Y"', id="a circle under two names"),
    pytest.param("rule:1", chain(6), 0, 6, "5 levels deep", id="six levels"),
    pytest.param("rule:6 rule:1", chain(6), 7, 13, "5 levels deep", id="six levels, the last measured before"),
    pytest.param("x rule:Wide", (WORDS, wide(5)), 2, 11, "more than 500", id="501 terms"),
    pytest.param("rule:X", ({"name": "X", "query": "a AND"},), 0, 6, 'the query of "X" cannot be used', id="a broken one"),
    pytest.param("title:rule:X", ({"name": "X", "query": "body:a"},), 6, 12, "fields of its own", id="a field in a field"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "stored", "at", "end", "message"), REFUSED)
def test_what_cannot_be_used_is_refused_with_its_place_and_never_holds(
    query: str, stored: tuple[dict[str, Any], ...], at: int, end: int, message: str
) -> None:
    with pytest.raises(QueryError) as refused:
        check_saved(query, gathered(a_spec(query=query), stored))
    assert (refused.value.at, refused.value.end) == (at, end)
    assert message in refused.value.message
    assert refused.value.hint
    assert not matches(query, stored, title="a b x word 1")
    assert not matches(f"zebra OR NOT ({query})", stored, title="a b x word 1 zebra")


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        pytest.param("rule:1", chain(5), id="five levels"),
        pytest.param("rule:Wide", (WORDS, wide(5)), id="500 terms"),
        pytest.param("rule:ru_1 rule:X", ({"name": "X", "query": "a"},), id="one rule twice"),
        pytest.param("title:rule:X body:a", ({"name": "X", "topics": ["a"]},), id="fields beside a field"),
    ],
)
def test_what_can_just_be_used(query: str, stored: tuple[dict[str, Any], ...]) -> None:
    check_saved(query, gathered(a_spec(query=query), stored))


def test_an_id_means_its_rule_whatever_others_are_called() -> None:
    names = RuleNames({"ru_1": "Bridges", "ru_2": "ru_1", "ru_3": " big  BRIDGES"})
    assert [names.meant(written) for written in ("ru_1", "bridges", "Big Bridges", "x")] == [("ru_1",), ("ru_1",), ("ru_3",), ()]


def test_the_rules_that_a_query_names_are_found_as_it_writes_them() -> None:
    assert rules_named('a RULE:"My  Rule" NOT (rule: b) "rule:c"') == ("My Rule", "b")
    assert rules_named("rule:a AND (") == ("a",)
    assert rules_named('rule:"a') == rules_named(None) == ()


tangles = st.lists(
    st.lists(st.sampled_from(["rule:1", "rule:2", "rule:3", "rule:4", "NOT rule:2", "bridge", "AND"]), max_size=4), max_size=4
)


@given(tangles)
@settings(max_examples=150)
def test_no_tangle_of_rules_crashes_the_matching(tangle: list[list[str]]) -> None:
    stored = tuple({"name": f"{number}", "query": " ".join(each) or "bridge"} for number, each in enumerate(tangle, 1))
    spec = a_spec(topics=[], query="rule:1 OR bridge")
    saved = gathered(spec, stored)
    try:
        check_saved("rule:1 OR bridge", saved)
    except QueryError:
        assert not matches("rule:1 OR bridge", stored, title="A bridge")
    else:
        assert matches("rule:1 OR bridge", stored, title="A bridge")
