"""Trying a rule out on what is stored."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from service.api import previews
from service.api.nearness import Told
from service.api.previews import SECONDS
from service.edges import Edges
from tests.api.conftest import Api, add_article
from tests.make import a_spec, an_article

BODY = "The toll on the harbour bridge stays, said Ana Silva."


@pytest.fixture
def feed(api: Api, edges: Edges) -> str:
    """A feed with three articles."""
    feed = str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "tags": ["world"]})["id"])
    add_article(edges, feed, 1, "Harbour bridge opens", body=BODY)
    add_article(edges, feed, 2, "Harbour festival", language="pt")
    add_article(edges, feed, 3, "Budget passed")
    return feed


def preview(api: Api, limit: int = 200, **rule: Any) -> Any:
    return api.expect(200, "POST", "/v1/rules/preview", {"rule": {"name": "Try", **rule}, "limit": limit})


def test_it_shows_what_matches_and_where(api: Api, feed: str) -> None:
    shown = preview(api, topics=["harbour bridge"])
    [match] = shown["matches"]
    assert shown["looked_at"] == 3
    assert match["article"]["title"] == "Harbour bridge opens"
    assert match["evidence"][:2] == [
        {"part": "/topics/0", "term": "harbour", "field": "title", "start": 0, "end": 7, "text": "Harbour"},
        {"part": "/topics/0", "term": "bridge", "field": "title", "start": 8, "end": 14, "text": "bridge"},
    ]
    assert 0 < match["scores"]["is_about"] <= match["scores"]["comes_up"] <= 1
    passage = {each["field"]: each for each in match["passages"]}["body"]
    assert [passage["text"][start:end] for start, end in passage["highlights"]] == ["harbour", "bridge"]


def test_it_shows_which_part_a_near_miss_lacks(api: Api, feed: str) -> None:
    shown = preview(api, actors=["Ana Silva"], topics=["harbour"])
    assert [match["article"]["title"] for match in shown["matches"]] == ["Harbour bridge opens"]
    [miss] = shown["near_misses"]
    assert miss["article"]["title"] == "Harbour festival"
    assert miss["reason"].startswith('"Ana Silva" is not in it; words alone give ')
    assert miss["parts"] == [
        {"part": "/actors/0", "found": [], "missing": ["Ana Silva"]},
        {"part": "/topics/0", "found": ["harbour"], "missing": []},
    ]


def test_an_exclusion_is_shown_as_found(api: Api, feed: str) -> None:
    [miss, _other] = preview(api, topics=["harbour"], exclude=["festival", "bridge"])["near_misses"]
    assert {"part": "/exclude/0", "found": ["festival"], "missing": []} in miss["parts"]
    assert miss["reason"] == '"festival" is excluded and stands in it'


@pytest.mark.parametrize(
    ("rule", "looked_at", "passed_over"),
    [
        pytest.param({"languages": ["pt"]}, 1, 2, id="another language"),
        pytest.param({"feeds": ["tag:sport"]}, 0, 3, id="another tag"),
        pytest.param({"feeds": ["tag:world"]}, 3, 0, id="its tag"),
        pytest.param({"limit": 2}, 2, 0, id="the newest only"),
    ],
)
def test_what_the_rule_does_not_want_is_passed_over(rule: dict[str, Any], looked_at: int, passed_over: int, api: Api, feed: str) -> None:
    shown = preview(api, topics=["harbour"], **rule)
    assert (shown["looked_at"], shown["passed_over"]) == (looked_at, passed_over)


def test_nothing_is_stored(api: Api, feed: str) -> None:
    preview(api, topics=["harbour"])
    assert api.get("/v1/rules")["items"] == []
    assert api.get("/v1/matches")["items"] == []


def test_what_takes_too_long_is_left_out_and_counted() -> None:
    articles = [an_article(id=f"ar_{number}", title="Harbour bridge opens") for number in range(10)]
    clock = itertools.count(step=SECONDS / 4)
    shown = previews.preview(a_spec(topics=["harbour bridge"]), articles, Told({}), clock=lambda: next(clock))
    assert (shown.looked_at, shown.not_reached, len(shown.matches)) == (3, 7, 3)
