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
    Strength,
    best,
    closeness,
    joined,
    place_weight,
    score_actor,
    score_together,
)


def at(*sentences: int, strength: float = 1.0) -> dict[int, float]:
    return dict.fromkeys(sentences, strength)


@pytest.mark.parametrize(
    ("actors", "topic", "expected"),
    [
        pytest.param([at(0)], [at(0), at(0)], 1.0, id="all in the title"),
        pytest.param([at(3)], [at(2), at(3)], NEIGHBOURS, id="in two neighbouring sentences"),
        pytest.param([at(4)], [at(2), at(3)], TOPIC_AND_ACTOR * NEIGHBOURS, id="three sentences in a row are not two"),
        pytest.param([at(9)], [at(0), at(0)], TOPIC_AND_ACTOR, id="the topic in the title, the actor far below"),
        pytest.param([at(0)], [at(4), at(9)], ANYWHERE, id="everything somewhere"),
        pytest.param([at(0)], [at(0), {}], 0.0, id="a part of the topic is missing"),
        pytest.param([{}], [at(0)], 0.0, id="the actor is missing"),
        pytest.param([at(0), {}], [at(0)], 0.0, id="one of the actors is missing"),
        pytest.param([at(0), at(0)], [at(0)], 1.0, id="two actors and a topic in the title"),
        pytest.param([], [at(2), at(2)], 1.0, id="a topic alone"),
        pytest.param([at(0)], [at(0), at(0, strength=0.5)], 0.5, id="the weakest part decides"),
        pytest.param([at(0, strength=0.5) | at(7)], [at(0, 7)], 1.0, id="in the sentence where it is strongest"),
    ],
)
def test_score_together(actors: list[Strength], topic: list[Strength], expected: float) -> None:
    assert score_together(topic, actors) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("strength", "mentions", "expected"),
    [
        pytest.param(at(0), 1, ACTOR_IN_TITLE, id="in the title"),
        pytest.param(at(2, 5), 2, ACTOR_TWICE, id="twice below"),
        pytest.param(at(2), 2, ACTOR_TWICE, id="twice in one sentence"),
        pytest.param(at(2), 1, ACTOR_ONCE, id="once below"),
        pytest.param(at(0, strength=0.5), 1, ACTOR_IN_TITLE / 2, id="by a weak form"),
        pytest.param({}, 0, 0.0, id="nowhere"),
    ],
)
def test_score_actor(strength: Strength, mentions: int, expected: float) -> None:
    assert score_actor(strength, mentions) == pytest.approx(expected)


def test_a_mention_counts_less_the_deeper_it_stands() -> None:
    weights = [place_weight(0, 0), *(place_weight(1, words) for words in (0, 50, 150, 400))]
    assert weights == sorted(weights, reverse=True)
    assert (weights[0], weights[-1]) == (1.0, DEEP)


strengths = st.dictionaries(st.integers(0, 9), st.floats(0, 1), max_size=5)


@given(st.lists(strengths, max_size=2), st.lists(strengths, min_size=1, max_size=3), strengths)
def test_more_sightings_never_lower_a_score(actors: list[Strength], topic: list[Strength], more: Strength) -> None:
    before = score_together(topic, actors)
    assert 0 <= before <= 1
    assert score_together([joined([topic[0], more]), *topic[1:]], actors) >= before


@given(st.lists(strengths, min_size=1, max_size=4))
def test_what_is_close_is_there_at_all(parts: list[Strength]) -> None:
    assert closeness(parts) <= min(map(best, parts))
    for sentence, strength in joined(parts).items():
        assert strength == max(each.get(sentence, 0.0) for each in parts)
