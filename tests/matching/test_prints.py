"""What is remembered of an article, and that it can be stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.meaning import unpack
from service.matching.prints import dump, load, print_of
from tests.make import NOON, an_article

TEXT = st.text(max_size=80)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("The judge jails two bankers for years", "Judges jailed two bankers for a year", id="in English"),
        pytest.param("Szpitale w Krakowie", "Szpitalami w Krakowie", id="in Polish"),
        pytest.param("Министр открыл больницу", "Министра открыли больницы", id="in Russian"),
    ],
)
def test_inflections_of_a_word_are_one_and_stop_words_none(one: str, other: str) -> None:
    assert set(print_of(an_article(title=one)).title) == set(print_of(an_article(title=other)).title)


def test_the_same_actors_are_found_in_two_languages() -> None:
    english = print_of(an_article(title="Zelensky meets Macron in Paris"))
    russian = print_of(an_article(title="Зеленский встретился с Макроном в Париже", language="ru"))
    assert {"person:volodymyr-zelenskyy", "person:emmanuel-macron"} <= english.title_things & russian.title_things


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        pytest.param("5,500 nurses and 12 doctors", {"5500", "12"}, id="a comma parts thousands"),
        pytest.param("5.500 Pfleger", {"5500"}, id="and so does a point"),
        pytest.param("Rates rise to 4.25%", {"4.25"}, id="a fraction"),
        pytest.param("Rates rise to 4,25 %.", {"4.25"}, id="a fraction with a comma"),
    ],
)
def test_numbers_are_told_in_one_way(title: str, numbers: set[str]) -> None:
    assert print_of(an_article(title=title)).title_numbers == numbers


def test_the_body_stands_in_for_a_lede_that_says_little() -> None:
    each = print_of(an_article(title="Bridge", summary="Read on", body="The harbour bridge of Marlow collapsed at night. " * 3))
    assert "collaps" in each.lede


def test_the_vector_is_kept() -> None:
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    assert unpack(print_of(an_article(), vector).vector) == pytest.approx(vector, abs=1e-3)


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT, TEXT, st.integers(-(10**6), 10**6), st.binary(max_size=768))
def test_a_print_is_loaded_as_it_was(title: str, summary: str, source: str, seconds: int, vector: bytes) -> None:
    article = an_article(title=title, summary=summary, source=source, first_seen_at=NOON + timedelta(seconds=seconds))
    each = replace(print_of(article), vector=vector)
    assert load(dump(each)) == each


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_broken_print_is_refused(data: st.DataObject) -> None:
    whole = dump(print_of(an_article()))
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    with pytest.raises(ValueError, match="print"):
        load(broken)
    with pytest.raises(ValueError, match="print"):
        load(whole[:at])


def test_an_article_from_the_future_is_of_the_time_it_was_seen() -> None:
    each = print_of(an_article(published_at=datetime(2030, 1, 1, tzinfo=UTC)))
    assert each.at == NOON
