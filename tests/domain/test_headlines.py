"""Headlines that correct."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.headlines import is_correction, says_otherwise


@pytest.mark.parametrize(
    ("title", "corrects"),
    [
        pytest.param("Correction: 12 missing, not 21", True, id="at the beginning, with a colon"),
        pytest.param("CORRECTION - Ferry sinks off Marlow", True, id="in capitals, with a dash"),
        pytest.param("CORRECTED-Ferry sinks", False, id="a word with a hyphen"),
        pytest.param("Corrections 2: Ferry sinks off Marlow", True, id="numbered"),
        pytest.param("[Corrected] Ferry sinks off Marlow", True, id="in brackets before"),
        pytest.param("Ferry sinks off Marlow (corrected)", True, id="in brackets behind"),
        pytest.param("Ferry sinks off Marlow – Korrektur", True, id="behind a dash, in German"),
        pytest.param("Уточнение: на пароме было 12 человек", True, id="in Russian"),
        pytest.param("【訂正】フェリー沈没", True, id="in Japanese"),
        pytest.param("Market correction fears grow", False, id="the market's"),
        pytest.param("Correction in shares deepens", False, id="the market's, at the beginning"),
        pytest.param("Department of correction: a history", False, id="a department"),
        pytest.param("Politically correct: a word's career", False, id="correct as a word of the sentence"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_is_correction(title: str, corrects: bool) -> None:
    assert is_correction(title) is corrects


OLD = "Ferry Aurora sinks off Marlow harbour, 12 missing"


@pytest.mark.parametrize(
    ("new", "otherwise"),
    [
        pytest.param(OLD, False, id="the same"),
        pytest.param("FERRY AURORA SINKS OFF MARLOW HARBOUR - 12 MISSING", False, id="capitals and punctuation"),
        pytest.param("12 missing as ferry Aurora sinks off Marlow harbour", False, id="another order"),
        pytest.param("Ferry Aurora sinks off Marlow harbor, 12 missing", False, id="another spelling"),
        pytest.param(f"{OLD} and rescuers search on", False, id="more is told"),
        pytest.param("Ferry Aurora sinks off Marlow harbour, 21 missing", True, id="another number"),
        pytest.param("Ferry Aurora sinks off Marlow harbour, nobody 12 not missing", True, id="a denial"),
        pytest.param("Captain arrested after accident", True, id="something else"),
        pytest.param(f"{OLD} (corrected)", True, id="it says so"),
        pytest.param("", False, id="the headline is gone"),
    ],
)
def test_says_otherwise(new: str, otherwise: bool) -> None:
    assert says_otherwise(new, OLD) is otherwise


def test_a_headline_that_comes_up_to_nothing_before_says_nothing_else() -> None:
    assert not says_otherwise(OLD, "")


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_two_texts_can_be_told_apart(new: str, old: str) -> None:
    is_correction(new)
    assert not says_otherwise(old, old)
    assert says_otherwise(new, old) in (True, False)


@pytest.mark.parametrize("title", ["(" * 100_000, "Correction " * 50_000, " - " * 100_000, "1 " * 100_000])
def test_hostile_titles_cost_nothing(title: str) -> None:
    is_correction(title)
    says_otherwise(title, title[1:])
