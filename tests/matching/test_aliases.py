"""Aliases in no pack: in which ways they are found, and when they stay as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.rules import Actor
from service.matching.actor_pack import expand_actor
from service.matching.actors import group_of_actor
from service.matching.aliases import forms_of_alias
from service.matching.groups import Known, see
from service.matching.names import FULL
from service.matching.reading import Reading


def strength(alias: str, title: str, name: str = "Jeanne Dupont") -> float:
    """How strongly the title speaks of an actor who goes by the alias."""
    seen = see(group_of_actor(Actor(name=name, aliases=(alias,))), Reading({"title": title}), None, Known())
    return seen.best if seen else 0.0


@pytest.mark.parametrize(
    ("alias", "title"),
    [
        pytest.param("Anna Kowalska", "Sprawa Anny Kowalskiej", id="a case"),
        pytest.param("Anna Kowalska", "A. Kowalska resigns", id="an initial"),
        pytest.param("Anna Martin", "Анна Мартин подала в отставку", id="another script"),
        pytest.param("Anna Maria Kowalska", "Anna Kowalska resigns", id="without the second name"),
        pytest.param("Dr Anna Kowalska", "Anna Kowalska resigns", id="without a title"),
        pytest.param("Жанна Мартен", "Suspicions about Zhanna Marten", id="Latin letters for a Cyrillic alias"),
        pytest.param("Teflon Mark", "Spór Teflona Marka", id="a nickname"),
        pytest.param("Muscovy", "Muscovys latest demands", id="a word alone"),
    ],
)
def test_an_alias_that_looks_like_a_name_is_found_as_names_are_and_counts_less_than_the_very_words(alias: str, title: str) -> None:
    assert 0 < strength(alias, title) < FULL
    assert strength(alias, f"{alias} resigns") == FULL


def test_a_name_in_no_pack_is_found_as_names_are_also_where_an_alias_tells_who_it_is() -> None:
    assert 0 < strength("Mark Rutte", "Sprawa Anny Kowalskiej", name="Anna Kowalska") < FULL
    assert strength("Mark Rutte", "Mark resigns, says Mark Rutte", name="Teflon Mark") == FULL
    assert strength("Mark Rutte", "Mark resigns", name="Teflon Mark") == 0


@pytest.mark.parametrize(
    ("name", "alias", "title", "found"),
    [
        pytest.param("Mark Rutte", "rutte", "Rutte resigns", True, id="a surname in the pack"),
        pytest.param("Jeanne Dupont", "muscovy", "MUSCOVY resigns", True, id="a word in no pack, and a title in capitals"),
        pytest.param("Jeanne Dupont", "the bear", "The Bear resigns", True, id="two words"),
        pytest.param("Jeanne Dupont", "jdx", "JDX resigns", True, id="an acronym that no table knows"),
        pytest.param("Jeanne Dupont", "JDX", "jdx resigns", False, id="an acronym typed in capitals"),
        pytest.param("United States", "us", "US resigns", True, id="what is written in capitals"),
        pytest.param("United States", "us", "Tell us why", False, id="what is another word when written small"),
        pytest.param("World Health Organization", "who", "Who resigns?", False, id="what is another word with a capital"),
    ],
)
def test_an_alias_in_small_letters_is_found_in_any_capitals_unless_they_tell_it_from_another_word(
    name: str, alias: str, title: str, found: bool
) -> None:
    assert (strength(alias, title, name) > 0) is found


@pytest.mark.parametrize(
    "title",
    ["Saint-Just's plan", "Emile Saint-Just’s plan", "EMILE SAINT JUST", "Émile Saint‑Just"],
    ids=["surname alone", "possessive", "capitals and no hyphen", "accents and another hyphen"],
)
def test_possessives_hyphens_accents_and_capitals_make_no_difference(title: str) -> None:
    assert strength("Émile Saint-Just", title) == (0.0 if "mile" not in title.casefold() else FULL)


@pytest.mark.parametrize(
    ("alias", "name", "alone"),
    [
        pytest.param("Anna Kowalska", "Jeanne Dupont", "Kowalska", id="a first name of somebody in the pack"),
        pytest.param("Zorblat Martin", "Zorblat Dupont", "Martin", id="the actor's own first name"),
    ],
)
def test_the_surname_of_an_alias_is_enough_once_the_actor_was_named(alias: str, name: str, alone: str) -> None:
    assert strength(alias, f"{alone} resigns", name) == 0
    both = Reading({"title": f"{alone} resigns", "lede": f"{name} was not asked."})
    seen = see(group_of_actor(Actor(name=name, aliases=(alias,))), both, None, Known())
    assert seen is not None
    assert 0 < seen.strength[0] < FULL


@pytest.mark.parametrize(
    "alias",
    [
        "NATO chief", "NATO Chief", "NATO's New Boss", "Iron Lady", "EU Trade Commissioner", "Washington Post Man", "the bear",
        "Putin Ally", "Russian Bear", "Prime Minister", "Supreme Leader", "Rutte the Dutchman", "rzecznik rządu", "Глава МИД", "",
    ],
)  # fmt: skip
def test_what_somebody_is_rather_than_is_called_stays_as_it_was_written(alias: str) -> None:
    sure, unsure = forms_of_alias(alias, "Jeanne Dupont")
    assert unsure == ()
    assert sure == ()


@pytest.mark.parametrize("alias", ["Teflon Mark", "President Popescu", "Orange Tide", "習近平氏"])
def test_the_last_word_alone_is_no_surname_without_a_first_name(alias: str) -> None:
    _sure, unsure = forms_of_alias(alias, "Jeanne Dupont")
    assert unsure == ()


@pytest.mark.parametrize(("alias", "role"), [("NATO chief", "chief"), ("Iron Lady", "lady"), ("Trade Commissioner", "commissioner")])
def test_no_form_of_an_actor_is_the_role_alone(alias: str, role: str) -> None:
    known = expand_actor("Jeanne Dupont", (alias,))
    assert not any(form.words[-1].startswith(role) and len(form.words) == 1 for form in (*known.forms, *known.needs_context))


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_alias_is_taken_and_never_outweighs_the_very_words(alias: str, name: str) -> None:
    sure, unsure = forms_of_alias(alias, name)
    assert all(0 < form.weight < FULL for form in (*sure, *unsure))
