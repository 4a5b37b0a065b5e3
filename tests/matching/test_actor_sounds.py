"""Persons of the pack under names that no table has: typed in any script, spelling and case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.actor_index import find_actor
from service.matching.actor_pack import expand_actor
from service.matching.actor_sounds import find_person_by_sound
from service.matching.actor_tables import read_persons


@pytest.mark.parametrize(
    ("typed", "actor_id"),
    [
        pytest.param("Криштиану Роналду", "person:cristiano-ronaldo", id="Russian, by another first name"),
        pytest.param("Роналду", "person:cristiano-ronaldo", id="a surname in Russian"),
        pytest.param("Ronaldo", "person:cristiano-ronaldo", id="a common surname of somebody famous"),
        pytest.param("Messi", "person:lionel-messi", id="a surname"),
        pytest.param("Macron", "person:emmanuel-macron", id="another"),
        pytest.param("Дональд Трамп", "person:donald-trump", id="a full name in Russian"),
        pytest.param("Дональда Трампа", "person:donald-trump", id="in the genitive"),
        pytest.param("Владимир Путин", "person:vladimir-putin", id="a Russian in Russian"),
        pytest.param("Володимир Путін", "person:vladimir-putin", id="a Russian in Ukrainian"),
        pytest.param("Владимир Зеленский", "person:volodymyr-zelenskyy", id="a Ukrainian in Russian"),
        pytest.param("Wołodymyr Zełenski", "person:volodymyr-zelenskyy", id="one in Polish"),
        pytest.param("Selenskyj", "person:volodymyr-zelenskyy", id="one in German"),
        pytest.param("Erdoğan", "person:recep-tayyip-erdogan", id="a surname with its accents"),
        pytest.param("Реджеп Тайип Эрдоган", "person:recep-tayyip-erdogan", id="a Turk in Russian"),
        pytest.param("Новак Ђоковић", "person:novak-djokovic", id="a Serb in Serbian letters"),
        pytest.param("Εμανουέλ Μακρόν", "person:emmanuel-macron", id="a Frenchman in Greek"),
        pytest.param("ドナルド・トランプ", "person:donald-trump", id="an American in katakana"),
        pytest.param("メラニア・トランプ", "person:melania-trump", id="his wife"),
        pytest.param("دونالد ترامب", "person:donald-trump", id="Arabic"),
        pytest.param("Хантер Байден", "person:hunter-biden", id="a son, by his father's surname"),
        pytest.param("Юлия Навальная", "person:yulia-navalnaya", id="a widow, by sound"),
        pytest.param("Урсула фон дер Ляйен", "person:ursula-von-der-leyen", id="with particles"),
        pytest.param("Putina", "person:vladimir-putin", id="a surname in the Polish genitive"),
        pytest.param("Макрона", "person:emmanuel-macron", id="one in the Russian genitive"),
        pytest.param("ナトー", "org:nato", id="an alliance in katakana"),
        pytest.param("北朝鮮", "state:KP", id="a state in Japanese"),
        pytest.param("Майк Джонсон", "person:mike-johnson", id="a common surname with its first name"),
        pytest.param("Борис Джонсон", "person:boris-johnson", id="the other bearer of it"),
        pytest.param("Lee Jae-myeong", "person:lee-jae-myung", id="another romanisation"),
        pytest.param("Xi Jin Ping", "person:xi-jinping", id="syllables apart"),
        pytest.param("PM Modi", "person:narendra-modi", id="a title"),
        pytest.param("VP Vance", "person:jd-vance", id="another"),
        pytest.param("Frau Merkel", "person:angela-merkel", id="a German one"),
        pytest.param("Foreign Minister Lavrov", "person:sergei-lavrov", id="a title of two words"),
        pytest.param("Ukraine's President Zelensky", "person:volodymyr-zelenskyy", id="and whose"),
        pytest.param("Nato chief Mark Rutte", "person:mark-rutte", id="what somebody is"),
        pytest.param("UN Secretary-General António Guterres", "person:antonio-guterres", id="a title with a hyphen"),
        pytest.param("Verteidigungsminister Pistorius", "person:boris-pistorius", id="a German minister"),
        pytest.param("トランプ大統領", "person:donald-trump", id="a Japanese title"),
        pytest.param("트럼프 대통령", "person:donald-trump", id="a Korean one"),
        pytest.param("Joseph R. Biden Jr.", "person:joe-biden", id="an initial and Jr"),
        pytest.param("Angela Merkel (CDU)", "person:angela-merkel", id="a party behind"),
        pytest.param("Claudia Sheinbaum Pardo", "person:claudia-sheinbaum", id="with the mother's surname"),
        pytest.param("El-Sisi", "person:abdel-fattah-al-sisi", id="an Arabic article"),
        pytest.param("Bashar el-Assad", "person:bashar-al-assad", id="in another dialect"),
        pytest.param("Mohamed bin Zayed Al Nahyan", "person:mohammed-bin-zayed", id="with the family's name"),
        pytest.param("Gerhard Schroeder", "person:gerhard-schroder", id="an umlaut in full"),
    ],
)
def test_whoever_is_typed_is_found(typed: str, actor_id: str) -> None:
    assert find_actor(typed) == actor_id


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("Johnson", id="a surname of several"),
        pytest.param("Smith", id="a surname of too many"),
        pytest.param("Иван Иванов", id="nobody of the pack"),
        pytest.param("Марк Рот", id="the consonants of Mark Rutte"),
        pytest.param("Anna Duda", id="a surname with another first name"),
        pytest.param("Ivan Trump", id="no Trump"),
        pytest.param("Trump Tariffs", id="a surname and a thing"),
        pytest.param("Мирный План", id="no name"),
        pytest.param("Sinners", id="an English plural"),
        pytest.param("Dude", id="a case that is another word"),
        pytest.param("трамп-парк", id="written small"),
        pytest.param("Kim Clijsters", id="a family name that is a first name"),
        pytest.param("Kim Dae-jung", id="one syllable of another name"),
        pytest.param("Lee Min-ho", id="another of the family"),
        pytest.param("Wang Wei", id="a family of millions"),
        pytest.param("Jason Lee", id="the consonants of John Lee"),
        pytest.param("Tom Cook", id="the consonants of Tim Cook"),
        pytest.param("Edward F. Kennedy", id="an initial of Robert F. Kennedy"),
        pytest.param("Captain America", id="a title and a state"),
        pytest.param("Wife of President Macron", id="somebody else's title"),
        pytest.param("Pedro Sánchez corruption", id="a name and a thing"),
    ],
)
def test_who_only_sounds_so_is_nobody(typed: str) -> None:
    assert find_actor(typed) is None


def test_a_common_surname_typed_alone_is_what_the_user_means() -> None:
    ronaldo = expand_actor("Ronaldo")
    assert ("ronaldo",) in {form.words for form in ronaldo.forms if form.weight == 1.0}
    assert ("ronaldo",) in {form.words for form in expand_actor("Cristiano Ronaldo").needs_context}


def test_every_person_is_found_by_each_full_name() -> None:
    full = {name.text: person.id for person in reversed(read_persons()) for name in person.names if len(name.text.split()) > 1}
    assert {name for name, actor_id in full.items() if find_actor(name) != actor_id} == set()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_somebody_of_the_pack_or_nobody(text: str) -> None:
    found = find_person_by_sound(text)
    assert found is None or found in {person.id for person in read_persons()}
