"""From a topic to the condition it means."""

from __future__ import annotations

from service.matching.condition import Condition, Term
from service.matching.text import phrase_of


def condition_of_topic(topic: str, part: str) -> Condition:
    """The topic as a phrase; `part` points to it in its rule."""
    return Term(phrase_of(topic), topic, part)
