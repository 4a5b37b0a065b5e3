"""Anchors: what an article must have for a rule to be looked at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.anchors import AnyKey, Key, anchors_of
from service.matching.condition import AllOf, AnyOf, AtLeast, Condition, Near, NoneOf, Term, Within
from service.matching.evaluation import evaluate
from service.matching.phrases import PhraseBook
from service.matching.reading import Reading

COST: dict[Key, float] = {("a",): 1.0, ("b",): 2.0, ("c",): 4.0, ("d",): 8.0}
A, B, C, D = (Term((word,), word, "/topics/0") for word in "abcd")


def _inner(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(conditions, max_size=3).map(tuple)
    near = st.builds(Near, conditions, conditions, st.integers(0, 2), st.booleans())
    others = st.one_of(st.builds(AtLeast, st.integers(1, 2), conditions), st.builds(Within, st.just("title"), conditions))
    return st.one_of(several.map(AllOf), several.map(AnyOf), several.map(NoneOf), near, others)


conditions: st.SearchStrategy[Condition] = st.recursive(st.sampled_from([A, B, C, D]), _inner, max_leaves=8)


def some(*terms: Term) -> AnyKey:
    return frozenset(term.phrase for term in terms)


@pytest.mark.parametrize(
    ("condition", "anchors"),
    [
        pytest.param(D, [some(D)], id="a term"),
        pytest.param(AllOf((D, C, A)), [some(A), some(C), some(D)], id="the rarest of all, then the next"),
        pytest.param(AnyOf((A, B)), [some(A, B)], id="any of them"),
        pytest.param(AllOf((D, AnyOf((A, B, C)))), [some(A, B, C), some(D)], id="three that are rarer than one"),
        pytest.param(AnyOf((A, AllOf((D, B)))), [some(A, B)], id="the rarest of each branch"),
        pytest.param(Near(D, AtLeast(2, Within("title", A)), 5), [some(A), some(D)], id="both sides of a near, whatever else is asked"),
        pytest.param(AllOf((NoneOf((A,)), B)), [some(B)], id="an exclusion requires nothing"),
        pytest.param(AnyOf((NoneOf((A,)), B)), [None], id="nor does a choice with one in it"),
        pytest.param(AllOf((A, A, B)), [some(A), some(B)], id="what is asked for twice counts once"),
    ],
)
def test_anchors(condition: Condition, anchors: list[AnyKey | None]) -> None:
    found = anchors_of(condition, COST.__getitem__)
    assert [found.first, *found.others] == anchors


def test_many_requirements_are_not_all_kept() -> None:
    words = [Term((word,), word, "/topics/0") for word in "abcdefghij"]
    found = anchors_of(AllOf(tuple(words)), lambda key: float(ord(key[0])) if isinstance(key, tuple) else 0.0)
    assert [found.first, *found.others] == [some(word) for word in words[:4]]


@given(conditions, st.text("abcd ", max_size=8))
def test_no_condition_holds_without_its_anchors(condition: Condition, text: str) -> None:
    anchors = anchors_of(condition, COST.__getitem__)
    reading = Reading({"title": text})
    book = PhraseBook[Key]()
    for word in "abcd":
        book.add((word,), (word,))
    present = book.present(reading)
    if evaluate(condition, reading) is not None:
        assert anchors.first is None or anchors.first & present
        assert all(keys & present for keys in anchors.others)
