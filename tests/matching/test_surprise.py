"""How much a part of a topic tells."""

from __future__ import annotations

from math import exp

import pytest

from service.cli.article_file import WrittenArticle
from service.matching.concepts import load_concepts
from service.matching.surprise import NAME, WORD, load_chances
from service.matching.topics import OPTIONAL, groups_of_topic
from tools.count_concepts import count


def tells(topic: str) -> list[float]:
    return [part.tells for part in groups_of_topic(topic)]


def test_every_concept_is_counted() -> None:
    chances = load_chances()
    assert chances.keys() == load_concepts().concepts.keys(), "run python -m tools.count_concepts after a change of the table"
    assert all(0 < chance <= 1 for chance in chances.values())


def test_what_is_rare_tells_more() -> None:
    (government,), (bridge,) = tells("government"), tells("bridge")
    assert 0 < government < bridge
    assert exp(-bridge) == pytest.approx(load_chances()["bridge"])


def test_what_no_table_has() -> None:
    assert tells("Poland's quux") == [NAME, WORD]


def test_of_several_meanings_any_will_do() -> None:
    (strike,) = tells("strike")
    chances = load_chances()
    assert exp(-strike) == pytest.approx(chances["attack"] + chances["strike_labour"])


def test_what_may_be_missing_tells_less() -> None:
    sea, _deal = tells("Black Sea grain deal")
    (alone,) = tells("Black Sea")
    assert sea == OPTIONAL * alone


def test_articles_are_counted() -> None:
    articles = [WrittenArticle(id=title, title=title) for title in ("Bridge falls", "The bridge is built", "An earthquake")]
    assert count(articles, ["bridge", "earthquake", "ceasefire"]) == {"bridge": 2, "earthquake": 1}
