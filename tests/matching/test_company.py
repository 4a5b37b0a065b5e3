"""What the nearest earlier articles say of the next one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.company import NEIGHBOURS, SURE, WINDOW, Neighbour, RecentMatches, company_of
from service.matching.meaning import Vectors, load_background

DAY = date(2026, 3, 2)
CHANCE = np.random.default_rng(5)
EVENTS = CHANCE.normal(size=(4, 384)) / np.sqrt(384)
USUAL = load_background("multilingual-e5-small-q4").mean


def a_vector(event: int, apart: float = 0.02) -> Vectors:
    """An article of this event: beside what all news have in common, near the others of it and far from those of other events."""
    vector = USUAL + 0.3 * (EVENTS[event] + apart * CHANCE.normal(size=384) / np.sqrt(384))
    unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def test_a_rule_that_all_near_ones_matched_is_likely() -> None:
    near = [Neighbour(f"ar_{number}", 0.9) for number in range(4)]
    company = company_of(near, {article: {"ru_1": 0.9} for article, _ in near})
    assert company == {"ru_1": pytest.approx(0.9 * 19.2 / 20.2)}


def test_a_single_far_neighbour_tells_little() -> None:
    matched = {"ar_1": {"ru_1": 1.0}}
    assert company_of([Neighbour("ar_1", 0.32)], matched)["ru_1"] < 0.2 < 0.8 < company_of([Neighbour("ar_1", 0.95)], matched)["ru_1"]
    assert company_of([Neighbour("ar_1", 0.2)], matched) == {}


def test_near_ones_that_did_not_match_speak_against_it() -> None:
    matched = {"ar_1": {"ru_1": 1.0}}
    alone, among_others = [Neighbour("ar_1", 0.9)], [Neighbour("ar_1", 0.9), Neighbour("ar_2", 0.9), Neighbour("ar_3", 0.9)]
    assert company_of(among_others, matched)["ru_1"] < company_of(alone, matched)["ru_1"] / 2


def test_what_hardly_matched_does_not_count() -> None:
    assert company_of([Neighbour("ar_1", 0.9)], {"ar_1": {"ru_1": SURE - 0.01}}) == {}


articles = st.lists(st.tuples(st.floats(-1, 1), st.dictionaries(st.sampled_from("abc"), st.floats(0, 1))), max_size=NEIGHBOURS)


@given(articles)
def test_it_is_a_share(some: list[tuple[float, dict[str, float]]]) -> None:
    near = [Neighbour(str(number), cosine) for number, (cosine, _) in enumerate(some)]
    company = company_of(near, {str(number): matched for number, (_, matched) in enumerate(some)})
    assert all(0 < share < 1 for share in company.values())
    assert company.keys() <= {rule for _, matched in some for rule, probability in matched.items() if probability >= SURE}


def test_an_article_is_in_the_company_of_its_event() -> None:
    recent = RecentMatches()
    for number in range(12):
        recent.add(a_vector(number % 3), DAY, {f"ru_{number % 3}": 0.9})
    assert recent.company(a_vector(1)).keys() == {"ru_1"}
    assert recent.company(a_vector(3)) == {}, "an event that nobody has told of"


def test_old_articles_are_forgotten() -> None:
    recent = RecentMatches()
    recent.add(a_vector(0), DAY, {"ru_1": 0.9})
    recent.add(a_vector(1), DAY + WINDOW, {})
    assert recent.company(a_vector(0)).keys() == {"ru_1"}
    recent.add(a_vector(1), DAY + WINDOW + timedelta(days=1), {})
    assert recent.company(a_vector(0)) == {}


def test_one_without_a_day_came_when_the_one_before_it_did() -> None:
    recent = RecentMatches()
    recent.add(a_vector(1), DAY, {})
    recent.add(a_vector(0), None, {"ru_1": 0.9})
    recent.add(a_vector(1), DAY - timedelta(days=30), {})
    recent.add(a_vector(1), DAY + WINDOW, {})
    assert recent.company(a_vector(0)).keys() == {"ru_1"}
