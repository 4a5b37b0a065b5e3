"""Conditions: when they hold, and by which evidence."""

from __future__ import annotations

import pytest

from service.domain.evidence import Evidence
from service.matching.condition import AllOf, AnyOf, Condition, NoneOf, OneOf, Term, any_of, leaves_of
from service.matching.evaluation import evaluate
from service.matching.forms import Form
from service.matching.groups import Forms, group_of
from service.matching.reading import Reading
from service.matching.text import phrase_of


def term(written: str, part: str = "/topics/0") -> Term:
    return Term(phrase_of(written), written, part)


def evidence_for(condition: Condition, **fields: str) -> tuple[Evidence, ...] | None:
    return evaluate(condition, Reading(fields))


WAR, PEACE, DEAL = term("war"), term("peace"), term("deal", "/topics/1")
LEADER = OneOf(
    group_of(Forms((Form(("nato", "chief"), 1.0, "role"), Form(("rutt",), 0.9, "surname", open_end=True)))), "Mark Rutte", "/actors/0"
)

HOLDS = [
    pytest.param(WAR, "War!", ["War"], id="a term"),
    pytest.param(WAR, "warm", None, id="a term is a whole word"),
    pytest.param(term("peace deal"), "A peace-deal", ["peace-deal"], id="a phrase"),
    pytest.param(term("peace deal"), "deal peace", None, id="a phrase has an order"),
    pytest.param(term("..."), "...", None, id="a term without words"),
    pytest.param(term("平和"), "世界平和を", ["平和"], id="a phrase inside a text without spaces"),
    pytest.param(AllOf((PEACE, DEAL)), "deal for peace", ["deal", "peace"], id="all of"),
    pytest.param(AllOf((PEACE, DEAL)), "peace", None, id="one of two is not all"),
    pytest.param(AnyOf((PEACE, DEAL)), "deal", ["deal"], id="any of"),
    pytest.param(AnyOf((PEACE, DEAL)), "peace deal", ["peace", "deal"], id="both branches give evidence"),
    pytest.param(AnyOf((PEACE, DEAL)), "war", None, id="none is not any"),
    pytest.param(AllOf((PEACE, NoneOf((WAR, DEAL)))), "peace", ["peace"], id="none of gives no evidence"),
    pytest.param(AllOf((PEACE, NoneOf((WAR, DEAL)))), "peace after war", None, id="one of the excluded"),
    pytest.param(AnyOf((WAR, AllOf((PEACE, DEAL)))), "peace and war", ["war"], id="a branch that fails gives no evidence"),
    pytest.param(AnyOf((WAR, term("war on drugs"))), "on war", ["war"], id="a longer phrase does not fit in any more"),
    pytest.param(AnyOf((WAR, term("war on drugs"))), "war on drugs", ["war", "war on drugs"], id="a phrase inside a phrase"),
    pytest.param(LEADER, "Ruttego i NATO chief", ["Ruttego", "NATO chief"], id="one of many forms"),
    pytest.param(LEADER, "NATO", None, id="none of many forms"),
    pytest.param(AllOf((LEADER, PEACE)), "Rutte on peace", ["Rutte", "peace"], id="forms and a term"),
    pytest.param(AllOf(()), "peace", [], id="all of nothing"),
    pytest.param(AnyOf(()), "peace", None, id="any of nothing"),
]


@pytest.mark.parametrize(("condition", "text", "expected"), HOLDS)
def test_evaluation(condition: Condition, text: str, expected: list[str] | None) -> None:
    evidence = evidence_for(condition, title=text)
    assert (None if evidence is None else [each.text for each in evidence]) == expected


def test_evidence_names_part_term_field_and_place() -> None:
    assert evidence_for(AllOf((term("kim jong un", "/actors/0"), DEAL)), title="The DEAL", lede="", body="with Kim Jong-un.") == (
        Evidence("/topics/1", "deal", "title", 4, 8, "DEAL"),
        Evidence("/actors/0", "kim jong un", "body", 5, 16, "Kim Jong-un"),
    )


def test_the_title_comes_first() -> None:
    evidence = evidence_for(AnyOf((WAR, PEACE)), title="peace", body="war war")
    assert evidence is not None
    assert [(each.field, each.start) for each in evidence] == [("title", 0), ("body", 0), ("body", 4)]


def test_no_phrase_runs_across_fields() -> None:
    assert evidence_for(term("peace deal"), title="peace", body="deal") is None


def test_a_term_gives_three_spans_at_most() -> None:
    evidence = evidence_for(WAR, title="war", body="war " * 50)
    assert evidence is not None
    assert [each.field for each in evidence] == ["title", "body", "body"]


def test_no_part_is_crowded_out() -> None:
    actors = any_of(term(f"name{number}", "/actors/0") for number in range(50))
    evidence = evidence_for(AllOf((actors, DEAL)), body=" ".join(f"name{number}" for number in range(50)) + " deal deal deal")
    assert evidence is not None
    assert len(evidence) == 30
    assert [each.part for each in evidence].count("/topics/1") == 3


def test_needless_levels_are_left_out() -> None:
    assert any_of([WAR]) == WAR
    assert any_of([AnyOf((WAR, PEACE)), DEAL]) == AnyOf((WAR, PEACE, DEAL))


def test_leaves_come_in_the_order_of_the_rule() -> None:
    assert list(leaves_of(AllOf((AnyOf((WAR, PEACE)), NoneOf((DEAL, LEADER)))))) == [WAR, PEACE, DEAL, LEADER]
