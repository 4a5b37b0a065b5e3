"""Hebrew and Arabic words, and the little ones that are written as one with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.attached import Inner, bare_words, inner_words_of, without_endings
from service.matching.index import RuleIndex
from service.matching.text import phrase_of
from tests.make import a_rule

FOUND = [
    pytest.param("באוקראינה", "אוקראינה", id="in"),
    pytest.param("השלום", "שלום", id="the"),
    pytest.param("ומרוסיה", "רוסיה", id="and from"),
    pytest.param("שבאיראן", "איראן", id="that in"),
    pytest.param("כשהנשיא", "נשיא", id="when the"),
    pytest.param("בוועידת", "ועידת", id="in, before a word that is written with another letter then"),
    pytest.param("להסכם", "הסכם", id="to, before a word that begins like the"),
    pytest.param("وأوكرانيا", "أوكرانيا", id="and, in Arabic"),
    pytest.param("بالهدنة", "هدنة", id="by the"),
    pytest.param("وللناتو", "ناتو", id="and to the"),
    pytest.param("للأمم", "الأمم", id="to the, of a name that has its article"),
]

NOT_FOUND = [
    pytest.param("בשר", "שר", id="two letters"),
    pytest.param("להסכם", "סכם", id="no article behind to"),
    pytest.param("אוקראינה", "וקראינה", id="a word that begins with none of them"),
    pytest.param("بلد", "لد", id="two letters, in Arabic"),
    pytest.param("nato", "ato", id="Latin"),
]


@pytest.mark.parametrize(("written", "word"), FOUND)
def test_a_word_is_found_behind_little_ones(written: str, word: str) -> None:
    assert phrase_of(word)[0] in bare_words(*phrase_of(written))


@pytest.mark.parametrize(("written", "word"), NOT_FOUND)
def test_what_is_no_word_behind_little_ones(written: str, word: str) -> None:
    assert word not in bare_words(*phrase_of(written))


@given(st.one_of(st.text(max_size=8), st.text("ובלכמשהאוقفال", max_size=8)))
def test_bare_words_are_long_enough_and_no_longer_than_the_word(form: str) -> None:
    bare = bare_words(form)
    assert len(set(bare)) == len(bare)
    assert all(len(word) <= len(form) and word != form and form.endswith(word.removeprefix("ال")) for word in bare)
    assert all(len(word) >= 3 or (len(word) == 2 and form.endswith("ال" + word)) for word in bare)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("שלום", bare_words, id="Hebrew"),
        pytest.param("سلام دائم", bare_words, id="Arabic"),
        pytest.param("زيارة إلى گرجستان", bare_words, id="Arabic with a foreign letter"),
        pytest.param("بازار چین", without_endings, id="Persian"),
        pytest.param("بات چیت ہے", without_endings, id="Urdu"),
        pytest.param("Peace", None, id="Latin"),
    ],
)
def test_who_writes_so(text: str, expected: Inner | None) -> None:
    assert inner_words_of(text) is expected


@pytest.mark.parametrize(
    ("written", "word"), [("موشک‌های", "موشک"), ("موشکها", "موشک"), ("کودتای", "کودتا"), ("نیروی", "نیرو"), ("گروهایی", "گرو")]
)
def test_a_persian_word_is_found_before_endings(written: str, word: str) -> None:
    assert phrase_of(word)[0] in without_endings(*phrase_of(written))


@pytest.mark.parametrize("written", ["چینی", "پای", "نها", "ایران", "nato"])
def test_what_has_no_persian_ending(written: str) -> None:
    assert without_endings(*phrase_of(written)) == ()


WATCHED = [
    pytest.param("חברת הנמל קורטל", "שביתה: ובחברת נמל קורטל ממתינים", False, id="another name"),
    pytest.param("חברת הנמל קורטל", "שביתה: ובחברת הנמל קורטל ממתינים", True, id="a name in no pack behind and, in"),
    pytest.param("חברת נמל קורטל", "שביתה: ובחברת הנמל קורטל ממתינים", True, id="and its second word behind the"),
    pytest.param("שימי קורטל", "שביתה: לשימי קורטל נמאס", True, id="a person in no pack behind to"),
    pytest.param("United Nations", 'הנציג הגיע לשיחות באו"ם', True, id="an acronym behind in"),
    pytest.param("Brazil", "הנציג הגיע מברזיל", True, id="a state behind from"),
    pytest.param("شركة ميناء قورتال", "إضراب، وشركة الميناء قورتال تنتظر", True, id="a name in no pack behind and, in Arabic"),
    pytest.param("Brazil", "وفد يصل، ومباحثات فالبرازيل ترد", True, id="a state behind so, in Arabic"),
]


@pytest.mark.parametrize(("actor", "title", "expected"), WATCHED)
def test_an_actor_is_found_behind_them(actor: str, title: str, expected: bool) -> None:
    index = RuleIndex()
    index.apply([a_rule(actors=[actor], topics=[])], 1)
    assert bool(list(index.weigh({"title": title}, lambda _: True))) is expected
