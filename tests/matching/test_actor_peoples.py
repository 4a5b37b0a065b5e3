"""States and what is theirs in languages in which a rule tells, and persons and organisations in other scripts."""

from __future__ import annotations

from datetime import date

import pytest

from service.domain.rules import Actor
from service.matching.actor_index import find_actor
from service.matching.actor_peoples import people_of
from service.matching.actors import group_of_actor
from service.matching.groups import Known, see
from service.matching.reading import Reading

FOUND = [
    pytest.param("Iran", "הנשיא האיראני מגיב", id="Hebrew"),
    pytest.param("Russia", "חיילים רוסים נסוגו", id="Hebrew, of a state with two endings"),
    pytest.param("Norway", "وزيرة نرويجية تستقيل", id="Arabic"),
    pytest.param("Netherlands", "المنتخب الهولندي يفوز", id="Arabic, behind the article"),
    pytest.param("Iran", "مقام ایرانی استعفا داد", id="Persian"),
    pytest.param("Russia", "هواپیمای روسی", id="Persian, of a state with an ending"),
    pytest.param("Ukraine", "یوکرینی فوجی", id="Urdu"),
    pytest.param("Japan", "जापानी कंपनी", id="Hindi"),
    pytest.param("Iran", "ইরানের প্রেসিডেন্ট", id="Bengali"),
    pytest.param("Iran", "ირანის პრეზიდენტი", id="Georgian"),
    pytest.param("Turkey", "η τουρκική κυβέρνηση", id="Greek"),
    pytest.param("United States", "মার্কিন সেনা", id="by a name of its own"),
    pytest.param("Ukraine", "俄乌谈判", id="two states in one word"),
    pytest.param("NATO", "ন্যাটোর বৈঠক", id="an organisation"),
    pytest.param("ECB", "Η ΕΚΤ αποφάσισε", id="an acronym"),
    pytest.param("Vladimir Putin", "პუტინმა განაცხადა", id="a person"),
]

NOT_FOUND = [
    pytest.param("China", "چینی کی قیمت", id="sugar"),
    pytest.param("China", "चीनी के दाम", id="sugar, in Hindi"),
    pytest.param("Mali", "الوزير المالي", id="money"),
    pytest.param("India", "भारती एयरटेल", id="a company"),
    pytest.param("Canada", "קנדי נבחר", id="a president"),
    pytest.param("Denmark", "დანიელ", id="a first name"),
    pytest.param("Friedrich Merz", "בחודש מרץ", id="a month"),
]


def _finds(name: str, title: str) -> bool:
    return see(group_of_actor(Actor(name=name)), Reading({"title": title}), None, Known()) is not None


@pytest.mark.parametrize(("name", "title"), FOUND)
def test_an_actor_is_called_so(name: str, title: str) -> None:
    assert _finds(name, title)


@pytest.mark.parametrize(("name", "title"), NOT_FOUND)
def test_what_only_looks_alike(name: str, title: str) -> None:
    assert not _finds(name, title)


@pytest.mark.parametrize(
    ("language", "name"),
    [("en", "Iran"), ("he", "ארצות הברית"), ("bn", "উত্তর কোরিয়া"), ("he", "סין"), ("hi", "तुर्की"), ("ar", "كا"), ("he", ""), ("fa", "")],
)
def test_no_rule_tells_of_other_languages_and_of_other_names(language: str, name: str) -> None:
    assert list(people_of(language, name)) == []


@pytest.mark.parametrize("typed", ["व्लादिमीर पुतिन", "ভ্লাদিমির পুতিন", "ვლადიმირ პუტინი", "블라디미르 푸틴", "ולדימיר פוטין"])
def test_a_person_is_known_in_any_of_these_scripts(typed: str) -> None:
    assert find_actor(typed) == "person:vladimir-putin"


@pytest.mark.parametrize("typed", ["सुनील पुतिन", "სანდრო პუტინი", "마이클 푸틴"])
def test_somebody_of_another_first_name_is_somebody_else(typed: str) -> None:
    assert find_actor(typed) is None


ROLES = [
    pytest.param("Volodymyr Zelenskyy", "הנשיא האוקראיני אמר", id="an adjective, Hebrew"),
    pytest.param("Volodymyr Zelenskyy", "نشيد في حضور الرئيس الأوكراني", id="an adjective, Arabic"),
    pytest.param("Mark Rutte", 'מזכ"ל נאט"ו אמר', id="Hebrew"),
    pytest.param("Mark Rutte", "الأمين العام للناتو يصل", id="Arabic"),
    pytest.param("Mark Rutte", "نیٹو کے سربراہ نے کہا", id="Urdu"),
    pytest.param("Mark Rutte", "나토 사무총장은 말했다", id="Korean"),
    pytest.param("Mark Rutte", "เลขาธิการนาโตกล่าว", id="Thai"),
    pytest.param("Mark Rutte", "ο γενικός γραμματέας του ΝΑΤΟ", id="Greek"),
    pytest.param("Narendra Modi", "भारतीय प्रधानमंत्री ने कहा", id="Hindi"),
    pytest.param("Vladimir Putin", "Tổng thống Nga tuyên bố", id="Vietnamese"),
]


@pytest.mark.parametrize(("name", "title"), ROLES)
def test_a_person_is_called_by_the_office(name: str, title: str) -> None:
    day = date(2026, 1, 15)
    assert see(group_of_actor(Actor(name=name)), Reading({"title": title}), day, Known()) is not None
    assert see(group_of_actor(Actor(name=name)), Reading({"title": title}), date(1999, 1, 1), Known()) is None
