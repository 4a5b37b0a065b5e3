"""Words that a hyphen turns into their opposite are none of a topic's."""

from __future__ import annotations

from datetime import date

import pytest

from service.matching.groups import Known, see
from service.matching.reading import Reading
from service.matching.topics import groups_of_topic

DAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("topic", "text", "found"),
    [
        pytest.param("escalation", "Calls for de-escalation", False, id="the opposite"),
        pytest.param("escalation", "Calls for De-Escalation", False, id="in a title in capitals"),
        pytest.param("escalation", "DE-ESCALATION NOW", False, id="in capitals"),
        pytest.param("escalation", "De-escalation or escalation", True, id="both"),
        pytest.param("mining", "The de-mining of fields", False, id="another opposite"),
        pytest.param("de-escalation", "Calls for de-escalation", True, id="what the topic says"),
        pytest.param("discrimination", "An anti-discrimination law", True, id="what is against it is about it"),
        pytest.param("France", "Trains in Île-de-France", True, id="a little word in a name"),
        pytest.param("Russian", "De-Russian and de-Russian names", True, id="a name"),
    ],
)
def test_an_opposite_is_not_meant(topic: str, text: str, found: bool) -> None:
    assert all(see(part.group, Reading({"title": text}), DAY, Known()) for part in groups_of_topic(topic)) is found
