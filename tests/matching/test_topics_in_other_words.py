"""Topics as users type them, found in other words and other languages, and not in words that only look alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.matching.beginnings import phrase_of_form
from service.matching.reading import Reading
from service.matching.topic_names import known_forms
from service.matching.topic_parts import parts_of_topic

TABLE = Path(__file__).parent.parent / "data" / "topics" / "in_other_words.tsv"  # topic, words that say it, words that do not
ROWS = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()]


def _finds(topic: str, text: str) -> bool:
    """Whether each part that an article on the topic has to have is in the text; what only hints at it does not count."""
    needed = [part for part in parts_of_topic(topic, known_forms) if not part.optional]
    reading = Reading({"title": text})
    return all(any(reading.places(phrase_of_form(form._replace(cased=False))) for form in part.forms) for part in needed)


@pytest.mark.parametrize(("topic", "found", "not_found"), ROWS, ids=[f"{topic}: {found}" for topic, found, _ in ROWS])
def test_a_typed_topic_is_found_in_other_words_and_only_there(topic: str, found: str, not_found: str) -> None:
    assert _finds(topic, found)
    assert not _finds(topic, not_found)


def test_the_table_is_broad() -> None:
    assert len({topic for topic, _found, _not_found in ROWS}) >= 150
