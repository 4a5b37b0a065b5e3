"""Turns: no more than a few at it, and nothing that is asked for is forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.pipeline.turns import Turns


def test_who_finds_no_place_has_those_inside_look_again() -> None:
    turns = Turns(2)
    assert [turns.take(), turns.take(), turns.take()] == [True, True, False]
    assert turns.give_back(willing=True)
    assert not turns.give_back(willing=True)
    assert turns.take()


def test_who_fails_or_has_had_enough_leaves_the_look_to_the_other() -> None:
    turns = Turns(2)
    assert [turns.take(), turns.take(), turns.take()] == [True, True, False]
    assert not turns.give_back(willing=False)
    assert turns.give_back(willing=True)


def test_a_look_that_begins_later_answers_all_that_was_asked() -> None:
    turns = Turns(1)
    assert [turns.take(), turns.take(), turns.give_back(willing=False)] == [True, False, False]
    assert turns.take()
    assert not turns.give_back(willing=True)


@given(st.lists(st.booleans(), max_size=40))
def test_whoever_asks_is_answered_by_a_look_that_begins_later(asking: list[bool]) -> None:
    """Each step somebody asks, or somebody inside ends and looks again if he is to."""
    turns, inside, unanswered = Turns(2), 0, False
    for asks in asking:
        if asks:
            taken = turns.take()
            inside += taken
            unanswered = not taken or (unanswered and not taken)
        elif inside:
            inside -= 1
            if turns.give_back(willing=True):
                assert turns.take()
                inside, unanswered = inside + 1, False
        assert inside <= 2
        assert not unanswered or inside > 0, "somebody is there to look again"
