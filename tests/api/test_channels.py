"""Channels over the API: secrets are shown once, tests are deliveries."""

from __future__ import annotations

from datetime import timedelta

from service.edges import Edges
from service.storage.audit import Caller
from tests.api.conftest import Api, World
from tests.conftest import Clock

HOOK = {"kind": "webhook", "name": "Hook", "settings": {"url": "https://hooks.example/in?token=hush"}}


def test_a_webhooks_secret_is_shown_once(api: Api) -> None:
    made = api.expect(201, "POST", "/v1/channels", HOOK)
    assert made["secret"].startswith("whsec_")
    everywhere = [api.call("GET", "/v1/channels").text, api.call("GET", f"/v1/channels/{made['id']}").text]
    everywhere.append(api.call("PATCH", f"/v1/channels/{made['id']}", {"name": "Other"}).text)
    assert all(made["secret"] not in text and "hush" not in text for text in everywhere)


def test_the_query_of_a_url_is_never_shown_and_survives_being_sent_back(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/channels", HOOK)
    assert made["settings"] == {"url": "https://hooks.example/in?***"}
    api.expect(200, "PATCH", f"/v1/channels/{made['id']}", {"settings": made["settings"]})
    stored = edges.store.channels.find_channel(api.workspace, made["id"])
    assert stored is not None
    assert stored.settings == HOOK["settings"]


def test_a_rotated_secret_signs_beside_the_old_one_until_the_overlap_ends(api: Api, edges: Edges, clock: Clock) -> None:
    made = api.expect(201, "POST", "/v1/channels", HOOK)
    second = api.expect(200, "POST", f"/v1/channels/{made['id']}/rotate-secret", {"overlap": 2})["secret"]
    stored = edges.store.channels.find_channel(api.workspace, made["id"])
    assert stored is not None
    new, old = stored.secrets
    assert (new.value, new.retires_at) == (second, None)
    assert (old.value, old.retires_at) == (made["secret"], clock() + timedelta(hours=2))

    clock.advance(hours=3)
    third = api.expect(200, "POST", f"/v1/channels/{made['id']}/rotate-secret")["secret"]
    stored = edges.store.channels.find_channel(api.workspace, made["id"])
    assert stored is not None
    assert [secret.value for secret in stored.secrets] == [third, second]
    assert stored.secrets[1].retires_at == clock() + timedelta(hours=24)


def test_a_leaked_secret_can_be_retired_at_once(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/channels", HOOK)
    api.expect(200, "POST", f"/v1/channels/{made['id']}/rotate-secret", {"overlap": 0})
    stored = edges.store.channels.find_channel(api.workspace, made["id"])
    assert stored is not None
    assert len(stored.secrets) == 1


def test_a_test_message_is_a_delivery_to_look_at(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/channels", HOOK)
    delivery = api.expect(202, "POST", f"/v1/channels/{made['id']}/test")
    assert (delivery["state"], delivery["alert"]) == ("pending", None)
    assert api.get(f"/v1/deliveries/{delivery['id']}")["history"] == []
    [claimed] = edges.store.deliveries.outbox.claim(now=edges.now(), token="t", limit=9)
    assert claimed.id == delivery["id"]


def test_a_channel_that_a_rule_names_is_not_deleted(world: World, api: Api) -> None:
    problem = api.expect(409, "DELETE", f"/v1/channels/{world.channel}")
    assert '"Bridges"' in problem["detail"]
    assert world.rule in problem["detail"]
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"channels": []})
    api.expect(204, "DELETE", f"/v1/channels/{world.channel}")
    assert api.get(f"/v1/deliveries/{world.delivery}")["state"] == "cancelled"


def test_a_disabled_channel_is_enabled_again_and_what_it_missed_redelivered(world: World, api: Api, edges: Edges) -> None:
    by = Caller(api.workspace, "worker", edges.now(), edges.new_id("au"))
    edges.store.channels.disable_channel(world.channel, "it said 410", caller=by)
    assert api.get(f"/v1/channels/{world.channel}")["disabled_reason"] == "it said 410"
    assert api.get(f"/v1/deliveries/{world.delivery}")["state"] == "dead"
    for path in (f"/v1/channels/{world.channel}/test", f"/v1/deliveries/{world.delivery}/redeliver"):
        assert "enable it first" in api.expect(409, "POST", path)["detail"]

    assert api.expect(200, "POST", f"/v1/channels/{world.channel}/enable")["disabled_at"] is None
    revived = api.expect(202, "POST", f"/v1/deliveries/{world.delivery}/redeliver")
    assert (revived["id"], revived["state"], revived["tries"]) == (world.delivery, "pending", 0)
