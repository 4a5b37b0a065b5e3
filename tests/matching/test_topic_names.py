"""Names inside a topic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.topic_names import known_forms

STATES = [
    pytest.param("Poland", "poland", id="a state"),
    pytest.param("Polish", "poland", id="its people"),
    pytest.param("North Korean", "north korea", id="people of two words"),
    pytest.param("России", "russia", id="a case"),
    pytest.param("українського", "ukraine", id="an inflected adjective"),
    pytest.param("NATO", "nato", id="an organisation"),
]


@pytest.mark.parametrize(("written", "found"), STATES)
def test_who_is_named(written: str, found: str) -> None:
    forms = known_forms(written)
    assert forms is not None
    assert tuple(found.split()) in {form.words for form in forms}


@pytest.mark.parametrize("written", ["", "!", "peace", "Atlantis", "Polishing", "Zanzibarian"])
def test_who_is_not(written: str) -> None:
    assert known_forms(written) is None


@given(st.text(max_size=30))
def test_any_text_can_be_asked_for(written: str) -> None:
    assert known_forms(written) != ()
