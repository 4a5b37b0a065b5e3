"""What letters, a classifier and a feed say about an article's language, weighed together."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.languages import LANGUAGES, canonical_language, choose_language
from service.domain.scripts import LANGUAGES_OF, Choices

LATIN = Choices(LANGUAGES_OF["LATIN"], title=True, text=True)
CYRILLIC = Choices(LANGUAGES_OF["CYRILLIC"], title=True)

SURE_PL, SURE_EN = {"pl": 0.97, "en": 0.01}, {"en": 0.97, "pl": 0.01}
TORN = {"pt": 0.4, "gl": 0.4, "es": 0.2}
FLAT = dict.fromkeys(LANGUAGES_OF["LATIN"], 1 / len(LANGUAGES_OF["LATIN"]))


def silent() -> Mapping[str, float]:
    """A text that says nothing."""
    return {}


WEIGHED = [
    pytest.param(SURE_PL, {}, None, "pl", id="the title alone"),
    pytest.param({}, SURE_PL, None, "pl", id="the text alone"),
    pytest.param(SURE_PL, {}, "en", "pl", id="a template's en"),
    pytest.param(SURE_EN, {}, "pl", "en", id="a feed that lies"),
    pytest.param({"pl": 1.0}, {"en": 1.0}, None, "pl", id="boilerplate in another language"),
    pytest.param({"pl": 0.5, "sk": 0.5}, {"sk": 0.99, "pl": 0.01}, None, "sk", id="the text decides what the title leaves open"),
    pytest.param(TORN, {}, "gl", "gl", id="what is declared decides between neighbours"),
    pytest.param(TORN, {}, "gl-ES", "gl", id="a region is no matter"),
    pytest.param({"nn": 0.5, "no": 0.4, "da": 0.1}, {}, None, "no", id="both written forms of Norwegian"),
    pytest.param(FLAT, {}, "sv", "sv", id="nothing but what is declared"),
    pytest.param({"sw": 0.3, "zu": 0.3, "rw": 0.3}, {}, None, None, id="too little to go by"),
    pytest.param({"sw": 0.3, "zu": 0.3, "rw": 0.3}, {}, "ru", None, id="too little, and another script is declared"),
]


@pytest.mark.parametrize(("by_title", "by_text", "declared", "language"), WEIGHED)
def test_witnesses(by_title: Mapping[str, float], by_text: Mapping[str, float], declared: str | None, language: str | None) -> None:
    assert choose_language(LATIN, by_title, lambda: by_text, "", declared) == language


@pytest.mark.parametrize(
    ("by_title", "declared", "asked"),
    [
        pytest.param({"pl": 1.0}, "pl", False, id="title and feed agree"),
        pytest.param({"pl": 1.0}, None, False, id="the title is sure"),
        pytest.param({"pl": 0.9999, "en": 0.0001}, None, True, id="the text might outweigh it"),
        pytest.param({"pl": 1.0}, "en", True, id="another is declared"),
        pytest.param({}, "pl", True, id="there is no title"),
    ],
)
def test_the_text_is_asked_only_where_it_may_matter(by_title: Mapping[str, float], declared: str | None, asked: bool) -> None:
    times = 0

    def text() -> Mapping[str, float]:
        nonlocal times
        times += 1
        return {}

    choose_language(LATIN, by_title, text, "", declared)
    assert bool(times) is asked


@pytest.mark.parametrize(
    ("letters", "language"),
    [
        pytest.param("Мирні переговори", "uk", id="Ukrainian i"),
        pytest.param("Её объявили", "ru", id="Russian yo and hard sign"),
        pytest.param("Адбылiся ўборы ў Мінску", "be", id="Belarusian short u"),
        pytest.param("Њујорк и Ћуприја", "sr", id="Serbian letters"),
        pytest.param("Ѓорѓија и ќерка", "mk", id="Macedonian letters"),
        pytest.param("Қазақстан үкіметі", "kk", id="Kazakh letters"),
    ],
)
def test_alphabets(letters: str, language: str) -> None:
    torn = dict.fromkeys(LANGUAGES_OF["CYRILLIC"], 0.1)
    assert choose_language(CYRILLIC, torn, silent, letters, None) == language


def test_letters_of_another_alphabet_say_nothing() -> None:
    assert choose_language(Choices(LANGUAGES_OF["HAN"], title=True), {"zh": 0.9, "ja": 0.1}, silent, "Новости 和平会谈", None) == "zh"


def test_a_script_of_one_language_needs_no_classifier() -> None:
    assert choose_language(Choices(("ka",), title=True), {}, silent, "", "en") == "ka"


@pytest.mark.parametrize(("declared", "language"), [("yi", "yi"), ("he", "he"), ("iw", "he"), ("en", "he"), (None, "he")])
def test_the_commonest_of_a_script_unless_another_is_declared(declared: str | None, language: str) -> None:
    assert choose_language(Choices(("he", "yi"), title=True), {}, silent, "", declared) == language


@pytest.mark.parametrize(("declared", "language"), [("pt-BR", "pt"), ("nb", "no"), ("und", None), ("", None), (None, None)])
def test_without_letters_what_is_declared_holds(declared: str | None, language: str | None) -> None:
    assert choose_language(Choices(()), {}, silent, "", declared) == language


@pytest.mark.parametrize(
    ("tag", "code"),
    [("EN", "en"), ("pt_BR", "pt"), ("zh-Hant-TW", "zh"), ("cmn", "zh"), ("nn", "no"), ("iw", "he"), ("ukr", "uk"), ("xx", "xx")],
)
def test_codes_of_one_language_are_one(tag: str, code: str) -> None:
    assert canonical_language(tag) == code


RANKINGS = st.dictionaries(st.sampled_from(LANGUAGES), st.floats(0, 1), max_size=8)


@given(st.sampled_from(list(LANGUAGES_OF)), RANKINGS, RANKINGS, st.text(max_size=30), st.sampled_from([None, "en", "uk", "xx", ""]))
def test_the_answer_is_one_of_the_choices_or_none(
    script: str, by_title: dict[str, float], by_text: dict[str, float], letters: str, declared: str | None
) -> None:
    choices = LANGUAGES_OF[script]
    found = choose_language(Choices(choices), by_title, lambda: by_text, letters, declared)
    assert found is None or found in {canonical_language(language) for language in choices}
