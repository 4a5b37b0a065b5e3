"""What happens in a place happens in its state; what is only called so does not."""

from __future__ import annotations

import pytest

from service.domain.rules import Actor
from service.matching.actor_places import PLACE, place_forms
from service.matching.actor_tables import read_hand_kept_places, read_organisations, read_places, read_states
from service.matching.actors import group_of_actor
from service.matching.groups import Known, see
from service.matching.reading import Reading
from service.matching.text import phrase_of


def _strength(state: str, title: str) -> float:
    seen = see(group_of_actor(Actor(name=state)), Reading({"title": title}), None, Known())
    return seen.best if seen else 0.0


@pytest.mark.parametrize(
    ("state", "title"),
    [
        pytest.param("Turkey", "Earthquake in Gaziantep", id="a city"),
        pytest.param("Turkey", "Землетрясение в Газиантепе", id="Russian, inflected"),
        pytest.param("Turkey", "ガジアンテプで地震", id="Japanese"),
        pytest.param("Ukraine", "Strike on Kharkiv", id="a city that is an actor too"),
        pytest.param("Ukraine", "Удар по Харькову", id="one in the dative"),
        pytest.param("Ukraine", "Two drones over Crimea", id="a region"),
        pytest.param("Poland", "Rakieta spadła w Przewodowie", id="a village, in the locative"),
        pytest.param("Poland", "Wybuch w Lublinie", id="a town, in the locative"),
        pytest.param("Japan", "Fukushima water release", id="a prefecture"),
        pytest.param("North Macedonia", "Club fire in Kočani", id="a town with an accent"),
        pytest.param("North Macedonia", "Club fire in Kocani", id="and without it"),
        pytest.param("France", "Zamieszki w Marsylii", id="a city by its Polish name"),
        pytest.param("United States", "Texas floods", id="a state of a union"),
        pytest.param("United States", "Überschwemmungen in Kalifornien", id="one by its German name"),
        pytest.param("Spain", "Catalonia votes", id="an autonomous region"),
        pytest.param("United Kingdom", "A storm in Scotland and Wales", id="a country in a state"),
        pytest.param("Israel", "פיגוע בחיפה", id="Hebrew, with the in that is one with the word"),
        pytest.param("South Korea", "부산에서 화재", id="Korean, with a particle"),
        pytest.param("China", "在深圳", id="Chinese"),
        pytest.param("Iran", "Ships wait in the Strait of Hormuz", id="a strait"),
    ],
)
def test_a_place_is_weak_evidence_of_its_state(state: str, title: str) -> None:
    assert _strength(state, title) == PLACE


@pytest.mark.parametrize(
    ("state", "title"),
    [
        pytest.param("France", "Nice weather for the weekend", id="an adjective"),
        pytest.param("France", "Nancy Pelosi retires", id="a first name"),
        pytest.param("United States", "Orlando in Shakespeare", id="a name alone"),
        pytest.param("United Kingdom", "A reading list", id="a verb"),
        pytest.param("Turkey", "Batman returns", id="a hero"),
        pytest.param("Poland", "Przemysł ciężki", id="Polish for industry"),
        pytest.param("Indonesia", "Java programming", id="a language"),
        pytest.param("Italy", "在罗马尼亚", id="a city's name inside another state's"),
        pytest.param("Mexico", "Fire in New Mexico", id="a state of another union"),
        pytest.param("Italy", "A Tarantino festival", id="a surname that begins like a town"),
        pytest.param("India", "Бомбардировщик упал", id="a word that begins like a city"),
        pytest.param("Ukraine", "Суми виплат", id="Ukrainian for sums"),
        pytest.param("France", "La reunión de hoy", id="Spanish for a meeting"),
        pytest.param("Belgium", "Brussels fines a company", id="a city that stands for the EU"),
    ],
)
def test_what_is_only_called_like_a_place_is_none(state: str, title: str) -> None:
    assert _strength(state, title) == 0.0


def test_an_ambiguous_place_counts_beside_another_word_of_its_state() -> None:
    unsure = {form.words for form in place_forms("FR")[1]}
    assert ("nice",) in unsure
    assert _strength("France", "Nice: French police") > PLACE


def test_a_capital_keeps_its_weight() -> None:
    assert _strength("Turkey", "Talks in Ankara") > PLACE


def test_every_place_is_one_of_a_state_of_the_pack_and_is_written_in_words() -> None:
    assert set(read_places()) <= set(read_states())
    spellings = [each for places in read_places().values() for each in places]
    assert [each.text for each in spellings if not phrase_of(each.text) or any(mark in each.text for mark in "*=?!+|@")] == []


def test_no_place_finds_another_state_by_its_own_name() -> None:
    names = {phrase_of(each.text) for state in read_states().values() for each in (*state.names, *state.people) if not each.unsure}
    places = {form.words for code in read_states() for form in place_forms(code)[0]}
    assert names & places == set()


def test_newsworthy_states_have_more_places_than_others() -> None:
    counts = {code: len({each.text for each in places}) for code, places in read_hand_kept_places().items()}
    assert min(counts[code] for code in ("US", "UA", "RU", "TR", "FR", "DE", "IN", "CN", "PL", "GB", "IL", "JP")) > 20
    assert {key for key, body in read_organisations().items() if body.kind == "territory"} >= {"texas", "ohio", "catalonia", "kerala"}
