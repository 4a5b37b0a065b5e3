"""Rules become conditions; terms that can never be found are refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.domain.rules import Actor
from service.matching.actors import group_of_actor
from service.matching.condition import AllOf, AnyOf, Condition, NoneOf, OneOf, Term, leaves_of
from service.matching.rules import check_terms, condition_of, demands_of, sees, speaks
from service.matching.topics import groups_of_topic
from tests.make import a_spec


def topic(written: str, number: int = 0) -> list[OneOf]:
    """Its parts, as the rule has them."""
    return [OneOf(part.group, part.written, f"/topics/{number}") for part in groups_of_topic(written)]


RUTTE = OneOf(group_of_actor(Actor(name="Mark Rutte", aliases=("NATO chief",))), "Mark Rutte", "/actors/0")
TRUMP = OneOf(group_of_actor(Actor(name="Trump")), "Trump", "/actors/1")
(DEAL,), (GRAIN,), (UKRAINE, PACT) = topic("peace deal"), topic("grain", 1), topic("Ukraine peace deal")
(BLACK_SEA, GRAIN_DEAL) = topic("Black Sea grain deal")
FOOTBALL = Term(("football",), "Football", "/exclude/0")
WARNS = Term(("warns",), "warns", "/query")
ACTORS = [{"name": "Mark Rutte", "aliases": ["NATO chief"]}, "Trump"]

CONDITIONS = [
    pytest.param({"topics": ["peace deal"]}, DEAL, id="one topic"),
    pytest.param({"actors": ACTORS, "topics": []}, AnyOf((RUTTE, TRUMP)), id="any actor"),
    pytest.param(
        {"actors": ACTORS, "topics": ["peace deal", "grain"], "exclude": ["Football"]},
        AllOf((AnyOf((RUTTE, TRUMP)), AnyOf((DEAL, GRAIN)), NoneOf((FOOTBALL,)))),
        id="any actor and any topic, none of the excluded",
    ),
    pytest.param(
        {"actors": ACTORS, "topics": ["peace deal", "grain"], "match": {"actors": "all", "topics": "all"}},
        AllOf((RUTTE, TRUMP, DEAL, GRAIN)),
        id="all of them",
    ),
    pytest.param({"topics": ["Ukraine peace deal"]}, AllOf((UKRAINE, PACT)), id="all parts of a topic"),
    pytest.param({"topics": ["Black Sea grain deal"]}, GRAIN_DEAL, id="but for what may be missing"),
    pytest.param({"topics": ["peace deal"], "query": "warns"}, AllOf((DEAL, WARNS)), id="a query besides"),
    pytest.param({"topics": [], "query": "warns"}, WARNS, id="a query alone"),
    pytest.param({"topics": [], "query": "warns AND"}, AnyOf(()), id="a query that the language does not have"),
]

REFUSED = [
    pytest.param({"topics": ["*"]}, ["/topics/0"], id="only a wildcard"),
    pytest.param({"actors": ["—", {"name": "Rutte", "aliases": ["?!"]}]}, ["/actors/0", "/actors/1/aliases/0"], id="only punctuation"),
    pytest.param({"actors": [{"name": "❤️"}]}, ["/actors/0/name"], id="only a picture"),
    pytest.param({"exclude": ["football", "…"]}, ["/exclude/1"], id="an exclusion of nothing"),
    pytest.param({"topics": ["\ufdfa" * 200]}, ["/topics/0"], id="long once its ligatures are written out"),
    pytest.param({"topics": ["peace " * 33, "平和"]}, [], id="all in order"),
]

LANGUAGES = [
    pytest.param([], "en", True, id="every language"),
    pytest.param(["en"], "en-GB", True, id="a region of it"),
    pytest.param(["pt"], "PT_br", True, id="odd spelling"),
    pytest.param(["en", "uk"], "ru", False, id="another language"),
    pytest.param(["en"], None, True, id="unknown"),
    pytest.param(["en"], "und", True, id="undetermined"),
    pytest.param(["he"], "iw", True, id="withdrawn code"),
    pytest.param(["nb"], "no", True, id="Norwegian"),
    pytest.param(["zh"], "cmn-Hant", True, id="Mandarin by its own code"),
    pytest.param(["cmn"], "zh", True, id="asked for by its own code"),
    pytest.param(["uk"], " UKR ", True, id="three letters"),
    pytest.param(["en"], "zxx", True, id="no words at all"),
]


@pytest.mark.parametrize(("spec", "condition"), CONDITIONS)
def test_conditions(spec: dict[str, Any], condition: Condition) -> None:
    assert condition_of(a_spec(**spec)) == condition


def test_what_may_be_missing_of_a_topic_is_no_demand() -> None:
    spec = a_spec(topics=["Black Sea grain deal"], query="warns", exclude=["Football"])
    assert BLACK_SEA not in [*leaves_of(condition_of(spec))]
    assert demands_of(spec) == AllOf((WARNS, NoneOf((FOOTBALL,)))), "nor is anything else of a topic"


def test_rules_share_what_they_have_in_common() -> None:
    one, other = ([*leaves_of(condition_of(a_spec(actors=["Mark Rutte"], topics=[topic])))] for topic in ("Ukraine war", "Ukraine grain"))
    assert [leaf.written for leaf in one[:2]] == ["Mark Rutte", "Ukraine"]
    assert one[:2] == other[:2], "groups are compared by identity"


@pytest.mark.parametrize(("spec", "places"), REFUSED)
def test_terms_that_are_refused(spec: dict[str, Any], places: list[str]) -> None:
    assert [at for at, _message in check_terms(a_spec(**spec))] == places


def test_a_refusal_says_what_and_what_to_do() -> None:
    assert check_terms(a_spec(topics=["*"])) == [("/topics/0", '"*" has no letter or digit to look for; write at least one word')]


@pytest.mark.parametrize(("languages", "language", "expected"), LANGUAGES)
def test_languages(languages: list[str], language: str | None, expected: bool) -> None:
    assert speaks(a_spec(languages=languages), language) is expected


@pytest.mark.parametrize(
    ("feeds", "expected"),
    [
        pytest.param([], True, id="every feed"),
        pytest.param(["fd_1"], True, id="this feed"),
        pytest.param(["fd_2", "tag:world"], True, id="a tag of it"),
        pytest.param(["fd_2", "tag:sport"], False, id="another feed"),
    ],
)
def test_feeds(feeds: list[str], expected: bool) -> None:
    assert sees(a_spec(feeds=feeds), "fd_1", ("world",), "en") is expected
    assert not sees(a_spec(feeds=feeds, languages=["fr"]), "fd_1", ("world",), "en")
