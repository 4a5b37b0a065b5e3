"""Strikes, and which names are one actor's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.actors import ActorChange
from service.domain.rules import Actor
from service.matching.actor_changes import actor_key, changed_spec
from service.matching.actors import condition_of_actor
from service.matching.evaluation import evaluate
from service.matching.forms import Form
from service.matching.groups import Known
from service.matching.reading import Reading
from service.matching.strikes import phrase_of_strike, takes_away, takes_away_form
from service.matching.text import phrase_of
from tests.make import a_spec


def finds(actor: Actor, title: str) -> bool:
    return evaluate(condition_of_actor(actor, "/actors/0"), Reading({"title": title}), None, Known()) is not None


@pytest.mark.parametrize(
    ("strikes", "title", "found"),
    [
        pytest.param([], "Kremlin warns the West", True, id="nothing struck"),
        pytest.param(["Kremlin"], "Kremlin warns the West", False, id="a seat of power"),
        pytest.param(["KRÉMLIN"], "Kremlin warns the West", False, id="capitals and accents make no difference"),
        pytest.param(["Kremlin"], "Kremlin warns, Russia waits", True, id="another name beside it"),
        pytest.param(["Kremlin Cup"], "Kremlin Cup begins", False, id="a phrase around it"),
        pytest.param(["Kremlin Cup"], "Kremlin warns of boycott", True, id="a phrase that is not there"),
        pytest.param(["Kremlin"], "Rozmowy na Kremlu", True, id="an ending that was not struck"),
        pytest.param(["kreml*"], "Rozmowy na Kremlu", False, id="a star for all endings"),
        pytest.param(["kreml*"], "Kremlin warns the West", False, id="a star for this ending"),
    ],
)
def test_what_stands_inside_a_strike_does_not_mean_the_actor(strikes: list[str], title: str, found: bool) -> None:
    assert finds(Actor(name="Russia", strikes=tuple(strikes)), title) is found


@pytest.mark.parametrize(
    ("strike", "words", "taken"),
    [
        pytest.param("Kremlin", "kremlin", True, id="the same word"),
        pytest.param("Kreml", "Kremlin", False, id="no star, no endings"),
        pytest.param("kreml*", "Kremlin", True, id="a star"),
        pytest.param("kreml*", "Kreml", True, id="a star for no ending"),
        pytest.param("k*", "kremlinologists", False, id="more letters than endings have"),
        pytest.param("the kreml*", "the Kremlin", True, id="a star after two words"),
        pytest.param("kreml*", "the Kremlin", False, id="a longer name has something left"),
        pytest.param("Kremlin Cup", "Kremlin", False, id="a longer strike is elsewhere"),
        pytest.param("*", "Kremlin", False, id="a star alone"),
        pytest.param("", "", False, id="nothing"),
    ],
)
def test_a_strike_takes_away_what_it_covers(strike: str, words: str, taken: bool) -> None:
    assert takes_away(strike, words) is taken


def test_of_a_form_with_endings_only_a_star_takes_all() -> None:
    form = Form(("kreml",), 0.75, "capital", open_end=True)
    assert [takes_away_form(strike, form) for strike in ("Kreml", "Kreml*", "krem*")] == [False, True, True]


@given(st.text(max_size=20))
def test_any_text_may_be_struck(written: str) -> None:
    phrase = phrase_of_strike(written)
    assert len(phrase) == len(phrase_of(written))
    assert takes_away(written, written) is bool(phrase)


@pytest.mark.parametrize(
    ("names", "key"),
    [
        pytest.param(["Mark Rutte", "rutte", "MARK  RUTTE", "Рютте"], "person:mark-rutte", id="a person of the pack"),
        pytest.param(["Ukraine", "Україна"], "state:UA", id="a state"),
        pytest.param(["Jeanne Dupont", "jeanne  DUPONT"], "name:jeanne dupont", id="a name in no pack"),
    ],
)
def test_the_names_of_an_actor_have_one_key(names: list[str], key: str) -> None:
    assert {actor_key(name) for name in names} == {key}


def test_what_is_said_of_an_actor_holds_for_all_its_names() -> None:
    changes = {"state:RU": ActorChange("state:RU", "Russia", ("Muscovy",), ("kreml*",))}
    for name in ("Russia", "Russian Federation", "Россия"):
        (actor,) = changed_spec(a_spec(actors=[name]), changes).watched
        assert (finds(actor, "Kremlin warns"), finds(actor, "Muscovy warns"), finds(actor, "Russia warns")) == (False, True, True)


def test_a_rule_that_says_kremlin_means_it_though_the_workspace_strikes_it() -> None:
    changes = {"state:RU": ActorChange("state:RU", "Russia", (), ("kreml*",))}
    (actor,) = changed_spec(a_spec(actors=[{"name": "Russia", "aliases": ["Kremlin"]}]), changes).watched
    assert finds(actor, "Kremlin warns")
