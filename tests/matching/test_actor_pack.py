"""Whom a name stands for: the pack's facts, and what it must not claim."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.matching.actor_index import find_actor
from service.matching.actor_pack import expand_actor
from service.matching.actor_tables import (
    read_institutions,
    read_organisations,
    read_persons,
    read_roles,
    read_state_names,
    read_states,
    read_titles,
)
from service.matching.expansion import Expansion
from service.matching.forms import OPEN_END, Form
from service.matching.name_shadows import longer_names
from service.matching.text import phrase_of

TODAY = date(2026, 1, 15)


def _finds(forms: Iterable[Form], text: str, day: date = TODAY) -> bool:
    """Whether `text` is exactly one of the forms, as an article would write it on that day."""
    return any(_is(form, text) and form.holds_on(day) for form in forms)


def _is(form: Form, text: str) -> bool:
    words = phrase_of(text)
    if len(words) != len(form.words) or (form.cased and not text.isupper()) or form.written not in ("", text):
        return False
    *before, last = words
    tail = len(last) - len(form.words[-1])
    if form.open_end:
        return (*before,) == form.words[:-1] and last.startswith(form.words[-1]) and tail <= OPEN_END
    return words == form.words


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Mark Rutte", "Rutte", id="a surname that is enough"),
        pytest.param("Mark Rutte", "Ruttego", id="Polish genitive"),
        pytest.param("Mark Rutte", "Marka Ruttego", id="Polish genitive of the full name"),
        pytest.param("Mark Rutte", "Рютте", id="Cyrillic"),
        pytest.param("Mark Rutte", "secrétaire général de l'OTAN", id="role in French"),
        pytest.param("Mark Rutte", "генсеком НАТО", id="role in Russian, inflected"),
        pytest.param("Mark Rutte", "NATO事務総長", id="role in Japanese"),
        pytest.param("Volodymyr Zelensky", "Zelenskyy", id="two y"),
        pytest.param("Zelenskiy", "Selenskyj", id="a German spelling for an English one"),
        pytest.param("Volodymyr Zelensky", "Зеленського", id="Ukrainian genitive"),
        pytest.param("Volodymyr Zelensky", "Зеленский", id="Russian"),
        pytest.param("Volodymyr Zelensky", "Ukraine's president", id="role of a state"),
        pytest.param("Volodymyr Zelensky", "ukrainischer Präsident", id="role with an adjective"),
        pytest.param("Зеленський", "Zelensky", id="named in Ukrainian"),
        pytest.param("President Zelensky", "Zelenskyy", id="named with a title"),
        pytest.param("Kim Jong Un", "金正恩", id="Chinese characters"),
        pytest.param("Kim Jong-un", "김정은은", id="Korean with a particle"),
        pytest.param("Christine Lagarde", "ECB president", id="head of a central bank"),
        pytest.param("Andrew Bailey", "Bank of England governor", id="a governor"),
        pytest.param("Speaker Johnson", "Mike Johnson", id="a common surname behind its title"),
        pytest.param("Sen. Warren", "Elizabeth Warren", id="behind a short title"),
        pytest.param("President Lai", "Lai Ching-te", id="that comes first"),
        pytest.param("London mayor Khan", "Sadiq Khan", id="behind an office"),
        pytest.param("Chancellor Reeves", "Rachel Reeves", id="of the exchequer"),
        pytest.param("Prime Minister Johnson", "Boris Johnson", id="a title that he had"),
        pytest.param("POTUS", "US president", id="an office that has a name"),
        pytest.param("POTUS", "Trump", id="and who holds it"),
        pytest.param("FLOTUS", "Melania Trump", id="the first lady"),
        pytest.param("the Pope", "Leo XIV", id="the pope"),
        pytest.param("Melania Trump", "FLOTUS", id="whoever has an office by its name"),
        pytest.param("NATO", "OTAN", id="acronym in another language"),
        pytest.param("Hamas", "ХАМАСа", id="armed group, inflected"),
        pytest.param("Ukraine", "Украины", id="a state's name inflected"),
        pytest.param("Ukraine", "ukraińskich", id="an adjective"),
        pytest.param("Nigeria", "Nigerii", id="a state whose stem begins another"),
        pytest.param("Sudan", "Sudanu", id="a state with a short stem"),
        pytest.param("United States", "Соединенных Штатов", id="a state of two words, inflected"),
        pytest.param("China", "КНР", id="a state's initials"),
        pytest.param("Donald Trump", "Trumpo", id="Lithuanian genitive"),
        pytest.param("Donald Trump", "Trumpin", id="Finnish genitive"),
        pytest.param("Donald Trump", "Trampam", id="Latvian dative"),
        pytest.param("Vladimir Putin", "Putinil", id="Estonian adessive"),
        pytest.param("Vladimir Putin", "Պուտինին", id="Armenian dative"),
        pytest.param("Emmanuel Macron", "மக்ரோனுடன்", id="Tamil, with"),
        pytest.param("Latvia", "latviešu", id="people in Latvian"),
        pytest.param("Russia", "rusų", id="people in Lithuanian"),
        pytest.param("Turkey", "Թուրքիայում", id="a state in Armenia's language"),
        pytest.param("United States", "АҚШ", id="a state's initials in Kazakh"),
        pytest.param("Germany", "tại Đức", id="a state of one syllable behind a word"),
        pytest.param("Austria", "phủ Áo", id="behind the last syllable of a government"),
        pytest.param("France", "Pháp cáo", id="before what it does"),
        pytest.param("Siemens", "Siemensa", id="a company, inflected"),
        pytest.param("Siemens", "Сименсом", id="a company, inflected in Russian"),
        pytest.param("Україна", "Kyiv", id="a capital"),
        pytest.param("Ukraine", "Zelensky", id="a leader"),
        pytest.param("Ukraine", "우크라이나는", id="Korean state with a particle"),
        pytest.param("Saudi Arabia", "والسعودية", id="Arabic with its conjunction"),
        pytest.param("Russia", "the Kremlin".removeprefix("the "), id="a seat of government"),
        pytest.param("EU", "Brussels", id="Brussels is the EU"),
        pytest.param("United States", "U.S.", id="dotted"),
        pytest.param("US", "US", id="capitals"),
    ],
)
def test_an_actor_goes_by(name: str, text: str) -> None:
    assert _finds(expand_actor(name).forms, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("US", "us", id="us is a word"),
        pytest.param("us", "us", id="even if typed small"),
        pytest.param("WHO", "who", id="who is a word"),
        pytest.param("EU", "eu", id="eu is Portuguese"),
        pytest.param("Donald Trump", "trumpet", id="a longer word"),
        pytest.param("Belgium", "Brussels", id="Brussels is not the Belgian government"),
        pytest.param("Niger", "Nigeria", id="a name that begins another"),
        pytest.param("Mali", "malicious", id="a word that begins alike"),
        pytest.param("Iceland", "island", id="its name in German"),
        pytest.param("China", "kina", id="Polish cinemas, the state in Swedish"),
        pytest.param("Cuba", "Kuby", id="a Polish first name, inflected"),
        pytest.param("Moderna", "moderne", id="no case of a company but another word"),
        pytest.param("Georgia", "George", id="a stem that is too short"),
        pytest.param("Japan", "日", id="a single character"),
        pytest.param("Togo", "того", id="a Russian word"),
        pytest.param("Sweden", "roots", id="a stem of an Estonian name"),
        pytest.param("Andrzej Duda", "dude", id="a Polish case without its accent"),
        pytest.param("Jordan", "Jordan", id="the kingdom or the player"),
        pytest.param("Georgia", "Georgian", id="the country or the house"),
        pytest.param("Boris Johnson", "Johnson", id="a common surname"),
        pytest.param("Speaker Johnson", "Boris Johnson", id="of somebody who had no such office"),
        pytest.param("Kim Jong Un", "Kim", id="a very common surname"),
        pytest.param("Apple", "apple", id="a fruit"),
        pytest.param("Jerome Powell", "Fed governor", id="a title that several hold"),
        pytest.param("Lech Wałęsa", "Wales", id="a country that a stem without accents begins"),
        pytest.param("Norway", "store", id="a surname without its accent"),
        pytest.param("Revolut", "revolution", id="a company that begins a word"),
        pytest.param("Visa", "visa", id="a card or a paper"),
        pytest.param("United Kingdom", "Anh sẽ", id="he will, in Vietnamese"),
        pytest.param("Austria", "phu ao", id="what must have its accents"),
        pytest.param("Italy", "Ý", id="Italy or an idea"),
        pytest.param("Elon Musk", "muški", id="men's, which looks like a case"),
        pytest.param("Donald Trump", "tramp", id="a wanderer, which is how Latvian writes him"),
    ],
)
def test_an_actor_does_not_go_by(name: str, text: str) -> None:
    assert not _finds(expand_actor(name).forms, text)


@pytest.mark.parametrize(
    ("typed", "actor_id"),
    [
        pytest.param("Houthis", "org:houthis", id="the plural of a stem"),
        pytest.param("Houthi rebels", "org:houthis", id="with what they are"),
        pytest.param("the Taliban", "org:taliban", id="with an article"),
        pytest.param("Volkswagen AG", "org:volkswagen", id="with a legal form"),
        pytest.param("Tesla, Inc.", "org:tesla", id="with a legal form after a comma"),
        pytest.param("AfD party", "org:afd", id="a party by its short name"),
        pytest.param("French government", "state:FR", id="a government is the state"),
        pytest.param("the Netherlands", "state:NL", id="a state with an article"),
        pytest.param("Toyota Motor Corp", "org:toyota", id="a company by a longer name"),
        pytest.param("Nvidia technology", None, id="a company and a thing"),
        pytest.param("rebels of Congo", None, id="who is against a government"),
        pytest.param("American Technologies", None, id="a people and a thing"),
        pytest.param("International Monetary Fund (IMF)", "org:imf", id="an acronym in brackets"),
        pytest.param("AfD (Alternative für Deutschland)", "org:afd", id="a name in brackets"),
        pytest.param("Georgia (country)", "state:GE", id="what it is in brackets"),
        pytest.param("Georgia (US state)", None, id="that it is another"),
        pytest.param("Federal Republic of Germany", "state:DE", id="a state by its name in full"),
        pytest.param("Republic of Korea", "state:KR", id="one of two"),
        pytest.param("Republic of China", None, id="a republic that is not the state of the name"),
        pytest.param("State of Georgia", "org:georgia-us", id="a state of the United States"),
        pytest.param("government of France", "state:FR", id="a government, the other way round"),
        pytest.param("president of the United States", "office:president@US", id="an office of a state with an article"),
        pytest.param("President Ukraine", "office:president@UA", id="an office without of"),
        pytest.param("Republic of Congo", "state:CG", id="the smaller Congo"),
        pytest.param("Palestinians", "state:PS", id="a people of a state"),
        pytest.param("the Kurds", "org:kurds", id="a people without one"),
        pytest.param("Native Americans", "org:native-americans", id="the plural of two words"),
        pytest.param("Turkish parliament", "office:parliament@TR", id="what every state has"),
        pytest.param("Ministry of Defence of Ukraine", "office:defence-ministry@UA", id="a ministry by its full name"),
        pytest.param("Hungary's foreign ministry", "office:foreign-ministry@HU", id="a possessive"),
        pytest.param("NATO chief", "office:secretary-general@nato", id="whoever holds an office"),
        pytest.param("Israel's parliament", "org:knesset", id="an institution with a line of its own"),
        pytest.param("Orange", "org:orange-sa", id="a company with a capital"),
        pytest.param("orange", None, id="a fruit"),
        pytest.param("prominent presidents", None, id="an office of nobody"),
        pytest.param("the", None, id="an article alone"),
    ],
)
def test_what_users_type_is_found(typed: str, actor_id: str | None) -> None:
    assert find_actor(typed) == actor_id


def test_an_alias_tells_who_a_name_in_no_pack_is() -> None:
    known = expand_actor("Movement of the Helpers of God", ["Ansar Allah"])
    assert known.id == "org:houthis"
    assert _finds(known.forms, "Movement of the Helpers of God")
    assert _finds(known.forms, "Хуситы")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        pytest.param("Turkish parliament", "parlamento turco", "alone", id="in another language"),
        pytest.param("Turkish parliament", "parliament", "beside the state", id="without its state"),
        pytest.param(
            "French foreign ministry", "ministère français des affaires étrangères", "alone", id="a line of its own adds to the rule"
        ),
        pytest.param("Egyptian army", "ägyptischen Armee", "alone", id="German, inflected"),
        pytest.param("Turkish parliament", "Erdoğan", "never", id="its president is not the parliament"),
    ],
)
def test_an_institution_goes_by(name: str, text: str, found: str) -> None:
    known = expand_actor(name)
    where = "alone" if _finds(known.forms, text) else "beside the state" if _finds(known.needs_context, text) else "never"
    assert where == found


def test_an_office_means_whoever_holds_it_on_the_day() -> None:
    chief = expand_actor("NATO chief").forms
    assert [_finds(chief, "Stoltenberg", day) for day in (date(2023, 5, 1), date(2025, 5, 1))] == [True, False]


@pytest.mark.parametrize(
    ("name", "form", "around"),
    [
        pytest.param("Mexico", "Mexico", "New Mexico", id="another place"),
        pytest.param("France", "Paris", "Paris Agreement", id="a treaty of a town"),
        pytest.param("Amazon", "Amazon", "Amazon rainforest", id="an organisation"),
        pytest.param("Sudan", "Судан", "Южный Судан", id="a state in another script"),
        pytest.param("Donald Trump", "Trump", "Melania Trump", id="a relative"),
    ],
)
def test_a_name_is_hidden_by_a_longer_one(name: str, form: str, around: str) -> None:
    hiding = longer_names(expand_actor(name))[phrase_of(form)]
    assert phrase_of(around) in {tuple(word.removesuffix("*") for word in phrase) for phrase in hiding}


def test_a_longer_name_that_is_the_actors_own_hides_nothing() -> None:
    around = longer_names(expand_actor("United States"))[("trump",)]
    assert ("melania", "trump*") in around
    assert ("donald", "trump*") not in around


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Jordan", "Jordan"),
        ("Georgia", "Georgian"),
        ("Boris Johnson", "Johnson"),
        ("Xi Jinping", "Xi"),
        ("Chad", "Chad"),
        ("Intel", "Intela"),
    ],
)
def test_an_ambiguous_name_needs_context(name: str, text: str) -> None:
    assert _finds(expand_actor(name).needs_context, text)


def test_words_of_the_region_say_which_georgia_is_meant() -> None:
    georgia = expand_actor("Georgia")
    assert _finds(georgia.context, "Saakashvili")
    assert _finds(georgia.forms, "Tbilisi")
    assert not _finds(georgia.context, "Atlanta")


@pytest.mark.parametrize(
    ("day", "chief"),
    [
        pytest.param(date(2024, 9, 30), "Jens Stoltenberg", id="Stoltenberg's last day"),
        pytest.param(date(2024, 10, 1), "Mark Rutte", id="Rutte's first"),
        pytest.param(date(2026, 1, 1), "Mark Rutte", id="since"),
    ],
)
@pytest.mark.parametrize("role", ["NATO chief", "Nato's chief", "head of NATO", "NATO Secretary-General", "szefa NATO"])
def test_the_nato_chief_is_whoever_holds_the_office(day: date, chief: str, role: str) -> None:
    holders = [name for name in ("Jens Stoltenberg", "Mark Rutte") if _finds(expand_actor(name).forms, role, day)]
    assert holders == [chief]


def test_somebody_can_return_to_an_office() -> None:
    trump = expand_actor("Donald Trump").forms
    days = [date(2019, 5, 1), date(2023, 5, 1), date(2025, 5, 1)]
    assert [_finds(trump, "US president", day) for day in days] == [True, False, True]


def test_a_leader_speaks_for_the_state_while_in_office() -> None:
    germany = expand_actor("Germany").forms
    assert _finds(germany, "Scholz", date(2024, 1, 1))
    assert not _finds(germany, "Scholz", date(2026, 1, 1))


def test_weights_tell_the_literal_from_the_likely() -> None:
    forms = expand_actor("Ukraine").forms
    weights = [max(form.weight for form in forms if _is(form, text)) for text in ("Ukraine", "ウクライナ", "Kyiv", "Zelensky")]
    assert weights == [1.0, 0.95, 0.75, 0.6]


def test_an_alias_of_the_users_is_sure_even_where_the_pack_is_not() -> None:
    jordan = expand_actor("Jordan", ["Jordan", "the Hashemites"])
    assert _finds(jordan.forms, "Jordan")
    assert _finds(jordan.forms, "the Hashemites")
    assert not _finds(jordan.needs_context, "Jordan")


def test_the_pack_says_whom_it_found() -> None:
    assert [(known.id, known.kind) for known in map(expand_actor, ("NATO", "Rutte", "Deutschland", "Nobody Inparticular"))] == [
        ("org:nato", "alliance"),
        ("person:mark-rutte", "person"),
        ("state:DE", "state"),
        (None, None),
    ]


@settings(deadline=None)  # the first example reads the tables
@given(st.one_of(st.text(max_size=60), st.sampled_from(sorted(name for names in read_state_names().values() for name in names.values()))))
@example("A \u3400 Ue")  # initials, one of them Han
@example("China")  # "Kina" as it is written needs no context, "kina" does
def test_expanding_never_fails_and_its_forms_are_sound(name: str) -> None:
    expansion = expand_actor(name, [name])
    for form in _all(expansion):
        _assert_sound(form)
    assert not {form.words for form in expansion.forms if not form.written} & {form.words for form in expansion.needs_context}


def test_everyone_in_the_pack_is_found_by_name_and_has_sound_forms() -> None:
    names = {person.names[0].text: person.id for person in read_persons()}
    names |= {body.names[0].text: body.id for body in read_organisations().values()}
    names |= {
        read_state_names()[code]["en"].replace("|", ""): body.id for code, body in read_states().items() if "en" in read_state_names()[code]
    }
    for name, actor_id in names.items():
        assert find_actor(name) == actor_id, name
        expansion = expand_actor(name)
        assert expansion.forms, name
        for form in _all(expansion):
            _assert_sound(form)


def test_the_tables_agree_with_each_other() -> None:
    bodies = read_states().keys() | read_organisations().keys()
    offices = [office for person in read_persons() for office in person.offices]
    assert {office.role for office in offices} <= read_roles().keys()
    assert not read_roles().keys() & read_institutions().keys()
    assert {office.at for office in offices} <= bodies
    assert read_titles().keys() <= bodies
    assert read_state_names().keys() == read_states().keys()
    assert all(office.until is None or office.since <= office.until for office in offices)
    assert len({person.id for person in read_persons()}) == len(read_persons())


def test_marks_stand_only_where_they_mean_something() -> None:
    bodies = (*read_states().values(), *read_organisations().values())
    spellings = [each for body in bodies for each in (*body.names, *body.people, *body.related, *body.context)]
    spellings += [each for person in read_persons() for each in (*person.names, *person.surnames)]
    assert [each.text for each in spellings if any(mark in each.text for mark in "*=?!|")] == []
    assert [each.text for each in spellings if each.cased and not each.text.isupper()] == []
    assert [each.text for each in spellings if not phrase_of(each.text)] == []


def _all(expansion: Expansion) -> tuple[Form, ...]:
    return (*expansion.forms, *expansion.needs_context, *expansion.context)


def _assert_sound(form: Form) -> None:
    assert form.words
    assert all(form.words)
    assert 0 < form.weight <= 1
    assert phrase_of(" ".join(form.words)) == form.words
