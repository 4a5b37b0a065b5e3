"""Rules in the queries of rules, over the API: what is refused, where, and what previews and explanations say."""

from __future__ import annotations

from typing import Any

import pytest

from service.edges import Edges
from tests.api.conftest import Api, add_article


@pytest.fixture
def bridges(api: Api) -> str:
    """The id of a rule "Bridges" that "Above" uses by its name."""
    made = str(api.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["bridge"]})["id"])
    api.expect(201, "POST", "/v1/rules", {"name": "Above", "query": 'rule:"Bridges"'})
    return made


def rule_id(api: Api, name: str) -> str:
    return next(str(each["id"]) for each in api.get("/v1/rules")["items"] if each["rule"]["name"] == name)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("harbour rule:None", 'there is no rule "None" (character 9); write the name', id="unknown"),
        pytest.param("rule:New", 'a rule cannot use itself: "New" uses "New" (character 1)', id="itself"),
        pytest.param("harbour NEAR rule:Bridges", "NEAR needs words, and a saved rule holds or does not (character 14)", id="NEAR"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_with_its_place(api: Api, bridges: str, query: str, message: str) -> None:
    spec = {"name": "New", "query": query}
    for path, body, at in (("/v1/rules", spec, "/query"), ("/v1/rules/preview", {"rule": spec}, "/rule/query")):
        (fault,) = api.expect(422, "POST", path, body)["errors"]
        assert fault["at"] == at
        assert fault["message"].startswith(message)


def test_a_circle_is_refused_where_it_would_close(api: Api, bridges: str) -> None:
    (fault,) = api.expect(422, "PATCH", f"/v1/rules/{bridges}", {"query": "rule:Above"})["errors"]
    assert fault["at"] == "/query"
    assert '"Above" uses "Bridges" uses "Above"' in fault["message"]


def test_rules_of_a_neighbour_are_not_there(api: Api, neighbour: Api, bridges: str) -> None:
    for query in ("rule:Bridges", f"rule:{bridges}"):
        neighbour.expect(422, "POST", "/v1/rules", {"name": "New", "query": query})


def test_a_used_rule_stays_and_keeps_its_name(api: Api, bridges: str) -> None:
    above = rule_id(api, "Above")
    tried: list[tuple[str, str, Any]] = [
        ("DELETE", f"/v1/rules/{bridges}", None),
        ("PATCH", f"/v1/rules/{bridges}", {"name": "Piers"}),
        ("POST", "/v1/rules", {"name": "bridges", "topics": ["other"]}),
    ]
    for method, path, body in tried:
        assert f'"Above" ({above})' in api.expect(409, method, path, body)["detail"]
    api.expect(200, "PATCH", f"/v1/rules/{above}", {"query": f"rule:{bridges}"})
    api.expect(200, "PATCH", f"/v1/rules/{bridges}", {"name": "Piers", "enabled": False})
    api.expect(204, "DELETE", f"/v1/rules/{above}")
    api.expect(204, "DELETE", f"/v1/rules/{bridges}")


def test_a_rule_does_not_grow_beyond_what_its_users_bear(api: Api, bridges: str) -> None:
    api.expect(201, "POST", "/v1/rules", {"name": "In titles", "query": "title:rule:Bridges"})
    detail = api.expect(409, "PATCH", f"/v1/rules/{bridges}", {"query": "source:gazette"})["detail"]
    assert '"In titles"' in detail
    assert "fields of its own" in detail


def test_previews_and_explanations_know_saved_rules(api: Api, edges: Edges, bridges: str) -> None:
    feed = str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"])
    article = add_article(edges, feed, 1, "Harbour bridge opens")
    add_article(edges, feed, 2, "Harbour tunnel opens")
    previewed = api.expect(200, "POST", "/v1/rules/preview", {"rule": {"name": "Try", "query": "harbour rule:Bridges"}})
    assert [each["article"]["title"] for each in previewed["matches"]] == ["Harbour bridge opens"]
    assert [each["term"] for each in previewed["matches"][0]["evidence"]] == ["harbour", 'rule:"Bridges"']
    (missed,) = previewed["near_misses"]
    assert missed["parts"] == [{"part": "/query", "found": ["harbour"], "missing": ['rule:"Bridges"']}]
    assert api.get(f"/v1/articles/{article}/explain?rule={rule_id(api, 'Above')}")["matches"]
