"""The fit of the stories: how an answer is scored, and what the model never does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.matching.likeness import load_models
from service.matching.remembered import Remembered
from tests.matching.test_stories import AGAIN, FIRST, OTHER, THIRD, WINDOW
from tools.fit_stories import AGAINST, FEATURES, usual_terms
from tools.story_exam import StoryExam, score

PRINTS = [FIRST, AGAIN, THIRD, OTHER]
EXAM = StoryExam({"1": "ferry", "2": "ferry", "3": "ferry", "4": "budget"}, set())


@pytest.mark.parametrize(
    ("stories", "right", "wrong", "missed", "lost"),
    [
        pytest.param("aaab", 3, 0, 0, 0, id="as judged"),
        pytest.param("abcd", 0, 0, 3, 0, id="every article alone"),
        pytest.param("aaaa", 3, 3, 0, 1, id="one swallows the other"),
        pytest.param("aabb", 1, 1, 2, 1, id="one article is in the wrong story"),
    ],
)
def test_an_answer_is_scored(stories: str, right: int, wrong: int, missed: int, lost: int) -> None:
    counts = score(EXAM, PRINTS, dict(zip("1234", stories, strict=True)), {"ferry", "budget"})
    assert (counts.right, counts.wrong, counts.missed, counts.lost) == (right, wrong, missed, lost)


def test_groups_that_may_as_well_be_one_are_not_held_against_an_answer() -> None:
    exam = replace(EXAM, ambiguous={frozenset(("ferry", "budget"))})
    counts = score(exam, PRINTS, dict.fromkeys("1234", "a"), {"ferry", "budget"})
    assert (counts.wrong, counts.lost) == (0, 0)


def test_pairs_of_two_languages_are_counted() -> None:
    prints = [FIRST, replace(AGAIN, language="pl"), THIRD, OTHER]
    counts = score(EXAM, prints, dict(zip("1234", "aaab", strict=True)), {"ferry"})
    assert (counts.across_right, counts.across_missed) == (2, 0)


@pytest.mark.parametrize("level", ["words", "meaning"])
def test_the_shipped_weights_have_the_signs_they_may_have(level: str) -> None:
    for name, weight in load_models()[level].weights.items():  # type: ignore[index]
        assert weight <= 0 if name in AGAINST or name == "other_counters" else weight >= 0


@pytest.mark.parametrize("level", ["words", "meaning"])
def test_there_is_a_feature_for_every_weight(level: str) -> None:
    remembered = Remembered(WINDOW, 10)
    number = remembered.take_in(remembered.begin(FIRST), b"")
    features = remembered.features(remembered.begin(OTHER), [number], [0.1])
    assert {*load_models()[level].weights, *FEATURES[level]} <= features.keys()  # type: ignore[index]


def test_only_common_terms_are_written_down() -> None:
    assert usual_terms([FIRST] * 8 + [OTHER]).splitlines()[0] == "9"
    assert "8 ferr" in usual_terms([FIRST] * 8 + [OTHER])
    assert "parliam" not in usual_terms([FIRST] * 8 + [OTHER])
