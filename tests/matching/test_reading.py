"""An article read once: where phrases stand in it, and what is known of each place."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.matching.forms import OPEN_END
from service.matching.marks import after, as_written, in_capitals, known_about, open_ended
from service.matching.reading import Reading
from service.matching.text import MATCHED_LENGTH, Phrase, phrase_of
from tests.matching.written import book_of

ARTICLE = {
    "title": "NATO chief: the U.S. and us",
    "lede": "Mark Rutte spoke. Ukrainians listened.",
    "body": "M. Rutte left.\nThen Rutte's plane rose over 나토는 회의를 열었다 and 日本の首相",
    "source": "The NATO Gazette",
    "url": "https://www.gazette.example/nato/rutte",
}

PLACES = [
    pytest.param(phrase_of("NATO chief"), ["title:NATO chief"], id="a phrase"),
    pytest.param(phrase_of("chief NATO"), [], id="a phrase has an order"),
    pytest.param(phrase_of("Rutte"), ["lede:Rutte", "body:Rutte", "body:Rutte"], id="in reading order"),
    pytest.param(phrase_of("us Mark"), [], id="no phrase runs across fields"),
    pytest.param((), [], id="nothing stands nowhere"),
    pytest.param(open_ended(("ukrain",)), ["lede:Ukrainians"], id="an open end"),
    pytest.param(open_ended(("mark", "rut")), ["lede:Mark Rutte"], id="an open end of a phrase"),
    pytest.param(open_ended(phrase_of("rutte left")), ["body:Rutte left"], id="an open end that is the whole word"),
    pytest.param(open_ended(("u",)), ["title:U", "title:us", "lede:Ukrainians"], id="one letter and an open end"),
    pytest.param(in_capitals(("us",)), [], id="capitals are asked for"),
    pytest.param(in_capitals(("u", "s")), ["title:U.S"], id="capitals with dots"),
    pytest.param(as_written("Mark"), ["lede:Mark"], id="as it is written"),
    pytest.param(as_written("MARK"), [], id="as it is not written"),
    pytest.param(known_about("source", ("nato",)), ["source:NATO"], id="the source"),
    pytest.param(known_about("source", ("gazette",)), ["source:Gazette", "url:gazette"], id="the source's site"),
    pytest.param(known_about("url", ("nato",)), ["url:nato"], id="the address"),
    pytest.param(open_ended(known_about("url", ("rut",))), ["url:rutte"], id="an open end in the address"),
    pytest.param(phrase_of("gazette"), [], id="what is known about it is not its text"),
    pytest.param(phrase_of("首相"), ["body:首相"], id="inside a text without spaces"),
    pytest.param(phrase_of("나토"), ["body:나토는"], id="a Korean noun with a particle"),
    pytest.param(phrase_of("나토 회의"), [], id="only the last word of a phrase may have one"),
    pytest.param(phrase_of("나토는 회의"), ["body:나토는 회의를"], id="the last word of a phrase has one"),
    pytest.param(open_ended(phrase_of("나토")), ["body:나토는"], id="a noun with an open end stands there once"),
    pytest.param(as_written("나토"), [], id="not where it is asked for as it is written"),
]


HEBREW = {"title": "ובהסכם השלום של לבנון", "lede": 'שלום לאו"ם, הסכם השלום החדש', "body": "وبالهدنة الجديدة في غزة"}

PLACES_BEHIND = [
    pytest.param(phrase_of("הסכם"), ["title:ובהסכם", "lede:הסכם"], id="a word behind others"),
    pytest.param(phrase_of("שלום"), ["title:השלום", "lede:שלום", "lede:השלום"], id="behind one, and by itself"),
    pytest.param(phrase_of("הסכם שלום"), ["title:ובהסכם השלום", "lede:הסכם השלום"], id="each word of a phrase behind others"),
    pytest.param(phrase_of("הסכם שלום חדש"), ["lede:הסכם השלום החדש"], id="each of three"),
    pytest.param(phrase_of("שלום הסכם"), [], id="a phrase has an order"),
    pytest.param(open_ended(phrase_of("הסכם של")), ["title:ובהסכם השלום", "lede:הסכם השלום"], id="an open end behind others"),
    pytest.param(open_ended(phrase_of("הסכ")), ["title:ובהסכם", "lede:הסכם"], id="an open end of one word"),
    pytest.param(phrase_of("הדנה"), [], id="what stands nowhere"),
    pytest.param(phrase_of("هدنة جديدة"), ["body:وبالهدنة الجديدة"], id="an Arabic phrase"),
    pytest.param(after("הסכ", "שלום"), ["title:השלום", "lede:השלום"], id="what comes behind such a beginning"),
]


@pytest.mark.parametrize(("phrase", "expected"), PLACES_BEHIND)
def test_places_behind_little_words(phrase: Phrase | str, expected: list[str]) -> None:
    reading = Reading(HEBREW)
    asked = (phrase,) if isinstance(phrase, str) else phrase
    if isinstance(phrase, tuple):
        assert [f"{place.field}:{place.text}" for place in reading.places(phrase)] == expected
    assert book_of([asked]).present(Reading(HEBREW)) == ({asked} if expected else set()), "a book finds the same"
    assert reading.has(asked) is bool(expected)


def test_a_persian_phrase_stands_before_endings() -> None:
    phrase = phrase_of("موشک قورتال")
    assert [place.text for place in Reading({"title": "چند موشک‌های قورتال"}).places(phrase)] == ["موشک‌های قورتال"]
    assert book_of([phrase]).present(Reading({"title": "چند موشک‌های قورتال"})) == {phrase}
    assert not Reading({"title": "عدد موشكهاي قورتال في السنة"}).places(phrase), "Arabic"


@pytest.mark.parametrize(("phrase", "expected"), PLACES)
def test_places(phrase: Phrase, expected: list[str]) -> None:
    reading = Reading(ARTICLE)
    assert [f"{place.field}:{place.text}" for place in reading.places(phrase)] == expected
    assert book_of([phrase]).present(Reading(ARTICLE)) == ({phrase} if expected else set()), "a book finds the same"
    assert not phrase or reading.has(phrase) is bool(expected)


def test_a_place_knows_its_field_and_its_words() -> None:
    (place,) = Reading(ARTICLE).places(phrase_of("Ukrainians listened"))
    assert (place.rank, place.field, place.text, place.first, place.last) == (1, "lede", "Ukrainians listened", 3, 4)
    assert ARTICLE["lede"][place.start : place.end] == place.text


def test_an_open_end_has_its_length() -> None:
    reading = Reading({"title": f"x ab{'c' * OPEN_END}", "body": f"x ab{'c' * (OPEN_END + 1)}"})
    assert [place.field for place in reading.places(open_ended(("ab",)))] == ["title"]
    assert [place.field for place in reading.places(open_ended(("x", "ab")))] == ["title"]


SENTENCES = [
    pytest.param("NATO chief", 0, 0, None, id="the title"),
    pytest.param("Mark Rutte", 1, 0, None, id="the first sentence"),
    pytest.param("listened", 2, 4, "ukrainians", id="the second"),
    pytest.param("Rutte left", 3, 6, "m", id="the body goes on counting"),
    pytest.param("plane", 4, 11, "s", id="a line is a sentence"),
]


@pytest.mark.parametrize(("written", "sentence", "words_before", "word_before"), SENTENCES)
def test_where_a_place_is(written: str, sentence: int, words_before: int, word_before: str | None) -> None:
    reading = Reading(ARTICLE)
    (place,) = reading.places(phrase_of(written))
    assert (*reading.standing(place), reading.word_before(place)) == (sentence, words_before, word_before)


def test_without_a_lede_the_body_is_counted_from_one() -> None:
    reading = Reading({"title": "A title", "lede": "", "body": "One. Two."})
    assert [reading.sentence_of(place) for word in ("title", "one", "two") for place in reading.places((word,))] == [0, 1, 2]


@pytest.mark.parametrize(
    ("beginning", "word", "there"),
    [
        pytest.param("m", "rutte", True, id="a first name"),
        pytest.param("mar", "rutte", True, id="the beginning of a first name"),
        pytest.param("tho", "rutte", False, id="another word before it"),
        pytest.param("c", "the", True, id="any word before it"),
        pytest.param("x", "rutte", False, id="another initial"),
        pytest.param("mar", "rutt", False, id="only a part of the word"),
        pytest.param("mar", "rutt*", True, id="the beginning of the word"),
        pytest.param("u", "mark", False, id="the word before stands in another field"),
        pytest.param("나", "회의", True, id="a Korean noun with a particle"),
    ],
)
def test_what_comes_before(beginning: str, word: str, there: bool) -> None:
    hint = (after(beginning, word),)
    assert Reading(ARTICLE).has(hint) is there
    assert book_of([hint]).present(Reading(ARTICLE)) == ({hint} if there else set())


def test_a_bare_initial_stands_for_all_that_begins_so() -> None:
    hint, reading = (after("mar", "rutte"),), Reading({"title": "M. Rutte"})
    assert reading.has(hint)
    assert book_of([hint]).present(reading) == {hint}


WORDS = ["ab", "abc", "abcd", "ABC", "b", "나토는", "나토", "和"]
texts = st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join)
phrases = st.builds(
    lambda words, mark: mark(phrase_of(" ".join(words))),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.sampled_from([tuple[str, ...], open_ended, in_capitals]),
)
beginnings = st.sampled_from(["a", "ab", "abc", "b", "나", "나토"])
hints = st.builds(lambda beginning, word: (after(beginning, word),), beginnings, st.sampled_from(["ab", "ab*", "b*", "나토"]))


@given(texts, texts, st.lists(st.one_of(phrases, hints), max_size=6))
def test_a_book_finds_what_one_look_after_another_finds(title: str, body: str, wanted: list[Phrase]) -> None:
    reading, book = Reading({"title": title, "body": body}), book_of(wanted)
    assert book.present(reading) == {phrase for phrase in wanted if Reading({"title": title, "body": body}).has(phrase)}
    for phrase in wanted:
        book.discard(phrase, phrase)
    assert book.present(reading) == set()


def test_a_book_that_has_met_too_many_words_still_knows_its_phrases() -> None:
    book, of_many_words = book_of([("deal",)]), 7_000
    for first in range(0, 4 * of_many_words, of_many_words):
        reading = Reading({"title": "Deal", "body": " ".join(f"w{number}" for number in range(first, first + of_many_words))})
        assert book.present(reading) == {("deal",)}


def test_a_book_that_makes_room_for_korean_nouns_still_knows_what_comes_after_what() -> None:
    hint, of_many_words = after("mar", "rutte*"), 7_000
    book = book_of([(hint,)])
    for first in (0, of_many_words):
        book.present(Reading({"title": " ".join(f"{number}" for number in range(first, first + of_many_words))}))
    nouns = (chr(ord("가") + number) + "무" for number in range(5_900))
    reading = Reading({"title": "Mark Rutte", "body": " ".join(f"{noun}의" for noun in nouns)})
    assert book.present(reading) == {(hint,)}


@given(texts, st.lists(st.one_of(phrases, hints), max_size=6, unique=True))
def test_a_book_minds_what_comes_and_goes(text: str, wanted: list[Phrase]) -> None:
    reading, book = Reading({"title": text}), book_of([])
    there = {phrase for phrase in wanted if Reading({"title": text}).has(phrase)}
    for number, phrase in enumerate(wanted):
        assert book.present(reading) == there.intersection(wanted[:number])
        book.add(phrase, phrase)
    for number, phrase in enumerate(wanted):
        assert book.present(reading) == there.intersection(wanted[number:])
        book.discard(phrase, phrase)


@given(
    st.lists(
        st.sampled_from(["Ab", "ß", "İ", "ﬁ", "½", "⑽", "ำ", "สำ", "ﷺ", "\u0301", "\u00ad", "·", " "]) | st.characters(), max_size=10
    ).map("".join)
)
@example("สำคัญ")
@example("⑽")
def test_words_stand_in_their_own_text_as_they_are_written_there(text: str) -> None:
    phrase, reading = as_written(text), Reading({"title": text})
    assert [(place.first, place.last) for place in reading.places(phrase)] == [(0, len(phrase) - 1)][: len(phrase)]


@given(texts, phrases)
def test_places_stand_where_they_say(text: str, phrase: Phrase) -> None:
    found = Reading({"title": "ab", "body": text}).places(phrase)
    assert list(found) == sorted(set(found)), "in reading order, each once"
    for place in found:
        assert {"title": "ab", "body": text}[place.field][place.start : place.end] == place.text
        assert place.last - place.first + 1 == len(phrase)


@pytest.mark.parametrize(
    ("body", "places"),
    [
        pytest.param("ab " * 20_000, 1_000, id="one word over and over"),
        pytest.param("ab" * 20_000, 0, id="one long word"),
        pytest.param("x" * (MATCHED_LENGTH - 5) + " ab ab ab", 1, id="what is beyond the end is not read"),
        pytest.param("ab" + " 나토는" * 10_000, 1, id="one Korean noun over and over"),
        pytest.param("ab." * 10_000, 1_000, id="sentences of one word"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_hostile_texts(body: str, places: int) -> None:
    reading = Reading({"title": "", "lede": "", "body": body})
    assert len(reading.places(("ab",))) == places
    assert len(reading.places(("나토",))) == (1_000 if "나토" in body else 0)
    assert reading.has((after("a", "ab"),)) is (places > 1)
