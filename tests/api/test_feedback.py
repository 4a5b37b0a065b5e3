"""Feedback by key: given, changed, read, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.edges import Edges
from service.storage.tables import audit
from tests.api.conftest import Api, World, make_key
from tests.conftest import Clock

OLD_NOTE = "another bridge"


def of_alert(api: Api, world: World) -> Any:
    return api.get(f"/v1/alerts/{world.alert}/feedback")


def give(api: Api, world: World, relevant: bool, note: str = "") -> Any:
    return api.expect(200, "PUT", f"/v1/alerts/{world.alert}/feedback", {"relevant": relevant, "note": note})


def audited(edges: Edges) -> list[tuple[str, str]]:
    """What was done to alerts and mutes, and by whom."""
    wanted = select(audit.c.action, audit.c.caller).where(audit.c.action.like("feedback.%") | audit.c.action.like("mute.%"))
    with edges.store.database.read() as connection:
        return [(row.action, row.caller) for row in connection.execute(wanted.order_by(audit.c.at, audit.c.action))]


def test_nothing_is_said_at_first(world: World, api: Api) -> None:
    assert of_alert(api, world) == {"relevant": None, "items": []}


def test_a_keys_last_word_counts(world: World, api: Api, clock: Clock, edges: Edges) -> None:
    first = give(api, world, relevant=False, note=OLD_NOTE)
    assert (first["alert"], first["rule"], first["via"], first["note"]) == (world.alert, world.rule, "key", OLD_NOTE)
    clock.advance(minutes=1)
    give(api, world, relevant=True)
    said = of_alert(api, world)
    assert said["relevant"] is True
    [word] = said["items"]
    assert (word["id"], word["note"], word["given_by"]) == (first["id"], "", api.key.split("_")[1])
    assert audited(edges) == [("feedback.give", word["given_by"])] * 2


def test_to_say_the_same_again_changes_nothing(world: World, api: Api, clock: Clock, edges: Edges) -> None:
    first = give(api, world, relevant=False)
    clock.advance(minutes=1)
    assert give(api, world, relevant=False) == first
    assert len(audited(edges)) == 1


def test_what_was_said_can_be_withdrawn_once(world: World, api: Api, clock: Clock, edges: Edges) -> None:
    give(api, world, relevant=False)
    clock.advance(minutes=1)
    api.expect(204, "DELETE", f"/v1/alerts/{world.alert}/feedback")
    assert of_alert(api, world)["items"] == []
    api.expect(404, "DELETE", f"/v1/alerts/{world.alert}/feedback")
    assert [action for action, _by in audited(edges)] == ["feedback.give", "feedback.withdraw"]


def test_each_key_has_its_own_word(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    other = Api(api.client, make_key(edges, "ours", "write").secret, api.workspace)
    give(api, world, relevant=False)
    clock.advance(minutes=1)
    give(other, world, relevant=True)
    said = of_alert(api, world)
    assert [each["relevant"] for each in said["items"]] == [True, False]
    metrics = api.call("GET", "/metrics").text
    assert all(f'wirewatch_feedback{{judged="{each}"}} 1.0' in metrics for each in ("relevant", "not_relevant"))
    assert said["relevant"] is True, "of a tie who spoke last decides"
    other.expect(204, "DELETE", f"/v1/alerts/{world.alert}/feedback")
    assert of_alert(api, world)["relevant"] is False


def test_feedback_is_listed_by_rule_and_by_what_it_says(world: World, api: Api, neighbour: Api) -> None:
    given = give(api, world, relevant=False)
    for query, items in (
        ("", [given]),
        (f"?rule={world.rule}", [given]),
        ("?rule=ru_other", []),
        ("?relevant=false", [given]),
        ("?relevant=true", []),
    ):
        assert api.get(f"/v1/feedback{query}")["items"] == items, query
    assert neighbour.get("/v1/feedback")["items"] == []


def test_a_deleted_rules_alerts_are_still_judged(world: World, api: Api) -> None:
    api.expect(204, "DELETE", f"/v1/rules/{world.rule}")
    assert give(api, world, relevant=False)["rule"] == world.rule


@pytest.mark.parametrize(
    ("body", "at"),
    [
        pytest.param({}, "/relevant", id="nothing"),
        pytest.param({"relevant": "no"}, "/relevant", id="a word for a truth"),
        pytest.param({"relevant": None}, "/relevant", id="null"),
        pytest.param({"relevant": True, "note": "x" * 501}, "/note", id="too long a note"),
        pytest.param({"relevant": True, "note": "a\nb"}, "/note", id="a note of two lines"),
        pytest.param({"relevant": True, "by": "me"}, "/by", id="an unknown field"),
    ],
)
def test_bad_feedback_is_refused(body: Any, at: str, world: World, api: Api) -> None:
    refused = api.expect(422, "PUT", f"/v1/alerts/{world.alert}/feedback", body)
    assert [error["at"] for error in refused["errors"]] == [at]
    assert of_alert(api, world)["items"] == []
