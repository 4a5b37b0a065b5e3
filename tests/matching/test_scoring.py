"""How strongly an article is about a rule, by where its parts stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.scoring import (
    ACTOR_IN_TITLE,
    ACTOR_ONCE,
    ACTOR_TWICE,
    ANYWHERE,
    DEEP,
    NEIGHBOURS,
    TOPIC_AND_ACTOR,
    Sighting,
    place_weight,
    score_actor,
    score_together,
)

Parts = list[list[Sighting]]


def at(*sentences: int, strength: float = 1.0) -> list[Sighting]:
    return [Sighting(sentence, strength) for sentence in sentences]


@pytest.mark.parametrize(
    ("actor", "topic", "expected"),
    [
        pytest.param(at(0), [at(0), at(0)], 1.0, id="all in the title"),
        pytest.param(at(3), [at(2), at(3)], NEIGHBOURS, id="in two neighbouring sentences"),
        pytest.param(at(9), [at(0), at(0)], TOPIC_AND_ACTOR, id="the topic in the title, the actor far below"),
        pytest.param(at(0), [at(4), at(9)], ANYWHERE, id="everything somewhere"),
        pytest.param(at(0), [at(0), []], 0.0, id="a part of the topic is missing"),
        pytest.param([], [at(0)], 0.0, id="the actor is missing"),
        pytest.param(None, [at(2), at(2)], 1.0, id="a topic alone"),
        pytest.param(at(0), [at(0), at(0, strength=0.5)], 0.5, id="the weakest part decides"),
    ],
)
def test_score_together(actor: list[Sighting] | None, topic: Parts, expected: float) -> None:
    assert score_together(actor, topic) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sightings", "expected"),
    [
        pytest.param(at(0), ACTOR_IN_TITLE, id="in the title"),
        pytest.param(at(2, 5), ACTOR_TWICE, id="twice below"),
        pytest.param(at(2), ACTOR_ONCE, id="once below"),
        pytest.param([], 0.0, id="nowhere"),
    ],
)
def test_score_actor(sightings: list[Sighting], expected: float) -> None:
    assert score_actor(sightings) == expected


def test_a_mention_counts_less_the_deeper_it_stands() -> None:
    weights = [place_weight(0, 0), *(place_weight(1, words) for words in (0, 50, 150, 400))]
    assert weights == sorted(weights, reverse=True)
    assert (weights[0], weights[-1]) == (1.0, DEEP)


sightings = st.lists(st.builds(Sighting, st.integers(0, 9), st.floats(0, 1)), max_size=5)


@given(st.none() | sightings, st.lists(sightings, max_size=3), sightings)
def test_more_sightings_never_lower_a_score(actor: list[Sighting] | None, topic: Parts, more: list[Sighting]) -> None:
    before = score_together(actor, topic)
    assert 0 <= before <= 1
    if topic:
        assert score_together(actor, [[*topic[0], *more], *topic[1:]]) >= before
