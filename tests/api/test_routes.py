"""Rules whose channels have conditions, over the API and through the matching."""

from __future__ import annotations

from service.edges import Edges
from service.pipeline.match import Matcher
from tests.api.conftest import Api, World, add_article
from tests.conftest import Clock


def test_each_channel_gets_what_it_asks_for(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    hook = {"kind": "webhook", "name": "Phone", "settings": {"url": "https://hooks.example/phone"}}
    phone = api.expect(201, "POST", "/v1/channels", hook)["id"]
    channels = [world.channel, {"channel": phone, "only": {"title": True}}]
    changed = api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"channels": channels, "alerting": {"stories": "every_article"}})
    assert changed["rule"]["channels"][1]["only"]["title"] is True

    clock.advance(minutes=1)
    add_article(edges, world.feed, 2, "Harbour bridge closes again")
    add_article(edges, world.feed, 3, "Traffic news of today", summary="The harbour bridge is closed.")
    Matcher(edges).match_due(lambda: None)
    items = api.get("/v1/deliveries")["items"]
    assert sorted(each["channel"] for each in items) == sorted([world.channel] * 3 + [phone])


def test_a_condition_names_a_channel_as_a_plain_id_does(world: World, api: Api, neighbour: Api) -> None:
    entry = {"channel": world.channel, "only": {"least_score": 0.7}}
    refused = neighbour.expect(422, "POST", "/v1/rules", {"name": "Spy", "topics": ["bridge"], "channels": [entry]})
    assert [error["at"] for error in refused["errors"]] == ["/channels/0"]
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"channels": [entry]})
    assert '"Bridges"' in api.expect(409, "DELETE", f"/v1/channels/{world.channel}")["detail"]
