"""Which places of an actor's words are about the actor, and which about another, or are common words."""

from __future__ import annotations

from datetime import date

import pytest

from service.domain.rules import Actor
from service.matching.actors import group_of_actor
from service.matching.groups import Known, see
from service.matching.reading import Reading

DAY = date(2026, 11, 2)


def found(name: str, text: str) -> list[str]:
    """Where the text has the actor."""
    there = see(group_of_actor(Actor(name=name)), Reading({"title": text}), DAY, Known())
    return [place.text for place in there.places] if there else []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("Gap", "Gender pay gap widens", [], id="a company in no pack, and a common word"),
        pytest.param("Gap", "Sales slump at Gap", ["Gap"], id="the company itself"),
        pytest.param("The Gap", "Mind the gap. The Gap mends", ["The Gap"], id="with an article"),
        pytest.param("gap", "Gender pay gap widens", ["gap"], id="a word that the user typed small"),
        pytest.param("Donald Tusk", "Smugglers hid a tusk", [], id="a surname"),
        pytest.param("Tusk", "Smugglers hid a tusk", [], id="a surname that is typed alone"),
        pytest.param("Jane Ferriter", "Jane Ferriter, a ferriter", ["Jane Ferriter"], id="a surname in no pack"),
        pytest.param("Iran", "Los ministros irán a Bruselas", [], id="a state and a verb"),
        pytest.param("Iran", "Iran und die iranische Führung", ["Iran", "iranische"], id="an adjective made of a state's name"),
        pytest.param("Mali", "Вони мали рацію", [], id="a state and a verb, in Cyrillic"),
        pytest.param("Turkey", "Roast a turkey", [], id="a state and a bird"),
        pytest.param("Turkey", "turkey votes", ["turkey"], id="a text without capitals"),
        pytest.param("Turkey", "Votes counted: #turkey", ["turkey"], id="a hashtag"),
        pytest.param("Turkey", "TURKEY VOTES", ["TURKEY"], id="a text in capitals"),
        pytest.param(
            "Gerhard Steinmetzer", "Gerhard Steinmetzer, steinmetzersche", ["Gerhard Steinmetzer", "steinmetzersche"], id="of a name"
        ),
    ],
)
def test_a_name_is_not_written_small(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("Jerome Powell", "Colin Powell remembered", [], id="of somebody in the pack"),
        pytest.param("Jerome Powell", "The Fed's Powell and Jay Powell", ["Powell", "Jay Powell"], id="behind other words"),
        pytest.param("Joe Biden", "Joseph Biden", ["Joseph Biden"], id="another way to write the first name"),
        pytest.param("Joe Biden", "With Karen, Biden spoke", ["Biden"], id="a comma between"),
        pytest.param("Jerome Powell", "Jonathan Powell mediates", [], id="of the same initial"),
        pytest.param("Tanaka Berilu", "Tanaka Berilu met Anna Berilu", ["Tanaka Berilu"], id="of somebody in no pack"),
    ],
)
def test_a_surname_behind_anothers_first_name_is_anothers(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Markus Söder", "Soeder on tax", id="an umlaut in full"),
        pytest.param("Johnson & Johnson", "Johnson and Johnson settles", id="and for &"),
        pytest.param("Johnson and Johnson", "Johnson & Johnson settles", id="& for and"),
    ],
)
def test_somebody_known_is_found_in_another_spelling(name: str, text: str) -> None:
    assert found(name, text)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("Mark Green", "Mark Greenberg wins", [], id="a longer surname"),
        pytest.param("Chris Martin", "Chris Martin. Martinez", ["Chris Martin"], id="alone"),
        pytest.param("Chris Martin", "Chris Martin. Martinowi", ["Chris Martin", "Martinowi"], id="a case ending"),
    ],
)
def test_a_longer_surname_is_anothers(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("Nelson Mandela", "Students of Nelson Mandela University", [], id="a university"),
        pytest.param("Nelson Mandela", "Mandela on a university", ["Mandela"], id="no university of that name"),
        pytest.param("Tanaka Berilu", "Aboard USS Tanaka Berilu", [], id="a ship"),
        pytest.param("Donald Trump Jr", "Donald Trump in Greenland", [], id="a father"),
        pytest.param("Donald Trump Jr", "Donald Trump Jr in Greenland", ["Donald Trump Jr"], id="the son"),
        pytest.param("Xi Jinping", "Xi tells Trump of Xi'an", ["Xi"], id="a short name and a city"),
        pytest.param("Xi Jinping", "Playing XI named", [], id="and a number"),
        pytest.param("WHO", "WHO WILL WIN?", [], id="a word in a headline in capitals"),
        pytest.param("Ford", "Doug Ford wins. Ford recalls trucks in Detroit", ["Ford"], id="a namesake of a company"),
        pytest.param("Jordan", "Amman: Jason Jordan", ["Amman"], id="a namesake of a state"),
        pytest.param("Podemos", "No podemos", [], id="a party and a verb"),
        pytest.param("El Diario Ferriter", "El Diario Ferriter", ["El Diario Ferriter"], id="a newspaper in no pack"),
        pytest.param("El Correo", "En el correo y El Correo", ["El Correo"], id="another, that is a word"),
        pytest.param("Le Monde", "Tout le monde lit Le Monde", ["Le Monde"], id="a newspaper and everybody"),
        pytest.param("WHO", "WHO warns", ["WHO"], id="an acronym"),
    ],
)
def test_what_is_called_as_somebody_is_not_meant(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("Lee Jae-myung", "President Lee visits Tokyo", ["President Lee"], id="a title"),
        pytest.param("Andrzej Duda", "Prezydenta Dudy nie było", ["Prezydenta Dudy"], id="inflected"),
        pytest.param("António Costa", "Premier Costa", ["Premier Costa"], id="an office that he had"),
        pytest.param("Gustavo Petro", "Colombia's Petro", ["Colombia's Petro"], id="a state"),
        pytest.param("Gustavo Petro", "Petro Poroshenko", [], id="a first name"),
        pytest.param("Lee Jae-myung", "Mr Lee visits Tokyo", [], id="a title of everybody"),
    ],
)
def test_a_common_surname_is_told_by_the_title_before_it(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected
