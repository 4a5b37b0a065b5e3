"""Words: where they begin and end, and which spellings are one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.matching.text import MATCHED_LENGTH, forms_of, phrase_of, spans_of, words_of

SAME = [
    pytest.param("NATO", "nato", id="case"),
    pytest.param("Łódź", "Lodz", id="Polish letters"),
    pytest.param("Søren Ærø", "soren aero", id="Danish letters"),
    pytest.param("Straße", "STRASSE", id="sharp s"),
    pytest.param("Þór Guðni", "Thor Gudni", id="Icelandic letters"),
    pytest.param("Đặng Việt", "dang viet", id="Vietnamese letters"),
    pytest.param("Zoë", "Zoe\u0308", id="composed and decomposed"),
    pytest.param("İstanbul", "Istanbul", id="Turkish dotted capital I is an i"),
    pytest.param("Diyarbakır", "DIYARBAKIR", id="Turkish dotless i is an i"),
    pytest.param("Αθήνα", "ΑΘΗΝΑ", id="Greek accents"),
    pytest.param("Ὀδυσσεύς", "οδυσσευσ", id="Greek breathings and the final sigma"),
    pytest.param("Путин", "Пу\u0301тин", id="Cyrillic stress mark"),
    pytest.param("Королёв", "Королев", id="Russian yo"),
    pytest.param("إيران", "ايران", id="Arabic hamza on the alef"),
    pytest.param("محمد", "مُحَمَّد", id="Arabic harakat"),
    pytest.param("محمد", "محـــمد", id="Arabic tatweel"),
    pytest.param("ایران", "ايران", id="Persian and Arabic yeh"),
    pytest.param("שלום", "שָׁלוֹם", id="Hebrew points"),
    pytest.param("ग़ाज़ा", "गाजा", id="Hindi dots below"),
    pytest.param("संबंध", "सम्बन्ध", id="Hindi nasal consonants"),
    pytest.param("पाँच", "पांच", id="Hindi nasal vowels"),
    pytest.param("烏克蘭", "乌克兰", id="Chinese of Taiwan and of the mainland"),
    pytest.param("ポーランド", "ﾎﾟｰﾗﾝﾄﾞ", id="half-width katakana"),
    pytest.param("ＮＡＴＯ", "NATO", id="full-width letters"),
    pytest.param("김정은", unicodedata.normalize("NFD", "김정은"), id="Korean syllables and their letters"),
    pytest.param("٢٠٢٤", "2024", id="digits of other scripts"),
    pytest.param("a\U00010d40", "a\U00010d40", id="a digit that is younger than this Python"),
    pytest.param("ﬁnance", "finance", id="ligature"),
    pytest.param("CO₂", "CO2", id="subscript"),
    pytest.param("Selenskyj", "Selen\u00adskyj", id="soft hyphen"),
    pytest.param("Selenskyj", "Selen\u200bskyj\ufeff", id="zero-width space and byte order mark"),
    pytest.param("Selenskyj", "Se\u202ele\u2066nskyj\u202c", id="bidi characters"),
    pytest.param("Путин", "Пу\u034fтин", id="combining grapheme joiner"),
    pytest.param("1", "1\ufe0f\u20e3", id="keycap"),
    pytest.param("Kim Jong Un", "Kim Jong-un", id="hyphen"),
    pytest.param("Kim Jong Un", "Kim Jong\u2011Un", id="non-breaking hyphen"),
    pytest.param("O'Brien", "O’Brien", id="curly apostrophe"),
    pytest.param("об'єкт", "об\u02bcєкт", id="modifier apostrophe"),
    pytest.param("“peace deal”", "peace  deal", id="quotation marks and space"),
    pytest.param("peace deal", "peace\u00a0deal\n", id="no-break space"),
]

DIFFERENT = [
    pytest.param("Андрій", "Андріи", id="Cyrillic short i is a letter"),
    pytest.param("їх", "іх", id="Ukrainian yi is a letter"),
    pytest.param("हिन्दी", "हन्द", id="Devanagari vowel signs are letters"),
    pytest.param("अन्य", "अंय", id="a Hindi nasal before what is no stop is a letter"),
    pytest.param("が", "か", id="kana voicing is another letter"),
    pytest.param("น้า", "นา", id="Thai tone marks are kept"),
    pytest.param("US", "U S", id="words are not joined"),
]

WORDS = [
    pytest.param("Russia's", ["russia", "s"], id="possessive"),
    pytest.param("Russia’s", ["russia", "s"], id="curly possessive"),
    pytest.param("the allies' plan", ["the", "allies", "plan"], id="possessive of a plural"),
    pytest.param("Türkiye’nin Rusya'ya", ["turkiye", "nin", "rusya", "ya"], id="Turkish endings after an apostrophe"),
    pytest.param("l'Ukraine d’aujourd’hui", ["l", "ukraine", "d", "aujourd", "hui"], id="French elision"),
    pytest.param("the U.S. and u.n.", ["the", "u", "s", "and", "u", "n"], id="each letter of a dotted acronym"),
    pytest.param("и т.д.", ["и", "т", "д"], id="a Cyrillic abbreviation"),
    pytest.param("Ｇ７サミット", ["g7", "サ", "ミ", "ッ", "ト"], id="full-width letters and digits beside katakana"),
    pytest.param("２０２４年", ["2024", "年"], id="full-width digits"),
    pytest.param("ﾌﾟｰﾁﾝ・NATO", ["プ", "ー", "チ", "ン", "nato"], id="half-width katakana and a middle dot"),
    pytest.param("5,000 men", ["5", "000", "men"], id="digits at a comma"),
    pytest.param("習近平主席", ["习", "近", "平", "主", "席"], id="each Han character, as the mainland writes it"),
    pytest.param("2024年にNATO", ["2024", "年", "に", "nato"], id="Japanese with Latin"),
    pytest.param("ไทย", ["ไ", "ท", "ย"], id="each Thai character"),
    pytest.param("북한이 미사일", ["북한이", "미사일"], id="Korean at spaces"),
    pytest.param("मोदी ने कहा", ["मोदी", "ने", "कहा"], id="Hindi at spaces"),
    pytest.param("❤️ 🇺🇦 — …", [], id="no letters at all"),
    pytest.param("\u0301 \u200b", [], id="marks without a letter"),
    pytest.param("a\ud800b", ["a", "b"], id="lone surrogate"),
    pytest.param("", [], id="nothing"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_that_are_one(one: str, other: str) -> None:
    assert phrase_of(one) == phrase_of(other) != ()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_spellings_that_are_two(one: str, other: str) -> None:
    assert phrase_of(one) != phrase_of(other)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        pytest.param("Rutte's NATO", "In Rutte’s NATO", id="a possessive in the phrase"),
        pytest.param("Rutte", "Rutte's NATO", id="a name in the possessive"),
        pytest.param("U.S. President", "the U.S. President", id="a dotted acronym in the phrase"),
        pytest.param("Türkiye", "Türkiye'nin kararı", id="a Turkish name with an ending"),
        pytest.param("プーチン", "ﾌﾟｰﾁﾝ大統領", id="katakana inside an unspaced text"),
    ],
)
def test_phrases_stand_in_texts(phrase: str, text: str) -> None:
    forms, wanted = phrase_of(text), phrase_of(phrase)
    assert any(forms[first : first + len(wanted)] == wanted for first in range(len(forms)))


@pytest.mark.parametrize(("text", "forms"), WORDS)
def test_words(text: str, forms: list[str]) -> None:
    assert [word.form for word in words_of(text)] == forms


def test_offsets_count_code_points_of_the_original() -> None:
    text = "🇺🇦 ﬁ Ze\u00adlen\u200bskyy’s"
    assert [text[word.start : word.end] for word in words_of(text)] == ["ﬁ", "Ze\u00adlen\u200bskyy", "s"]


@given(st.text(max_size=60))
@example("1\ufe0f\u20e3 ﷺ½㎏ \u0345ǰ")
def test_words_stand_where_they_say(text: str) -> None:
    end = 0
    for word in words_of(text):
        assert word.form
        assert end <= word.start < word.end <= len(text)
        assert phrase_of(text[word.start : word.end]) == (word.form,)
        end = word.end


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_space_parts_texts(one: str, other: str) -> None:
    assert phrase_of(f"{one} {other}") == phrase_of(one) + phrase_of(other)


def test_a_text_is_read_up_to_the_limit() -> None:
    text = "peace " * 10_000
    assert words_of(text)[-1].end <= MATCHED_LENGTH
    assert len(words_of(text)) == MATCHED_LENGTH // 6


def test_half_a_word_at_the_limit_is_no_word() -> None:
    text = "x" * (MATCHED_LENGTH - 4) + " warship"
    assert len(words_of(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" + "\u0301\u0323" * 15_000, id="a pile of marks"),
        pytest.param("a" + "\u200b" * 31_000, id="a word and nothing to see"),
        pytest.param("a\u200b" * 15_000, id="a letter at a time"),
        pytest.param("\ufdfa" * 31_000, id="letters that stand for eighteen"),
    ],
)
def test_hostile_words_have_short_forms(text: str) -> None:
    (word,) = words_of(text)
    assert 0 < len(word.form) <= 3600


LIKE_NEWS = st.text(st.one_of(st.sampled_from("abZ9 .,'“”’–—…•€\u00a0\u202f\u0301\u00adéßИ和나"), st.characters()), max_size=40)


@given(LIKE_NEWS)
@example("x" * 300 + " y")
@example("É" * 300)
@example(" ".join(f"a{letter}1 {letter} {letter}b{letter}" for letter in map(chr, range(0xC0, 0x250))))
@example("a" * (MATCHED_LENGTH + 5))
@example("“" * 10 + "a b " * (MATCHED_LENGTH // 4))
def test_forms_and_spans_are_those_of_the_words(text: str) -> None:
    words = words_of(text)
    assert forms_of(text) == [word.form for word in words]
    assert spans_of(text) == [(word.start, word.end) for word in words]


@given(LIKE_NEWS)
def test_signs_of_typesetters_change_no_word(text: str) -> None:
    """A letter of another script puts the text on the way that knows all scripts."""
    assert words_of(text + " И")[:-1] == words_of(text)
    assert forms_of(text + " И")[:-1] == forms_of(text)


@given(st.text(max_size=20))
@example("ำ น้ำ ນ້ຳ")
@example("0㈠ ㊀㊁ 0㆒")
@example("ໜັງສື ໝາ ゟヿ")
@example("一\u0345 α\u0345 ﾞ")
@example("ﷺ İstanbul Straße")
def test_a_form_stays_as_it_is_when_it_is_folded_again(written: str) -> None:
    assert [form for word in phrase_of(written) for form in phrase_of(word)] == list(phrase_of(written))
