"""Patterns are told from chances."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.chance import LEVEL, Tally, chance


@pytest.mark.parametrize(
    ("cups", "probability"),
    [(4, Fraction(1, 70)), (3, Fraction(17, 70)), (2, Fraction(53, 70)), (0, Fraction(1))],
)
def test_the_lady_tasting_tea(cups: int, probability: Fraction) -> None:
    """R. A. Fisher, The Design of Experiments (1935), II: four cups of eight are to be named, and so many are named right."""
    assert chance(cups, 4, 4 - cups, 4) == pytest.approx(float(probability))


@given(st.integers(0, 4), st.integers(1, 4), st.integers(0, 4), st.integers(0, 4))
def test_the_chance_is_that_of_all_ways_to_share_out(false: int, all_false: int, right: int, all_right: int) -> None:
    false, right = min(false, all_false), min(right, all_right)
    alerts = range(all_false + all_right)
    ways = [sum(1 for each in having if each < all_false) for having in combinations(alerts, false + right)]
    assert chance(false, all_false, right, all_right) == pytest.approx(sum(1 for each in ways if each >= false) / len(ways))


def tally(**stories: str) -> Tally[str]:
    """In which stories each thing is, a letter each: capitals are false alarms, small ones right alerts."""
    made: Tally[str] = Tally(frozenset("ABCDEF"), frozenset("abcdefghij"))
    for thing, each in stories.items():
        for story in each:
            made.count(thing, story)
    return made


def test_what_false_alarms_alone_have_is_told_from_what_both_have() -> None:
    assert tally(dental="ABCDE", says="ABCDEFabcdef", rise="Ab").telling() == ["dental"]


def test_the_more_there_is_to_choose_from_the_more_is_asked_for() -> None:
    some = {"dental": "ABCD"}
    assert tally(**some).telling() == ["dental"]
    rivals = {f"word{number}": "".join(each) for number, each in enumerate(combinations("ABCDEFabcdefghij", 4))}
    assert tally(**some, **rivals).telling() == []


def test_rare_words_are_no_rivals_and_what_is_always_together_is_one() -> None:
    rare = {f"word{number}": letter for number, letter in enumerate("ABCDEFabcdefghij" * 20)}
    twins = {f"twin{number}": "ABCD" for number in range(50)}
    assert set(tally(dental="ABCD", **rare, **twins).telling()) == {"dental", *twins}


def test_without_right_alerts_nothing_is_told() -> None:
    made: Tally[str] = Tally(frozenset("ABCDEF"), frozenset())
    for story in "ABCDEF":
        made.count("dental", story)
    assert made.telling() == []


def test_of_alerts_that_a_coin_judged_few_lists_tell_anything() -> None:
    told = 0
    for seed in range(200):
        coin = np.random.default_rng(seed)
        stories = [f"st_{number}" for number in range(30)]
        false = frozenset(story for story in stories if coin.random() < 0.4)
        made: Tally[int] = Tally(false, frozenset(stories) - false)
        for story in stories:
            for word in coin.zipf(1.2, size=40):
                made.count(int(word), story)
        told += bool(made.telling())
    assert told <= 200 * LEVEL
