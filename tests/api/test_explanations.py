"""Why a rule matches a stored article, or does not."""

from __future__ import annotations

from typing import Any

import pytest

from service.edges import Edges
from service.pipeline.match import Matcher
from tests.api.conftest import Api, add_article


@pytest.fixture
def feed(api: Api) -> str:
    return str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "tags": ["world"]})["id"])


def rule(api: Api, **spec: Any) -> str:
    return str(api.expect(201, "POST", "/v1/rules", {"name": "Bridges", **spec})["id"])


def explain(api: Api, article: str, rule_id: str) -> Any:
    return api.expect(200, "GET", f"/v1/articles/{article}/explain?rule={rule_id}")


def test_a_match_is_explained_with_its_alert(api: Api, edges: Edges, feed: str) -> None:
    watching = rule(api, topics=["harbour bridge"])
    article = add_article(edges, feed, 1, "Harbour bridge opens")
    Matcher(edges).match_due(lambda: None)
    told = explain(api, article, watching)
    assert told["matches"] is True
    assert told["reason"].startswith("it matches: ")
    assert told["least"] <= told["scores"]["comes_up"]
    assert [each["text"] for each in told["evidence"]] == ["Harbour", "bridge"]
    assert told["alert"].startswith("al_")
    assert told["held"] is None


def test_what_is_missing_is_named(api: Api, edges: Edges, feed: str) -> None:
    watching = rule(api, actors=["Ana Silva"], topics=["harbour bridge"])
    told = explain(api, add_article(edges, feed, 1, "Harbour bridge opens"), watching)
    assert told["matches"] is False
    assert told["reason"].startswith('"Ana Silva" is not in it')
    assert told["alert"] is None


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        pytest.param({"languages": ["pl"]}, 'the rule asks for articles in pl, and this one is in "en"', id="another language"),
        pytest.param({"feeds": ["tag:sport"]}, "the rule asks for other feeds than this article's", id="another feed"),
    ],
)
def test_an_article_that_the_rule_never_sees(api: Api, edges: Edges, feed: str, spec: dict[str, Any], reason: str) -> None:
    watching = rule(api, topics=["harbour bridge"], **spec)
    told = explain(api, add_article(edges, feed, 1, "Harbour bridge opens", language="en"), watching)
    assert (told["matches"], told["reason"]) == (False, reason)


def test_nothing_of_another_workspace_is_explained(api: Api, edges: Edges, feed: str, neighbour: Api) -> None:
    watching = rule(api, topics=["harbour bridge"])
    article = add_article(edges, feed, 1, "Harbour bridge opens")
    theirs = rule(neighbour, topics=["harbour bridge"])
    neighbour.expect(404, "GET", f"/v1/articles/{article}/explain?rule={theirs}")
    api.expect(404, "GET", f"/v1/articles/{article}/explain?rule={theirs}")
    api.expect(404, "GET", f"/v1/articles/art_none/explain?rule={watching}")
