"""Rules become conditions; terms that can never be found are refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.matching.condition import AllOf, AnyOf, Condition, NoneOf, Term
from service.matching.rules import check_terms, condition_of, sees, speaks
from tests.make import a_spec

RUTTE = Term(("mark", "rutte"), "Mark Rutte", "/actors/0")
CHIEF = Term(("nato", "chief"), "NATO chief", "/actors/0")
TRUMP = Term(("trump",), "Trump", "/actors/1")
DEAL = Term(("peace", "deal"), "peace deal", "/topics/0")
GRAIN = Term(("grain",), "grain", "/topics/1")
FOOTBALL = Term(("football",), "Football", "/exclude/0")
ACTORS = [{"name": "Mark Rutte", "aliases": ["NATO chief"]}, "Trump"]

CONDITIONS = [
    pytest.param({"topics": ["peace deal"]}, DEAL, id="one topic"),
    pytest.param({"actors": ACTORS, "topics": []}, AnyOf((RUTTE, CHIEF, TRUMP)), id="any actor by any name"),
    pytest.param(
        {"actors": ACTORS, "topics": ["peace deal", "grain"], "exclude": ["Football"]},
        AllOf((AnyOf((RUTTE, CHIEF, TRUMP)), AnyOf((DEAL, GRAIN)), NoneOf((FOOTBALL,)))),
        id="any actor and any topic, none of the excluded",
    ),
    pytest.param(
        {"actors": ACTORS, "topics": ["peace deal", "grain"], "match": {"actors": "all", "topics": "all"}},
        AllOf((AnyOf((RUTTE, CHIEF)), TRUMP, DEAL, GRAIN)),
        id="all of them",
    ),
    pytest.param(
        {"actors": [{"name": "Mark Rutte", "aliases": ["MARK RUTTE", "NATO chief"]}], "topics": []},
        AnyOf((RUTTE, CHIEF)),
        id="an alias that is the name again",
    ),
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
]


@pytest.mark.parametrize(("spec", "condition"), CONDITIONS)
def test_conditions(spec: dict[str, Any], condition: Condition) -> None:
    assert condition_of(a_spec(**spec)) == condition


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
