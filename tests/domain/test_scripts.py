"""What the letters of an article leave to choose from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.scripts import LANGUAGES_OF, Choices, choices_of

FIRST = [
    pytest.param("평화 회담", "", "ko", id="Hangul"),
    pytest.param("和平会谈", "", "zh", id="Chinese"),
    pytest.param("和平交渉", "会談が始まった。", "ja", id="a Japanese title without kana"),
    pytest.param("ポーランドの首相", "", "ja", id="kana"),
    pytest.param("การเจรจา", "", "th", id="Thai"),
    pytest.param("მშვიდობა", "", "ka", id="Georgian"),
    pytest.param("Խաղաղություն", "", "hy", id="Armenian"),
    pytest.param("ሰላም", "", "am", id="Ethiopic"),
    pytest.param("שלום", "", "he", id="Hebrew"),
    pytest.param("Ειρήνη", "", "el", id="Greek"),
    pytest.param("NATO शिखर सम्मेलन: Kyiv Post ने कहा", "", "hi", id="Latin names among Devanagari"),
    pytest.param("GPT-5 и iPhone 17 Pro Max вышли", "", "ru", id="brands among Cyrillic"),
    pytest.param("iPhone 17 Pro", "Новый телефон поступил в продажу.", "ru", id="a title of brands only"),
    pytest.param("Peace talks begin in Geneva today", "השיחות נפתחו היום בז'נבה בחסות האו\"ם", "en", id="a title against its text"),
    pytest.param("محادثات السلام", "Full text available to subscribers only", "ar", id="another script's boilerplate"),
    pytest.param("", "Peace talks", "en", id="no title"),
]


@pytest.mark.parametrize(("title", "text", "first"), FIRST)
def test_the_script_narrows_the_choice(title: str, text: str, first: str) -> None:
    assert choices_of(title, text).languages[0] == first


def test_what_is_in_another_script_is_not_read() -> None:
    assert choices_of("محادثات السلام", "Full text for subscribers") == Choices(LANGUAGES_OF["ARABIC"], title=True, text=False)
    assert choices_of("iPhone 17", "Новый телефон") == Choices(LANGUAGES_OF["CYRILLIC"], title=False, text=True)
    assert choices_of("和平交渉", "会談が始まった。") == Choices(("ja",), title=True, text=True)


@given(st.text(max_size=60), st.text(max_size=60))
def test_there_is_a_choice_wherever_there_are_letters_of_a_known_script(title: str, text: str) -> None:
    choices = choices_of(title, text)
    assert bool(choices.languages) == (choices.title or choices.text)


def test_digits_and_signs_leave_nothing() -> None:
    assert choices_of("2 : 1", "❤️ 🇺🇦") == Choices(())
