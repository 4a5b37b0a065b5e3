"""What a workspace says of actors, put into its rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.actors import MAX_WORDS, ActorChange, joined, with_changes
from service.domain.rules import RuleSpec
from tests.make import a_spec

Said = tuple[str, tuple[str, ...], tuple[str, ...]]


def key(name: str) -> str:
    """As if the names of an actor only differed in what stands before the last word."""
    return name.split()[-1].casefold()


def same(strike: str, words: str) -> bool:
    return strike.casefold() == words.casefold()


def changed(spec: RuleSpec, *changes: ActorChange) -> RuleSpec:
    return with_changes(spec, {each.actor: each for each in changes}, key=key, takes_away=same)


def said(spec: RuleSpec) -> list[Said]:
    return [(actor.name, actor.aliases, actor.strikes) for actor in spec.watched]


@pytest.mark.parametrize(
    ("actor", "becomes"),
    [
        pytest.param("Mark Rutte", ("Mark Rutte", ("The Dutchman",), ("Rutte Street",)), id="a bare name"),
        pytest.param("M. RUTTE", ("M. RUTTE", ("The Dutchman",), ("Rutte Street",)), id="another name of the same actor"),
        pytest.param(
            {"name": "Rutte", "aliases": ["Teflon"], "strikes": ["Rutte Sr"]},
            ("Rutte", ("Teflon", "The Dutchman"), ("Rutte Sr", "Rutte Street")), id="besides the rule's own words",
        ),
        pytest.param(
            {"name": "Rutte", "aliases": ["The Dutchman"], "strikes": ["Rutte Street"]},
            ("Rutte", ("The Dutchman",), ("Rutte Street",)), id="nothing twice",
        ),
        pytest.param(
            {"name": "Rutte", "aliases": ["rutte street"]}, ("Rutte", ("rutte street", "The Dutchman"), ()), id="the rule's alias is kept"
        ),
        pytest.param(
            {"name": "Rutte", "strikes": ["the dutchman"]}, ("Rutte", (), ("the dutchman", "Rutte Street")), id="so is its strike"
        ),
        pytest.param("Angela Merkel", ("Angela Merkel", (), ()), id="somebody else"),
    ],
)  # fmt: skip
def test_an_actor_has_the_workspaces_words_besides_its_own(actor: Any, becomes: Said) -> None:
    change = ActorChange("rutte", "Mark Rutte", ("The Dutchman",), ("Rutte Street",))
    assert said(changed(a_spec(actors=[actor]), change)) == [becomes]


def test_a_strike_does_not_take_the_name_that_the_rule_gives() -> None:
    change = ActorChange("rutte", "Mark Rutte", (), ("Premier Rutte", "Rutte"))
    rule = a_spec(actors=["Premier Rutte", "Rutte"])
    assert said(changed(rule, change)) == [("Premier Rutte", (), ("Rutte",)), ("Rutte", (), ("Premier Rutte",))]


def test_only_the_actors_change_and_keep_their_places() -> None:
    rule = a_spec(actors=["NATO", "Mark Rutte", "Kyiv"], topics=["peace"], query="deal", alerting={"cooldown": "PT1H"})
    new = changed(rule, ActorChange("rutte", "Rutte", ("The Dutchman",)))
    assert [actor.name for actor in new.watched] == ["NATO", "Mark Rutte", "Kyiv"]
    assert new.model_copy(update={"actors": rule.actors}) == rule


def test_the_actors_that_a_query_names_have_them_too_and_nothing_of_it_is_written() -> None:
    rule = a_spec(query='actor:"M. Rutte" OR actor:"NATO"')
    change = ActorChange("rutte", "Mark Rutte", ("The Dutchman",), ("Rutte",))
    new = with_changes(rule, {"rutte": change}, named=["M. Rutte", "NATO"], key=key, takes_away=same)
    assert [(actor.name, actor.aliases, actor.strikes) for actor in new.asked] == [("M. Rutte", ("The Dutchman",), ("Rutte",))]
    assert new.model_dump() == rule.model_dump()


def test_a_rule_that_nothing_is_said_of_stays_the_same_value() -> None:
    rule = a_spec(actors=["NATO"])
    assert changed(rule, ActorChange("rutte", "Rutte", ("The Dutchman",))) is rule


def test_of_what_was_said_under_two_names_the_newer_holds() -> None:
    newer, older = ActorChange("b", "B", ("teflon",), ("street",)), ActorChange("a", "A", ("mark", "Street"), ("Teflon", "sr"))
    assert joined(newer, older, same) == ActorChange("b", "B", ("teflon", "mark"), ("street", "sr"))


words = st.text("abcR ", min_size=1, max_size=6).filter(str.strip)
many = st.lists(words, max_size=MAX_WORDS).map(tuple)


@given(st.lists(words, min_size=1, max_size=3), many, many)
def test_whatever_is_said_the_rule_keeps_its_own_words(names: list[str], aliases: tuple[str, ...], strikes: tuple[str, ...]) -> None:
    rule = a_spec(actors=[{"name": name, "aliases": list(aliases[:5])} for name in names])
    new = changed(rule, *(ActorChange(key(name), name, aliases, strikes) for name in names))
    for old, actor in zip(rule.watched, new.watched, strict=True):
        assert set(old.aliases) <= set(actor.aliases) <= {*old.aliases, *aliases}
        assert not any(same(strike, each) for strike in actor.strikes for each in (actor.name, *old.aliases))


def test_a_rule_at_its_limits_takes_in_a_change_at_its_limits() -> None:
    full = tuple(f"alias {number}" for number in range(MAX_WORDS))
    rule = a_spec(topics=[], actors=[{"name": f"Actor{number}", "aliases": list(full)[:49]} for number in range(10)])
    more, strikes = tuple(f"more {number}" for number in range(MAX_WORDS)), tuple(f"not {number}" for number in range(MAX_WORDS))
    new = changed(rule, *(ActorChange(f"actor{number}", "", more, strikes) for number in range(10)))
    assert {(len(actor.aliases), len(actor.strikes)) for actor in new.watched} == {(99, 50)}
