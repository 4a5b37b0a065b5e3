"""Compounds, and the words that they are made of."""

from __future__ import annotations

import pytest

from service.matching.compounds import compounds_of, words_in
from service.matching.index import RuleIndex
from service.matching.marks import open_ended
from service.matching.reading import Reading
from service.matching.text import Phrase, phrase_of
from tests.make import a_rule
from tests.matching.written import book_of

MADE_OF = [
    pytest.param("de", "Gazakrieg", {"gaza", "krieg"}, id="a region and a concept"),
    pytest.param("de", "Korruptionsprozess", {"korruption", "prozess"}, id="a letter between"),
    pytest.param("de", "Vergeltungszöllen", {"zollen"}, id="a word that compounds begin with"),
    pytest.param("de", "Erdbebenopfer", {"erdbeben"}, id="a word that compounds end with"),
    pytest.param("sv", "Ukrainakriget", {"ukraina", "kriget"}, id="a state"),
    pytest.param("no", "Grønlandskonflikten", {"gronland"}, id="Norwegian, a territory"),
    pytest.param("nl", "gijzelaarsdeal", {"gijzelaar"}, id="Dutch"),
    pytest.param("fi", "rauhansopimusneuvottelut", {"rauhansopimus", "neuvottelut"}, id="the first is one, too"),
    pytest.param("fi", "vaalitappion", {"vaali"}, id="Finnish, inflected"),
    pytest.param("hu", "fegyverexportról", {"fegyver"}, id="Hungarian, inflected"),
    pytest.param("et", "pantvangikõnelused", {"pantvang", "konelused"}, id="Estonian"),
]

NOT_MADE_OF = [
    pytest.param("de", "Kriegerdenkmal", id="a word that begins with one"),
    pytest.param("de", "Handelskrieg", id="what the table has as one"),
    pytest.param("de", "Kriegstreiber", id="a second word that nobody knows"),
    pytest.param("de", "Vaterland", id="two words that nobody knows"),
    pytest.param("de", "Krieg", id="one word"),
    pytest.param("fi", "rauhanturvaajat", id="peacekeepers"),
    pytest.param("fi", "lakkokaappi", id="a cupboard"),
    pytest.param("hu", "gazdaság", id="an economy, which begins like gas"),
    pytest.param("hu", "választékos", id="what begins like an election"),
]


def in_normal_form(word: str) -> str:
    return phrase_of(word)[0]


@pytest.mark.parametrize(("language", "compound", "words"), MADE_OF)
def test_what_a_compound_is_made_of(language: str, compound: str, words: set[str]) -> None:
    tell = compounds_of(language)
    assert tell is not None
    assert words <= {*tell(in_normal_form(compound))}


@pytest.mark.parametrize(("language", "word"), NOT_MADE_OF)
def test_what_is_no_compound(language: str, word: str) -> None:
    assert words_in(language, in_normal_form(word)) == ()


@pytest.mark.parametrize("language", ["en", "pl", "ru", "", "x"])
def test_other_languages_write_words_apart(language: str) -> None:
    assert compounds_of(language) is None


ARTICLE = {"title": "Neue Gazakriege, russische Korruptionsprozesse", "lang": "de"}

PLACES = [
    pytest.param(phrase_of("gaza"), ["Gazakriege"], id="the first word"),
    pytest.param(open_ended(phrase_of("krieg")), ["Gazakriege"], id="the second, inflected"),
    pytest.param(open_ended(phrase_of("russische prozess")), ["russische Korruptionsprozesse"], id="at the end of a phrase"),
    pytest.param(phrase_of("russische prozesse"), ["russische Korruptionsprozesse"], id="the very word at the end of a phrase"),
    pytest.param(phrase_of("gaza russische"), [], id="not at its beginning"),
]


@pytest.mark.parametrize(("phrase", "expected"), PLACES)
def test_places_inside_a_compound(phrase: Phrase, expected: list[str]) -> None:
    assert [place.text for place in Reading(ARTICLE).places(phrase)] == expected
    assert book_of([phrase]).present(Reading(ARTICLE)) == ({phrase} if expected else set()), "a book finds the same"
    assert not Reading({**ARTICLE, "lang": "pl"}).places(phrase), "an article of another language"


@pytest.mark.parametrize(
    ("title", "language", "matches"),
    [
        pytest.param("Ukrainakriget: nya strider i öster", "sv", True, id="both in one word"),
        pytest.param("Ukrainamuseet: nya rum i öster", "sv", False, id="one of them"),
    ],
)
def test_a_rule_finds_its_actor_and_its_topic_in_one_word(title: str, language: str, matches: bool) -> None:
    index = RuleIndex()
    index.apply([a_rule(actors=[{"name": "Ukraine"}], topics=["war"])], 1)
    assert bool(index.match({"title": title, "lang": language}, lambda _rule: True)) is matches
