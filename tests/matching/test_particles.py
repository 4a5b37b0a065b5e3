"""Korean nouns and what is written as one with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.particles import nouns_of
from service.matching.text import phrase_of

FOUND = [
    pytest.param("나토는", "나토", id="topic, after a vowel"),
    pytest.param("푸틴이", "푸틴", id="subject, after a consonant"),
    pytest.param("우크라이나의", "우크라이나", id="genitive"),
    pytest.param("평화협정을", "평화협정", id="object"),
    pytest.param("러시아와의", "러시아", id="two particles"),
    pytest.param("서울로", "서울", id="direction, after rieul"),
    pytest.param("모스크바에서는", "모스크바", id="place and topic"),
    pytest.param("워싱턴으로부터", "워싱턴", id="four syllables"),
    pytest.param("동맹국들은", "동맹국", id="a plural"),
    pytest.param("동맹국들은", "동맹국들", id="a plural asked for"),
    pytest.param("김정은은", "김정은", id="a name that ends like a particle"),
]

NOT_FOUND = [
    pytest.param("러시아이", "러시아", id="the subject particle of consonants after a vowel"),
    pytest.param("푸틴가", "푸틴", id="the subject particle of vowels after a consonant"),
    pytest.param("미국인", "미국", id="another word"),
    pytest.param("이란은", "이", id="one syllable is no noun"),
    pytest.param("나토", "나토", id="the word itself"),
    pytest.param("nato", "nat", id="Latin"),
    pytest.param("и", "", id="Cyrillic"),
]


@pytest.mark.parametrize(("written", "noun"), FOUND)
def test_a_noun_is_found_with_its_particle(written: str, noun: str) -> None:
    assert noun in nouns_of(*phrase_of(written))


@pytest.mark.parametrize(("written", "noun"), NOT_FOUND)
def test_what_is_no_noun_with_a_particle(written: str, noun: str) -> None:
    assert noun not in nouns_of(*phrase_of(written))


@given(st.one_of(st.text(max_size=8), st.text("가나는은이을를의에서들로푸틴ㄱ1", max_size=8)))
def test_nouns_begin_the_word_and_are_shorter(form: str) -> None:
    nouns = nouns_of(form)
    assert all(form.startswith(noun) and 2 <= len(noun) < len(form) for noun in nouns)
    assert list(nouns) == sorted(set(nouns), key=len)
