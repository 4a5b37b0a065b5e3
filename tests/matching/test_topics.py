"""From topics to groups, which rules share."""

from __future__ import annotations

import pytest

from service.matching.topic_names import known_forms
from service.matching.topic_parts import parts_of_topic
from service.matching.topics import group_of_concept, groups_of_topic


@pytest.mark.parametrize("topic", ["supply", "treaty", "rate cut"])
def test_a_topic_is_more_than_the_concept_that_is_called_so(topic: str) -> None:
    concept = group_of_concept(topic.replace(" ", "_"))
    (part,), (shared,) = parts_of_topic(topic, known_forms), groups_of_topic(topic)
    assert part.concepts != (topic.replace(" ", "_"),)
    assert shared.group.expand().sure == (*part.forms, *part.related)
    assert concept.expand().sure != shared.group.expand().sure


def test_a_name_in_a_topic_keeps_every_way_in_which_it_must_be_written() -> None:
    (part,) = parts_of_topic("Germany", known_forms)
    assert {"ở Đức", "Ở Đức"} <= {form.written for form in part.forms}
