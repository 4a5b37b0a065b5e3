"""What an actor goes by, and what a workspace says of it, over the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from service.edges import Edges
from tests.api.conftest import Api, add_article


def show(api: Api, name: str) -> Any:
    return api.get(f"/v1/actors?name={quote(name)}")


def say(api: Api, name: str, **said: list[str]) -> Any:
    return api.expect(200, "PUT", f"/v1/actors?name={quote(name)}", said)


def texts(forms: list[dict[str, Any]], **wanted: Any) -> list[str]:
    return [form["text"] for form in forms if wanted.items() <= form.items()]


def test_a_person_of_the_pack_goes_by_names_scripts_and_roles_with_their_days(api: Api) -> None:
    rutte = show(api, "Mark Rutte")
    assert (rutte["name"], rutte["id"], rutte["kind"]) == ("Mark Rutte", "person:mark-rutte", "person")
    assert "mark rutte*" in texts(rutte["forms"]["names"])
    assert "рютте" in texts(rutte["forms"]["scripts"])
    assert "ルッテ" in texts(rutte["forms"]["scripts"]), "no spaces in scripts that have none"
    assert "rutte" in texts(rutte["forms"]["surnames"])
    assert "marka rutte*" in texts(rutte["forms"]["inflections"])
    assert "nato chief" in texts(rutte["forms"]["roles"], since="2024-10-01", until=None)
    assert (rutte["aliases"], rutte["strikes"]) == ([], [])


def test_a_state_goes_by_its_people_seats_and_capitals_only_acronyms(api: Api) -> None:
    states = show(api, "US")
    assert states["id"] == "state:US"
    assert {"US", "U.S."} <= set(texts(states["forms"]["names"], capitals=True))
    assert "americans" in texts(states["forms"]["people"])
    assert "washington" in texts(states["forms"]["seats"])
    assert "south sudan*" in show(api, "Sudan")["hidden_in"]


def test_the_places_of_a_state_are_shown_apart_and_can_be_struck(api: Api) -> None:
    turkey = show(api, "Turkey")
    assert {"gaziantep*", "газиантеп*"} <= set(texts(turkey["forms"]["places"]))
    assert all(form["weight"] < 0.6 for form in turkey["forms"]["places"])
    assert "gaziantep*" not in texts(turkey["forms"]["names"]) + texts(turkey["forms"]["related"])
    struck = say(api, "Turkey", strikes=["gaziantep*"])
    assert "gaziantep*" in texts(struck["forms"]["places"], struck=True)


def test_a_name_typed_in_another_script_shows_the_person_of_the_pack(api: Api) -> None:
    ronaldo = show(api, "Криштиану Роналду")
    assert ronaldo["id"] == "person:cristiano-ronaldo"
    assert "cristiano ronaldo*" in texts(ronaldo["forms"]["names"])


def test_an_ambiguous_name_shows_the_context_it_needs(api: Api) -> None:
    jordan = show(api, "Jordan")
    assert "jordan" in texts(jordan["needs_context"])
    assert "queen rania" in texts(jordan["context"])
    assert "jordan" not in texts(jordan["forms"]["names"])


def test_a_name_in_no_pack_is_found_by_the_rules_of_names(api: Api) -> None:
    dupont = show(api, "Jeanne Dupont")
    assert (dupont["id"], dupont["kind"]) == (None, None)
    assert {"jeanne dupont*", "j dupont"} <= set(texts(dupont["forms"]["names"]))
    assert "dupont*" in texts(dupont["needs_context"])


def test_a_name_of_no_letter_goes_by_nothing(api: Api) -> None:
    nobody = show(api, "?")
    assert not any(nobody["forms"].values())


def test_what_the_workspace_says_is_shown_under_every_name_of_the_actor(api: Api, neighbour: Api) -> None:
    said = say(api, "Russia", aliases=["Muscovy"], strikes=["Kremlin", "moskw*"])
    assert said == show(api, "Russia")
    shown = show(api, "Russian Federation")
    assert (shown["aliases"], shown["strikes"]) == (["Muscovy"], ["Kremlin", "moskw*"])
    assert "muscovy" in texts(shown["forms"]["names"], weight=1.0, struck=False)
    assert set(texts(shown["forms"]["seats"], struck=True)) == {"kremlin", "moskw*"}
    assert show(neighbour, "Russia")["aliases"] == []


def test_saying_something_anew_replaces_it(api: Api) -> None:
    say(api, "Rutte", aliases=["The Dutchman"], strikes=["Rutte Street"])
    say(api, "Mark Rutte", strikes=["Rutte Sr"])
    [item] = api.get("/v1/actors")["items"]
    assert item == {"actor": "person:mark-rutte", "name": "Mark Rutte", "aliases": [], "strikes": ["Rutte Sr"]}


def test_what_was_said_can_be_taken_back_once(api: Api, neighbour: Api) -> None:
    say(api, "Jeanne Dupont", aliases=["The Boss"])
    neighbour.expect(404, "DELETE", "/v1/actors?name=Jeanne%20Dupont")
    api.expect(204, "DELETE", "/v1/actors?name=jeanne%20DUPONT")
    api.expect(404, "DELETE", "/v1/actors?name=Jeanne%20Dupont")
    assert api.get("/v1/actors")["items"] == []


def test_the_list_comes_in_pages_and_holds_nothing_of_others(api: Api, neighbour: Api) -> None:
    names = ["Ann Ames", "Bob Bell", "本" * 200]
    for name in names:
        say(api, name, aliases=["x"])
    shown: list[str] = []
    path: str | None = "/v1/actors?limit=1"
    while path:
        response = api.call("GET", path)
        assert response.json is not None
        shown += [each["name"] for each in response.json["items"]]
        link = response.headers.get("Link")
        path = link.split(";")[0].strip("<>") if link else None
    assert sorted(shown) == sorted(names)
    assert neighbour.get("/v1/actors")["items"] == []


def test_a_preview_takes_it_into_account_and_the_rule_stays_as_it_was_written(api: Api, edges: Edges) -> None:
    feed = str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"])
    add_article(edges, feed, 1, "The Dutchman speaks in Vilnius")
    add_article(edges, feed, 2, "Rutte Street closed for repairs")
    rule = {"name": "Rutte", "actors": ["Mark Rutte"]}
    stored = api.expect(201, "POST", "/v1/rules", rule)

    def matched() -> list[str]:
        shown = api.expect(200, "POST", "/v1/rules/preview", {"rule": rule})
        return [match["article"]["title"] for match in shown["matches"]]

    assert matched() == ["Rutte Street closed for repairs"]
    say(api, "Mark Rutte", aliases=["The Dutchman"], strikes=["Rutte Street"])
    assert matched() == ["The Dutchman speaks in Vilnius"]
    assert api.get(f"/v1/rules/{stored['id']}")["rule"] == stored["rule"]


def test_it_holds_in_the_query_of_a_preview_which_stays_as_it_was_written(api: Api, edges: Edges) -> None:
    feed = str(api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"])
    article = add_article(edges, feed, 1, "The Dutchman speaks in Vilnius")
    rule = {"name": "Rutte", "query": 'actor:"Mark Rutte"'}
    stored = api.expect(201, "POST", "/v1/rules", rule)
    say(api, "Rutte", aliases=["The Dutchman"])
    shown = api.expect(200, "POST", "/v1/rules/preview", {"rule": rule})
    assert [match["article"]["title"] for match in shown["matches"]] == ["The Dutchman speaks in Vilnius"]
    assert api.get(f"/v1/articles/{article}/explain?rule={stored['id']}")["matches"] is True
    assert api.get(f"/v1/rules/{stored['id']}")["rule"] == stored["rule"]


@pytest.mark.parametrize("said", [{"aliases": ["a b"] * 50}, {"strikes": [f"word {number}" for number in range(50)]}])
def test_as_many_as_are_allowed_are_taken(said: dict[str, list[str]], api: Api) -> None:
    say(api, "Jeanne Dupont", **said)
