"""Designations and names of topics as the press writes them."""

from __future__ import annotations

from datetime import date

import pytest

from service.matching.designations import all_ways
from service.matching.groups import Known, see
from service.matching.reading import Reading
from service.matching.topics import groups_of_topic

DAY = date(2026, 11, 2)


def finds(topic: str, text: str) -> bool:
    """Whether the text has all parts of the topic."""
    return all(see(part.group, Reading({"title": text}), DAY, Known()) for part in groups_of_topic(topic))


@pytest.mark.parametrize(
    ("topic", "text", "found"),
    [
        pytest.param("F16s", "F-16 jets delivered", True, id="typed as one, in the plural"),
        pytest.param("F-16", "F16s arrive", True, id="typed with a hyphen"),
        pytest.param("F-16", "F-35 jets delivered", False, id="another number"),
        pytest.param("MiG29", "MiG-29s delivered", True, id="three letters"),
        pytest.param("A320", "A-320s grounded", True, id="in no table"),
        pytest.param("A320", "A321 grounded", False, id="in no table, another number"),
        pytest.param("two-state solution", "2-state solution", True, id="a number in digits"),
        pytest.param("9-Euro-Ticket", "Das Neun-Euro-Ticket kommt", True, id="a number in words"),
        pytest.param("9-Euro-Ticket", "9 Euro für ein Ticket", False, id="the words apart"),
        pytest.param("Île-de-France", "Trains en Ile de France", True, id="a name with little words"),
        pytest.param("Île-de-France", "Islands of France", False, id="one of its words"),
        pytest.param("no first use", "No-first-use policy", True, id="what is denied"),
        pytest.param("no first use", "First use of a drug", False, id="what is not denied"),
        pytest.param("Uber", "Uber drivers strike", True, id="a name that is a little word"),
        pytest.param("Uber", "Bericht über Steuern", False, id="the little word"),
        pytest.param("who", "WHO warns of mpox", True, id="an acronym in small letters"),
        pytest.param("who", "Who is next", False, id="a word"),
        pytest.param("masts", "A mast collapses", True, id="a short plural"),
        pytest.param("street parties", "A street party", True, id="a plural in -ies"),
        pytest.param("street party", "Street parties", True, id="a singular in -y"),
    ],
)
def test_a_topic_is_found_in_other_ways_to_write_it(topic: str, text: str, found: bool) -> None:
    assert finds(topic, text) is found


def test_a_word_that_only_topics_are_understood_by_is_looked_for_where_the_topic_has_it() -> None:
    assert finds("pay", "Pay tribute")
    assert finds("pay", "Wages rise")
    assert not finds("wages", "Pay tribute")


def test_most_phrases_are_written_in_one_way() -> None:
    assert all_ways(("peace", "deal")) == (("peace", "deal"),)
    assert set(all_ways(("f", "16"))) == {("f", "16"), ("f16",), ("f", "16s"), ("f16s",)}
