"""Towns that share a name: the region behind it tells which one is meant, in what users type and in articles."""

from __future__ import annotations

from datetime import date

import pytest

from service.domain.rules import Actor
from service.matching.actors import group_of_actor
from service.matching.groups import Known, see
from service.matching.reading import Reading
from service.matching.topics import groups_of_topic

DAY = date(2026, 11, 2)


def finds(name: str, text: str) -> bool:
    """Whether the text has the actor."""
    return see(group_of_actor(Actor(name=name)), Reading({"title": text}), DAY, Known()) is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Birmingham", "Strike in Birmingham, Alabama", id="a town in no pack"),
        pytest.param("Birmingham", "Birmingham, Ala., bombing recalled", id="with a dot"),
        pytest.param("London", "London, ON: man jailed", id="two letters"),
        pytest.param("Cambridge", "A lab in Cambridge (Massachusetts)", id="in brackets"),
        pytest.param("Manchester", "Manchester, N.H., votes", id="two letters with dots"),
        pytest.param("Paris", "PARIS, TEXAS, FIRE", id="in capitals"),
        pytest.param("France", "Fire in Paris, Texas", id="a capital of a state"),
        pytest.param("Greece", "Band from Athens, Georgia", id="a region called as a state"),
        pytest.param("Toledo", "Toledo, Ohio", id="another state"),
        pytest.param("Birmingham, Alabama", "Birmingham bin strike", id="a town with its region, and the other alone"),
        pytest.param("Birmingham, Alabama", "Birmingham, England, and a statue from Alabama", id="and the other with its own"),
        pytest.param("Portland, Maine", "Portland, Oregon", id="both with a region"),
        pytest.param("Hamilton, Ontario", "Lewis Hamilton wins", id="a person"),
    ],
)
def test_a_town_is_not_found_where_another_of_its_name_is_meant(name: str, text: str) -> None:
    assert not finds(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("Birmingham", "Birmingham bin strike", id="alone"),
        pytest.param("Birmingham", "Games in Birmingham, England", id="its own region"),
        pytest.param("Paris", "Paris, France", id="its own state"),
        pytest.param("London", "Storms in London, Paris and Rome", id="a list of towns"),
        pytest.param("London", "Offices in London, Germany and Spain", id="a list of towns and states"),
        pytest.param("Athens", "Athens, Greece's capital", id="a genitive"),
        pytest.param("Springfield", "Springfield, Ohio", id="a town that has no home"),
        pytest.param("Austin", "Austin, Texas", id="a town that is known by its region"),
        pytest.param("London", "London. Texas next", id="the next sentence"),
        pytest.param("London", "London, on Monday", id="a small word"),
        pytest.param("Birmingham, Alabama", "Birmingham, Ala.", id="a short form"),
        pytest.param("Birmingham, Alabama", "Birmingham votes. Alabama's largest city", id="alone beside its region"),
        pytest.param("Birmingham, AL", "Birmingham, Alabama", id="typed in short"),
        pytest.param("Paris (Texas)", "Paris, Texas", id="typed in brackets"),
        pytest.param("Paris, France", "Paris mayor", id="typed with its own state"),
        pytest.param("Birmingham, England", "Birmingham bin strike", id="in no pack, with its own region"),
        pytest.param("Austin, Texas", "Austin police", id="whose name alone means it"),
        pytest.param("Victoria, BC", "Victoria, B.C.", id="two letters with dots"),
    ],
)
def test_a_town_is_found_by_its_name_and_its_region(name: str, text: str) -> None:
    assert finds(name, text)


def test_a_topic_says_itself_where_its_town_is() -> None:
    (town, _region) = groups_of_topic("Birmingham, Alabama")
    assert see(town.group, Reading({"title": "Birmingham, Alabama"}), DAY, Known())
