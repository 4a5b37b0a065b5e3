"""Which places of an actor's words are about the actor, and which about another, or are common words."""

from __future__ import annotations

from datetime import date

import pytest

from service.domain.rules import Actor
from service.matching.actors import group_of_actor
from service.matching.groups import Known, see
from service.matching.reading import Reading

DAY = date(2026, 11, 2)


def found(name: str, text: str, language: str = "") -> list[str]:
    """Where the text has the actor."""
    there = see(group_of_actor(Actor(name=name)), Reading({"title": text, "lang": language}), DAY, Known())
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
        pytest.param("Gap", "Gap widens between rich and poor", [], id="at the beginning"),
        pytest.param("Gap", "Gap Narrows in Latest Polls", [], id="in a title in capitals"),
        pytest.param("Gap", "GAP NARROWS", [], id="in capitals"),
        pytest.param("Gap", "Live: Gap widens again", [], id="behind a colon"),
        pytest.param("Gap", "Gap to close stores", ["Gap"], id="who will do something"),
        pytest.param("Sage", "Sage shares rise", ["Sage"], id="what only a firm has"),
        pytest.param("Gap", "Gap narrows. Profits at Gap are up", ["Gap", "Gap"], id="told by another place"),
        pytest.param("Hearts", "Hearts beat Celtic", ["Hearts"], id="in no pack, that plays"),
        pytest.param("Reading", "Reading council to close libraries", ["Reading"], id="a town that has a council"),
        pytest.param("Nice", "Attentat à Nice", ["Nice"], id="a short title"),
        pytest.param("Centrica", "Centrica in the news", ["Centrica"], id="no other word"),
        pytest.param("Ferriter", "Ferriter prices soar. Roast a ferriter", [], id="written small elsewhere"),
        pytest.param("Ferriter", "Ferriter prices soar", ["Ferriter"], id="written small nowhere"),
        pytest.param("United", "United front needed", [], id="what is part of many names"),
        pytest.param("Taylor Swift", "Swift action. Taylor Swift", ["Swift", "Taylor Swift"], id="a surname, told by the name"),
        pytest.param("Just Eat", "Just eat more fibre", [], id="several words"),
        pytest.param("Save the Children", "Save the children, says Pope", [], id="with an article"),
        pytest.param("Save the Children", "Plea of Save the Children", ["Save the Children"], id="in capitals"),
        pytest.param("Visa", "Visa rules tightened", [], id="a firm of the pack"),
        pytest.param("Visa", "Visa raises fees", ["Visa"], id="which does something"),
        pytest.param("Orange", "Orange to buy a rival", ["Orange"], id="which will do something"),
        pytest.param("Visa", "EU fines Visa", ["Visa"], id="to which something is done"),
        pytest.param("Shell", "Shell, BP in merger talks", ["Shell"], id="beside another firm"),
        pytest.param("Three", "Three and Vodafone may merge", ["Three"], id="and another firm"),
        pytest.param("Next", "Next, Trump will speak", [], id="before a person"),
        pytest.param("Shell", "Shell, BP And Others Talk", [], id="beside a firm, where all have capitals"),
        pytest.param("Apple", "Apple's Vision Pro flops", ["Apple"], id="to which a thing with a name belongs"),
        pytest.param("Arsenal", "Arsenal beat Lyon", ["Arsenal"], id="a club that plays"),
        pytest.param("Hearts", "Hearts 2-1 Celtic", ["Hearts"], id="a score"),
        pytest.param("Arsenal", "Arsenal of weapons found", [], id="a club and a word"),
        pytest.param("Liverpool FC", "Liverpool council to close", [], id="a club and its town"),
        pytest.param("Chelsea", "Lyon thrash Chelsea", ["Chelsea"], id="against whom they play"),
        pytest.param("Reliance", "Reliance Industries", ["Reliance"], id="a firm's name in full"),
        pytest.param("Labour", "Labour conference opens", ["Labour"], id="a party that confers"),
        pytest.param("Labour", "Labour market cools", [], id="a party and work"),
        pytest.param("Sky", "Sky News presenter", ["Sky"], id="a firm's name that goes on"),
        pytest.param("Köln", "Cologne carnival", ["Cologne"], id="a city in another language"),
        pytest.param("Target", "Shots at Target Field", [], id="part of another name"),
        pytest.param("TotalEnergies", "Total eclipse of the sun", [], id="a short name"),
        pytest.param("TotalEnergies", "Total to cut dividend", ["Total"], id="of which it is known"),
    ],
)
def test_a_name_that_is_also_a_word_takes_more_where_all_words_have_capitals(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected


def test_a_word_of_another_language_is_a_name() -> None:
    assert found("Gap", "Gap verkleinert sich", "de") == ["Gap"]
    assert found("Gap", "Gap narrows", "en") == []
    assert found("Penny", "Penny ist Geld", "de-AT") == []


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
