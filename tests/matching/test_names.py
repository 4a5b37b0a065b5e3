"""Names that are in no pack: what the press makes of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.matching.forms import OPEN_END, Form
from service.matching.name_parts import surname_of
from service.matching.name_spellings import names_elsewhere
from service.matching.names import forms_of_name
from service.matching.text import phrase_of
from service.matching.transliterate import in_russian, other_script, sister_spellings


def _is(form: Form, text: str) -> bool:
    words = phrase_of(text)
    if form.cased and not text.isupper():
        return False
    if not form.open_end or len(words) != len(form.words):
        return words == form.words
    return words[:-1] == form.words[:-1] and words[-1].startswith(form.words[-1]) and len(words[-1]) - len(form.words[-1]) <= OPEN_END


def _found(name: str, text: str) -> str:
    """ "alone", "beside the full name" or "never"."""
    alone, beside = forms_of_name(name)
    if any(_is(form, text) for form in alone):
        return "alone"
    return "beside the full name" if any(_is(form, text) for form in beside) else "never"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        pytest.param("Jane Ferriter", "Jane Ferriter", "alone", id="as written"),
        pytest.param("Jane Ferriter", "Ferriter", "beside the full name", id="surname after introduction"),
        pytest.param("Jane Ferriter", "Jane", "never", id="a first name"),
        pytest.param("Jane Ferriter", "J. Ferriter", "alone", id="an initial"),
        pytest.param("J. K. Marlowe", "J.K. Marlowe", "alone", id="initials without a space"),
        pytest.param("Hans-Peter Keul", "Hans-Peter Keul", "alone", id="a hyphen"),
        pytest.param("George B. Tallis", "George Tallis", "alone", id="without the middle initial"),
        pytest.param("Pieter van der Molen", "van der Molen", "beside the full name", id="a surname with particles"),
        pytest.param("Pieter van der Molen", "Molen", "beside the full name", id="and without them"),
        pytest.param("Marek Zubrycki", "Marka Zubryckiego", "alone", id="a first name that loses a vowel"),
        pytest.param("Paweł Zubrycki", "Pawłem Zubryckim", "alone", id="another"),
        pytest.param("Adam Zubrek", "Adama Zubrka", "alone", id="a surname that loses a vowel"),
        pytest.param("Adam Zubrek", "Zubrkiem", "beside the full name", id="alone"),
        pytest.param("Marek Zubrycki", "Марек Зубрицкий", "alone", id="Polish c is ц before k"),
        pytest.param("Gabriel Ferrán Tallis", "Gabriel Ferrán", "alone", id="a Spanish name without the mother's surname"),
        pytest.param("Gabriel Ferrán Tallis", "Ferrán", "beside the full name", id="the father's surname"),
        pytest.param("Gabriel Ferrán Tallis", "Ferrán Tallis", "beside the full name", id="both surnames"),
        pytest.param("Juan Manuel Tallis", "Manuel", "never", id="a second first name is no surname"),
        pytest.param("The Ferriters", "Ferriter", "alone", id="the singular of a people or a group"),
        pytest.param("the Ferriter Brothers", "Ferriter Brothers", "alone", id="without the article"),
        pytest.param("The Sun", "Sun", "never", id="an article that belongs to the name"),
        pytest.param("The Times", "Time", "never", id="a paper is no plural"),
        pytest.param("Ferriter Group", "Ferriter", "beside the full name", id="a company without what it is"),
        pytest.param("Savings Bank Group", "Savings Bank", "never", id="a bank is still called so by many"),
        pytest.param("Tomasz Zubrycki", "Tomasza Zubryckiego", "alone", id="Polish genitive of both names"),
        pytest.param("Tomasz Zubrycki", "Zubryckim", "beside the full name", id="Polish instrumental"),
        pytest.param("Олена Горбань", "Олени Горбань", "alone", id="Ukrainian first name in the genitive"),
        pytest.param("Pavlo Hrytsenkov", "Павло Гриценков", "alone", id="Ukrainian h is г and ts is ц"),
        pytest.param("Oleksandr Tkachenko", "Олександр Ткаченко", "alone", id="to Ukrainian"),
        pytest.param("Ivan Morozov", "Морозовым", "beside the full name", id="to Russian, inflected"),
        pytest.param("Иван Шувалов", "Ivan Shuvalov", "alone", id="to English"),
        pytest.param("Иван Шувалов", "Iwan Szuwalow", "alone", id="to Polish"),
        pytest.param("Иван Шувалов", "Schuwalow", "beside the full name", id="to German"),
        pytest.param("Иван Щербаченко", "Iwan Schtscherbatschenko", "alone", id="to German"),
        pytest.param("Иван Щербаченко", "Ivan Chtcherbatchenko", "alone", id="to French"),
        pytest.param("Сергей Марченков", "Serhii Marchenkov", "alone", id="a first name as Ukraine writes it"),
        pytest.param("Сергей Марченков", "Siergiej Marczenkow", "alone", id="a first name as Poland writes it"),
        pytest.param("Сергій Марченков", "Сергей Марченков", "alone", id="from Ukrainian to Russian"),
        pytest.param("Сергій Марченков", "Марченковым", "beside the full name", id="from Ukrainian to Russian, inflected"),
        pytest.param("Максим Оксимов", "Maxim Oximov", "alone", id="ks or x"),
        pytest.param("Борис Елчин", "Boris Yelchin", "alone", id="an e that begins a name"),
        pytest.param("Игорь Соловецкий", "Ihor Solovetsky", "alone", id="an ending that is written in many ways"),
        pytest.param("Wołodymyr Szewczenkow", "Владимир Шевченков", "alone", id="Polish to Russian"),
        pytest.param("Wolodymyr Schewtschenkow", "Володимир Шевченков", "alone", id="German to Ukrainian"),
        pytest.param("Michael Brantov", "Майкл Брантов", "alone", id="an English first name by custom"),
        pytest.param("Milan Petrović", "Милан Петровић", "alone", id="to Serbian"),
        pytest.param("Милан Петровић", "Milan Petrović", "alone", id="from Serbian"),
        pytest.param("Милан Петровић", "Петровича", "beside the full name", id="from Serbian to Russian, inflected"),
        pytest.param("Љубица Његован", "Ljubica Njegovan", "alone", id="Serbian letters that are two in Latin"),
        pytest.param("Νίκος Βελισάριος", "Nikos Velisarios", "alone", id="from Greek"),
        pytest.param("Νίκος Μπουτάρης", "Nikos Boutaris", "alone", id="two Greek letters for one sound"),
        pytest.param("Νίκος Βελισάριος", "Βελισάριου", "beside the full name", id="a Greek genitive"),
        pytest.param("გია მელიქიძე", "გია მელიქიძემ", "alone", id="a Georgian ending"),
        pytest.param("গৌতম চৌধুরানী", "গৌতম চৌধুরানীর", "alone", id="a Bengali ending"),
        pytest.param("Prime Minister Ion Popescu", "Ion Popescu", "alone", id="without the title"),
        pytest.param("Prime Minister Popescu", "Popescu", "beside the full name", id="a title and a surname"),
        pytest.param("Robert Tallis Jr", "Robert Tallis", "alone", id="without Jr"),
        pytest.param("Kim Sun Ok", "Sun Ok", "never", id="a given name that comes last"),
        pytest.param("Kim Sun Ok", "Kim", "beside the full name", id="a family name that comes first"),
        pytest.param("Midland Savings Bank", "Bank", "never", id="a bank has no surname"),
        pytest.param("Ministry of Sound", "Sound", "never", id="nor has a ministry"),
        pytest.param("ACE", "ace", "never", id="a short acronym is no word"),
        pytest.param("ACE", "A.C.E.", "alone", id="a dotted acronym"),
        pytest.param("Ferriter", "Ferriterowi", "alone", id="one word, inflected"),
        pytest.param("Kim Zwartjes", "Zwartjes", "beside the full name", id="a first name that is a family's elsewhere"),
        pytest.param("Kim Zwartjes", "Kim", "never", id="and no surname"),
        pytest.param("Robert Ferriter", "Bob Ferriter", "alone", id="a first name for short"),
        pytest.param("Robert Ferriter", "Rupert Ferriter", "never", id="another first name"),
        pytest.param("Mohammed Berilu", "Mohamed Berilu", "alone", id="a first name in another spelling"),
        pytest.param("Dmitri Morozov", "Dmitry Morozov", "alone", id="a Russian one"),
        pytest.param("Gergely Ferriter", "Ferriter Gergely", "alone", id="in Hungarian order"),
        pytest.param("Akira Tanabori", "Tanabori Akira", "alone", id="in Japanese order"),
        pytest.param("John Ferriter", "Ferriter John", "never", id="in no order of English"),
        pytest.param("AR Berilu", "A. R. Berilu", "alone", id="initials apart"),
        pytest.param("J. K. Marlowe", "JK Marlowe", "alone", id="initials as one"),
        pytest.param("Khaled al-Berilu", "Khaled el-Berilu", "alone", id="an Arabic article in another dialect"),
        pytest.param("Владимир Петрович Карпов", "Vladimir Karpov", "alone", id="without a patronymic"),
        pytest.param("Đorđe Berilu", "Djordje Berilu", "alone", id="dj for đ"),
        pytest.param("Jürgen Ölmann", "Juergen Oelmann", "alone", id="umlauts in full"),
        pytest.param("Jürgen Ölmann", "Oelmann", "beside the full name", id="in the surname"),
        pytest.param("Ferriter, Jane", "Jane Ferriter", "alone", id="the surname first, with a comma"),
        pytest.param("Tallis Consulting Ltd", "Tallis Consulting", "alone", id="without a legal form"),
        pytest.param("Tallis Networks Inc.", "Tallis Networks", "alone", id="without another"),
        pytest.param("Tallis Gruppen ASA", "Tallis Gruppen", "alone", id="without one that is no English word"),
        pytest.param("Tallis Widgets S.p.A.", "Tallis Widgets", "alone", id="without one in letters"),
        pytest.param("Tallis Widgets GmbH & Co. KG", "Tallis Widgets", "alone", id="without a long one"),
        pytest.param("Tallis Institute (TIN)", "Tallis Institute", "alone", id="without an acronym in brackets"),
        pytest.param("Tallis Institute (TIN)", "TIN", "alone", id="by it"),
        pytest.param("Tallis Institute (TIN)", "tin", "never", id="no word"),
        pytest.param("Bank Corp.", "Bank", "never", id="a word of things alone"),
        pytest.param("Ferriter & Tallis", "Ferriter and Tallis", "alone", id="and for &"),
        pytest.param("Ferriter and Tallis", "Ferriter & Tallis", "alone", id="& for and"),
    ],
)
def test_a_name(name: str, text: str, found: str) -> None:
    assert _found(name, text) == found


def test_a_name_without_words_has_no_forms() -> None:
    assert forms_of_name(" -- ") == ((), ())


@given(st.text(max_size=80))
def test_any_text_has_sound_forms_and_finds_itself(name: str) -> None:
    alone, beside = forms_of_name(name)
    for form in (*alone, *beside):
        assert form.words
        assert all(form.words)
        assert 0 < form.weight <= 1
    assert bool(alone) == bool(phrase_of(name))
    assert not phrase_of(name) or alone[0].words == phrase_of(name)


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12), min_size=2, max_size=5))
def test_a_surname_is_a_part_of_the_name(words: list[str]) -> None:
    surname = surname_of(tuple(words))
    assert surname in {tuple(words[:1]), *(tuple(words[start:]) for start in range(1, len(words)))}


_LETTERS = "abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџαβγδεζηθικλμνξοπρστυφχψω"


@given(st.one_of(st.text(_LETTERS, max_size=20), st.text(max_size=20)))
@example("а\u2de0")
def test_spellings_in_other_scripts_are_words_in_normal_form(text: str) -> None:
    for word in phrase_of(text):
        for form in (*other_script(word), *sister_spellings(word)):
            assert phrase_of(form) == (form,)


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ", min_size=1, max_size=20))
def test_a_russian_spelling_is_its_own(word: str) -> None:
    russian = in_russian(word)
    assert not set(russian) & set("іїєґўјљњћђџ")
    assert in_russian(russian) == russian


@settings(deadline=None)
@given(st.lists(st.text(_LETTERS, min_size=1, max_size=12), min_size=2, max_size=4))
def test_names_elsewhere_are_few_and_as_long(words: list[str]) -> None:
    names = names_elsewhere(tuple(words))
    assert len(names) <= 32
    assert len(set(names)) == len(names)
    assert {len(name) for name in names} <= {len(words)}
