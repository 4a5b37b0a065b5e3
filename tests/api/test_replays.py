"""Channels in use again: enable, replay, and the reader who is asked first."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy

import pytest

from service.api.app import create_app
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from service.storage.audit import Caller
from tests.api.conftest import Api, World, make_key, workspace_id
from tests.conftest import Clock
from tests.world import Mailbox

SINCE = "2026-03-01T00:00:00Z"


def disable(world: World, api: Api, edges: Edges) -> None:
    by = Caller(api.workspace, "worker", edges.now(), edges.new_id("au"))
    edges.store.channels.disable_channel(world.channel, "it said 410", caller=by)


def test_what_a_channel_missed_is_sent_when_it_is_enabled(world: World, api: Api, edges: Edges) -> None:
    disable(world, api, edges)
    api.expect(200, "POST", f"/v1/channels/{world.channel}/enable?replay=true")
    assert api.get(f"/v1/deliveries/{world.delivery}")["state"] == "pending"


def test_all_that_failed_since_is_replayed(world: World, api: Api, edges: Edges) -> None:
    disable(world, api, edges)
    path = f"/v1/channels/{world.channel}/replay"
    assert "enable it first" in api.expect(409, "POST", path, {"since": SINCE})["detail"]
    api.expect(200, "POST", f"/v1/channels/{world.channel}/enable")
    assert api.expect(202, "POST", path, {"since": SINCE}) == {"replayed": 1}
    assert api.expect(202, "POST", path, {"since": SINCE}) == {"replayed": 0}
    assert api.get(f"/v1/deliveries/{world.delivery}")["tries"] == 0


@pytest.mark.parametrize("body", [{}, {"since": "yesterday"}, {"since": SINCE, "until": SINCE}, {"since": SINCE, "states": ["lost"]}])
def test_a_replay_that_makes_no_sense_is_refused(body: dict[str, object], world: World, api: Api) -> None:
    api.expect(422, "POST", f"/v1/channels/{world.channel}/replay", body)


def test_a_channel_is_put_in_order(world: World, api: Api) -> None:
    assert api.get(f"/v1/channels/{world.channel}")["ordered"] is False
    assert api.expect(200, "PATCH", f"/v1/channels/{world.channel}", {"ordered": True})["ordered"] is True


@pytest.fixture
def house(open_house: Callable[..., Edges]) -> Callable[[Mailbox], tuple[Edges, Api]]:
    """A house that vouches for one domain only, over a mailbox."""

    def open_(mailbox: Mailbox) -> tuple[Edges, Api]:
        edges = open_house(
            smtp_host=mailbox.host, smtp_port=mailbox.port, smtp_security="none",
            public_url="https://watch.example", mail_vouched="ours.example",
        )  # fmt: skip
        key = make_key(edges, "ours", "admin").secret
        return edges, Api(create_app(edges).test_client(), key, workspace_id(edges, "ours"))

    return open_


def mail_to(address: str) -> dict[str, object]:
    return {"kind": "email", "name": "Desk", "settings": {"to": address}}


def links_in(mailbox: Mailbox) -> list[str]:
    bodies = (message_from_bytes(mail.raw, policy=policy.default).get_body(("plain",)) for mail in mailbox.mails)
    return [link for body in bodies if body for link in re.findall(r"https://watch.example(/confirm/\S+)", body.get_content())]


def test_a_stranger_gets_one_question_and_nothing_else_before_the_answer(
    house: Callable[[Mailbox], tuple[Edges, Api]], clock: Clock
) -> None:
    with Mailbox() as mailbox:
        edges, api = house(mailbox)
        made = api.expect(201, "POST", "/v1/channels", mail_to("reader@elsewhere.example"))
        assert made["unconfirmed"] is True
        path = f"/v1/channels/{made['id']}"
        for action in ("test", "enable", "confirmation"):
            refused = api.expect(409, "POST", f"{path}/{action}")
            assert action == "confirmation" or f"POST {path}/confirmation sends another" in refused["detail"], action
        deliver_due(edges)
        (link,) = links_in(mailbox)
        assert (len(mailbox.mails), deliver_due(edges)) == (1, 0)
        assert b"List-Unsubscribe" not in mailbox.mails[0].raw

        assert api.client.get(link).status_code == 200
        assert api.get(path)["unconfirmed"] is True  # looking changes nothing
        assert api.client.post(link[:-1]).status_code == 404
        assert "Confirmed" in api.client.post(link).text
        assert (api.get(path)["unconfirmed"], api.get(path)["disabled_at"]) == (False, None)
        api.expect(202, "POST", f"{path}/test")
        deliver_due(edges)
        assert len(mailbox.mails) == 2


def test_another_address_is_asked_anew_and_the_old_link_is_worth_nothing(
    house: Callable[[Mailbox], tuple[Edges, Api]], clock: Clock
) -> None:
    with Mailbox() as mailbox:
        edges, api = house(mailbox)
        made = api.expect(201, "POST", "/v1/channels", mail_to("reader@elsewhere.example"))
        deliver_due(edges)
        clock.advance(hours=2)
        changed = api.expect(200, "PATCH", f"/v1/channels/{made['id']}", {"settings": {"to": "other@elsewhere.example"}})
        assert changed["unconfirmed"] is True
        deliver_due(edges)
        old, new = links_in(mailbox)
        assert api.client.post(old).status_code == 404
        assert api.client.post(new).status_code == 200
        clock.advance(hours=2)
        api.expect(409, "POST", f"/v1/channels/{made['id']}/confirmation")


def test_where_an_address_cannot_be_opened_the_link_to_it_does_not_work(
    house: Callable[[Mailbox], tuple[Edges, Api]], open_house: Callable[..., Edges]
) -> None:
    with Mailbox() as mailbox:
        edges, api = house(mailbox)
        api.expect(201, "POST", "/v1/channels", mail_to("reader@elsewhere.example"))
        deliver_due(edges)
        (link,) = links_in(mailbox)
    without_the_key = create_app(open_house(sealing_keys="77" * 32)).test_client()
    assert (without_the_key.get(link).status_code, without_the_key.post(link).status_code) == (404, 404)
    assert api.client.post(link).status_code == 200


def test_whom_the_operator_vouches_for_is_not_asked(house: Callable[[Mailbox], tuple[Edges, Api]]) -> None:
    with Mailbox() as mailbox:
        edges, api = house(mailbox)
        assert api.expect(201, "POST", "/v1/channels", mail_to("editor@ours.example"))["unconfirmed"] is False
        assert deliver_due(edges) == 0


def test_where_nobody_can_confirm_an_unknown_address_is_refused(open_house: Callable[..., Edges]) -> None:
    edges = open_house(smtp_host="127.0.0.1", mail_vouched="ours.example")
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, workspace_id(edges, "ours"))
    refused = api.expect(422, "POST", "/v1/channels", mail_to("reader@elsewhere.example"))
    assert [error["at"] for error in refused["errors"]] == ["/settings/to"]
