"""Kinds of channel over the API: the forms, what is missing, previews with a real alert, and tests that tell what came of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest

from service.api.app import create_app
from service.delivery import KINDS
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from tests.api.conftest import Api, World, make_key
from tests.conftest import Clock
from tests.world import Receiver, Reply


def kinds(api: Api) -> dict[str, Any]:
    return {each["kind"]: each for each in api.get("/v1/channel-kinds")["items"]}


def test_every_kind_has_a_form_and_says_whether_it_can_be_used(api: Api) -> None:
    listed = kinds(api)
    assert listed.keys() == KINDS.keys()
    assert listed["slack"]["secret"] == ["url"]
    assert (listed["slack"]["available"], listed["slack"]["missing"]) == (True, None)
    assert listed["email"]["available"] is False
    assert "WIREWATCH_SMTP_HOST" in listed["email"]["missing"]
    assert [name for name, each in listed.items() if not each["templates"]] == ["webhook"]
    for each in listed.values():
        jsonschema_rs.validator_for(each["settings"])
        assert {name for name, field in each["settings"]["properties"].items() if field.get("writeOnly")} == {*each["secret"]}


def test_the_form_says_what_the_api_takes(api: Api) -> None:
    schema = jsonschema_rs.validator_for(kinds(api)["telegram"]["settings"])
    good = {"token": "123456:" + "t" * 35, "chat_id": "-100"}
    for settings in (good, {**good, "chat_id": "desk"}, {"chat_id": "1"}, {**good, "more": "x"}):
        status = api.call("POST", "/v1/channels", {"kind": "telegram", "name": "T", "settings": settings}).status_code
        assert schema.is_valid(settings) is (status == 201), settings


def test_a_preview_shows_a_real_alert(world: World, api: Api) -> None:
    shown = api.expect(200, "POST", "/v1/channels/preview", {"kind": "slack", "body": "*{{ rule }}* {{ title }}"})
    assert (shown["alert"], shown["subject"], shown["body"]) == (world.alert, None, "*Bridges* Harbour bridge opens")
    mail = api.expect(200, "POST", "/v1/channels/preview", {"kind": "email", "alert": world.alert, "subject": "[{{ rule }}]"})
    assert mail["subject"] == "[Bridges]"
    assert "*Harbour* *bridge* opens" in mail["body"]
    assert api.get("/v1/deliveries")["items"][0]["id"] == world.delivery, "nothing was sent"


def test_a_preview_has_the_times_of_the_workspace(world: World, api: Api) -> None:
    asked = {"kind": "slack", "body": "{{ time }}"}
    assert api.expect(200, "POST", "/v1/channels/preview", asked)["body"] == "seen 2 Mar 2026, 09:01 UTC"
    api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"timezone": "Europe/Brussels"}})
    assert api.expect(200, "POST", "/v1/channels/preview", asked)["body"] == "seen 2 Mar 2026, 10:01 CET"


def test_a_preview_of_a_channel_has_its_templates(world: World, api: Api) -> None:
    hook = {"url": "https://discord.com/api/webhooks/1/x", "body": "{{ title }}!"}
    channel = api.expect(201, "POST", "/v1/channels", {"kind": "discord", "name": "D", "settings": hook})["id"]
    assert api.expect(200, "POST", "/v1/channels/preview", {"channel": channel})["body"] == "Harbour bridge opens!"
    assert api.expect(200, "POST", "/v1/channels/preview", {"channel": channel, "body": "{{ rule }}"})["body"] == "Bridges"


@pytest.mark.parametrize(
    ("status", "body", "detail"),
    [
        (422, {"kind": "slack", "body": "a\n{{ x }}"}, "line 2"),
        (422, {"kind": "fax"}, "unknown"),
        (422, {}, "name a channel or a kind"),
        (409, {"kind": "webhook"}, "has no templates"),
        (404, {"kind": "slack", "alert": "al_0"}, "no such alert"),
        (404, {"channel": "ch_0"}, "no such channel"),
        (404, {"kind": "slack", "update": 3}, "no such update"),
    ],
)
def test_a_preview_that_cannot_be_shown_says_why(world: World, api: Api, status: int, body: dict[str, Any], detail: str) -> None:
    assert detail in api.call("POST", "/v1/channels/preview", body).text
    api.expect(status, "POST", "/v1/channels/preview", body)


def test_a_preview_needs_an_alert(api: Api) -> None:
    assert "no alert yet" in api.expect(409, "POST", "/v1/channels/preview", {"kind": "slack"})["detail"]


def test_a_preview_never_shows_a_neighbours_alert(world: World, neighbour: Api) -> None:
    neighbour.expect(404, "POST", "/v1/channels/preview", {"kind": "slack", "alert": world.alert})
    neighbour.expect(409, "POST", "/v1/channels/preview", {"kind": "slack"})


def test_a_test_tells_what_the_other_side_said(api: Api, edges: Edges) -> None:
    """A worker of the test's own delivers as soon as the message is there, as the real ones do."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            deliver_due(edges)

    with Receiver(Reply(404, b"no_team")) as receiver:
        hook = {"kind": "slack", "name": "S", "settings": {"url": receiver.url}}
        channel = api.expect(201, "POST", "/v1/channels", hook)["id"]
        worker = threading.Thread(target=work)
        worker.start()
        try:
            told = api.expect(202, "POST", f"/v1/channels/{channel}/test?wait=20")
        finally:
            done.set()
            worker.join()
    assert (told["attempts"], told["state"]) == (1, "dead")
    assert [each["status"] for each in told["history"]] == [404]


def test_a_test_that_nobody_has_sent_yet_is_told_as_such(api: Api) -> None:
    hook = {"kind": "discord", "name": "D", "settings": {"url": "https://discord.com/api/webhooks/1/x"}}
    channel = api.expect(201, "POST", "/v1/channels", hook)["id"]
    told = api.expect(202, "POST", f"/v1/channels/{channel}/test?wait=0.01")
    assert (told["state"], told["history"]) == ("pending", [])
    assert api.expect(422, "POST", f"/v1/channels/{channel}/test?wait=3600")["errors"][0]["at"] == "query/wait"


def test_e_mail_is_available_where_a_server_is_set(open_house: Callable[..., Edges]) -> None:
    edges = open_house(smtp_host="127.0.0.1")
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "read").secret, "")
    assert kinds(api)["email"]["available"] is True


def test_a_channel_outlives_the_extra_that_it_needs(
    open_house: Callable[..., Edges], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    edges = open_house()
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
    with Receiver() as receiver:
        settings = {"url": f"pover://{'u' * 30}@{'t' * 30}", "server": receiver.url}
        wanted = {"kind": "apprise", "name": "Phone", "settings": settings}
        channel = api.expect(201, "POST", "/v1/channels", wanted)
        delivery = api.expect(202, "POST", f"/v1/channels/{channel['id']}/test")["id"]
        with monkeypatch.context() as bare:
            bare.setitem(sys.modules, "apprise", None)  # as Python marks what cannot be imported
            assert "requirements/chat.lock" in kinds(api)["apprise"]["missing"]
            assert "requirements/chat.lock" in api.expect(422, "POST", "/v1/channels", wanted)["errors"][0]["message"]
            deliver_due(edges)
            waits = api.get(f"/v1/deliveries/{delivery}")
            assert (waits["state"], "extra `chat`" in waits["detail"]) == ("pending", True)
        clock.advance(hours=1)
        deliver_due(edges)
        assert api.get(f"/v1/deliveries/{delivery}")["state"] == "sent"
    assert channel["settings"]["url"] == "pover://***"
    assert len(receiver.requests) == 1
