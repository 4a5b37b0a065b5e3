"""Where sentences begin: told by texts whose sentences are parted by " / "."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.matching.sentences import LONGEST, paragraphs_of, sentences_of
from service.matching.text import forms_of, spans_of, words_of

ENDS = [
    pytest.param("Talks ended. / Nobody signed! / Why? / Ask them.", id="the three stops"),
    pytest.param("He waited… / Then he left... / Nobody came.", id="ellipses"),
    pytest.param("“We want peace.” / “When?” he asked. / (Nobody knew.) / End", id="closing quotation marks belong to the sentence"),
    pytest.param("Er sagte: »Nein.« / Dann ging er.", id="German quotation marks"),
    pytest.param("在北京会晤。/双方签署了协议！/何时？/不知道", id="Chinese"),
    pytest.param("習近平は語った。/「平和だ。」と述べた。/会談は終わった", id="Japanese, and speech that goes on"),
    pytest.param("본부가 밝혔다. / 나토는 거부했다.", id="Korean"),
    pytest.param("هل انتهت الحرب؟ / نعم. / غدا", id="Arabic"),
    pytest.param("جنگ ختم۔ / امن آیا۔", id="Urdu"),
    pytest.param("युद्ध समाप्त हुआ। / शांति आई॥ / अब", id="Hindi"),
    pytest.param("Պատերազմն ավարտվեց։ / Խաղաղություն", id="Armenian"),
    pytest.param("ጦርነቱ አበቃ። / ሰላም፧ / አዎ", id="Amharic"),
    pytest.param("សង្គ្រាម។ / សន្តិភាព៕ / ឥឡូវ", id="Khmer"),
    pytest.param("Τι έγινε; / Τίποτα; όχι ακόμη. / Ναι", id="Greek question mark"),
    pytest.param("Live: talks • / Floods in Spain | / Markets up", id="bullets and bars"),
    pytest.param("Talks end — war goes on – no deal", id="dashes end nothing"),
    pytest.param("First paragraph\n/Second paragraph\n\n/third, in small letters", id="lines"),
    pytest.param("a line broken for\nits length", id="a broken line goes on in small letters"),
    pytest.param("It ended there./Then he left", id="a space forgotten"),
    pytest.param("Yahoo! is here, what? he said", id="small letters go on"),
    pytest.param("Won 3-2. / Brazil next at 10:30. / France later", id="scores and times end sentences"),
    pytest.param("In 2023. / Brazil won by 3.5 points", id="decimals do not"),
    pytest.param("see wire.example.com for more", id="addresses"),
    pytest.param("?! What", id="stops before the first word"),
]

GOES_ON = [
    pytest.param("Mr. Rutte and Dr. Smith met Gen. Jones in St. Petersburg", id="titles"),
    pytest.param("J. Biden met J.K. Rowling and George W. Bush", id="initials"),
    pytest.param("the U.S. President and the U.N. Secretary", id="dotted acronyms"),
    pytest.param("in Jan. 2024 and Sept. Eleven, No. 5", id="months and numbers"),
    pytest.param("am 3. Mai im 2. Weltkrieg", id="German ordinals"),
    pytest.param("z.B. Merkel, d.h. Angela, u.a. Scholz bzw. Merz", id="German abbreviations"),
    pytest.param("M. Macron, Mme. Le Pen, J. Le Carré", id="French titles"),
    pytest.param("np. Tusk, tzw. Europa, ul. Wiejska, w 2022 r. Polska", id="Polish abbreviations"),
    pytest.param("в 2022 г. Путин, т.е. Россия, им. Ленина, и т. д. Киев", id="Russian abbreviations"),
    pytest.param("ім. Шевченка, вул. Хрещатик, 5 тис. Українців", id="Ukrainian abbreviations"),
    pytest.param("Well... so they say… and go", id="an ellipsis in mid-sentence"),
    pytest.param("３．５ です", id="a full-width decimal point"),
]

AFTER_ABBREVIATIONS = [
    pytest.param("They live in the U.S. / The deal is off.", id="English"),
    pytest.param("He came at 5 p.m. / However, nobody waited.", id="the time of day"),
    pytest.param("Das war am 3. / Der Rest ist bekannt.", id="German"),
    pytest.param("Это было в 2022 г. / Он уехал.", id="Russian"),
    pytest.param("He said no. / Nobody else did.", id="no number follows"),
]


def starts_in(text: str) -> list[int]:
    return sentences_of(text, forms_of(text), spans_of(text))


def sentences_in(text: str) -> list[str]:
    words = words_of(text)
    starts = [words[number].start for number in starts_in(text)]
    return [text[start:end] for start, end in zip([0, *starts[1:]], [*starts[1:], None], strict=True)] if starts else []


def letters(text: str) -> str:
    return " ".join(word.form for word in words_of(text))


@pytest.mark.parametrize("marked", [*ENDS, *AFTER_ABBREVIATIONS])
def test_sentences_end(marked: str) -> None:
    expected = [letters(sentence) for sentence in marked.split("/")]
    spaced = marked.replace(" / ", " ").replace("/", "")
    assert [letters(sentence) for sentence in sentences_in(spaced)] == expected


@pytest.mark.parametrize("text", GOES_ON)
def test_what_ends_no_sentence(text: str) -> None:
    assert sentences_in(text) == [text]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("word " * 130, [60, 60, 10], id="at sixty words"),
        pytest.param("word " * 40 + "word; " + "word " * 30, [41, 30], id="at a semicolon"),
        pytest.param("word " * 70 + "word; " + "word " * 30, [60, 41], id="the semicolon comes too late"),
        pytest.param("word; " * LONGEST, [60], id="sixty words are not too long"),
        pytest.param("和" * 250, [120, 120, 10], id="each character is a word"),
    ],
)
def test_long_sentences_are_cut(text: str, lengths: list[int]) -> None:
    starts = starts_in(text)
    assert [end - start for start, end in zip(starts, [*starts[1:], len(words_of(text))], strict=True)] == lengths


def test_no_words_have_no_sentences() -> None:
    assert sentences_of("... !?\n", [], []) == paragraphs_of("\n", []) == []


PIECES = st.sampled_from(["Mr.", "word", "U.S.", "3.", "。", "\n", ";", "...", "”", "|", " ", "和", "The", "a", "」と", "؟", "न।"])


@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=300).map(" ".join), st.lists(PIECES, max_size=100).map("".join)))
@example("a\n\nb")
def test_starts_ascend_from_the_first_word(text: str) -> None:
    words = words_of(text)
    for starts in (starts_in(text), paragraphs_of(text, spans_of(text))):
        assert starts[:1] == ([0] if words else [])
        assert all(one < other for one, other in pairwise(starts))
        assert not starts or starts[-1] < len(words)


@given(st.lists(PIECES, max_size=100).map(" ".join))
def test_paragraphs_begin_with_sentences_unless_a_line_is_broken_for_its_length(text: str) -> None:
    words = words_of(text)
    starts = set(starts_in(text))
    assert all(number in starts or text[words[number].start].islower() for number in paragraphs_of(text, spans_of(text)))


def test_paragraphs() -> None:
    text = "\n One line.\nTwo \n\n\n three\n…\n"
    assert [words_of(text)[number].form for number in paragraphs_of(text, spans_of(text))] == ["one", "two", "three"]


@pytest.mark.parametrize("end", ["Two", " Two"])
@pytest.mark.parametrize("filling", [".", ". ", ".'", "\n", ".\n", "。」", "|", " | ", ";", "…”"])
def test_a_megabyte_between_two_words(filling: str, end: str) -> None:
    text = f"One{filling * (1_000_000 // len(filling))}{end}"
    assert sentences_of(text, ["one", "two"], [(0, 3), (len(text) - 3, len(text))])[0] == 0
