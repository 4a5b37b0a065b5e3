"""Names that sound alike in two scripts or spellings, and those that only look so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.name_sounds import sound_alike, sound_much_alike, sounds_of, vowels_of
from service.matching.text import phrase_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Дональд", "Donald", id="Russian"),
        pytest.param("Криштиану", "Cristiano", id="s is written sh"),
        pytest.param("Джо", "Joe", id="an English j"),
        pytest.param("Хантер", "Hunter", id="an h"),
        pytest.param("Хуан", "Juan", id="a Spanish j"),
        pytest.param("Жаир", "Jair", id="a Portuguese j"),
        pytest.param("Уильям", "William", id="a w before a vowel"),
        pytest.param("Ђоковић", "Djokovic", id="Serbian"),
        pytest.param("Володимир", "Wladimir", id="Ukrainian, and German"),
        pytest.param("Ксения", "Xenia", id="an x"),
        pytest.param("Анджей", "Andrzej", id="Polish"),
        pytest.param("Ντόναλντ", "Donald", id="Greek"),
        pytest.param("ドナルド", "Donald", id="katakana"),
        pytest.param("دونالد", "Donald", id="Arabic"),
        pytest.param("יונתן", "Yonatan", id="Hebrew"),
    ],
)
def test_the_same_name_sounds_alike(one: str, other: str) -> None:
    assert sound_alike("".join(phrase_of(one)), "".join(phrase_of(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Мелания", "Donald", id="another name"),
        pytest.param("Ефраим", "Emmanuel", id="the same beginning"),
        pytest.param("аэ", "io", id="nothing but vowels"),
        pytest.param("唐纳德", "Donald", id="a script that does not tell"),
    ],
)
def test_another_name_does_not(one: str, other: str) -> None:
    assert not sound_alike("".join(phrase_of(one)), "".join(phrase_of(other)))


def test_a_surname_is_told_by_its_vowels_too() -> None:
    assert sound_alike("рот", "rutte")
    assert not sound_much_alike("рот", "rutte")
    assert sound_much_alike("навальная", "navalnaya")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_word_has_few_readings_without_doubles(word: str) -> None:
    readings = sounds_of(word)
    assert len(readings) <= 32
    assert all(one != other for reading in readings for one, other in pairwise(reading))
    assert vowels_of(vowels_of(word)) == vowels_of(word)
