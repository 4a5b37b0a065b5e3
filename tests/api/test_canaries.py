"""Canaries in every secret of every kind of channel: none is ever seen outside the messages themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from service.api.app import create_app
from service.delivery import KINDS
from service.delivery.secrecy import secret_settings
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from service.pipeline.match import Matcher
from service.storage.tables import metadata
from tests.api.conftest import Api, add_article, make_key
from tests.conftest import Clock
from tests.world import Mailbox, Receiver

CANARY = "canary7f3a"
KEY = CANARY + "k" * 22
SETTINGS: dict[str, dict[str, str]] = {
    "webhook": {"url": "{}?token=" + CANARY},
    "email": {"to": "desk@news.example"},
    "slack": {"url": "{}/services/" + CANARY},
    "teams": {"url": "{}/workflows/?sig=" + CANARY},
    "discord": {"url": "{}/webhooks/1/" + CANARY},
    "telegram": {"server": "{}", "token": "123456:" + KEY, "chat_id": "-100"},
    "mattermost": {"url": "{}/" + CANARY},
    "ntfy": {"server": "{}", "topic": CANARY, "token": "tk_" + CANARY},
    "pagerduty": {"server": "{}", "routing_key": KEY},
    "apprise": {"server": "{}", "url": f"twilio://AC{'a' * 32}:{CANARY}{'b' * 22}@15551230000/15551230001"},
}


class Parrot(Receiver):
    """Refuses everything, and quotes the whole request."""

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        said = f"{request.raw_path} {dict(request.headers)} {(await request.text())[:100]}"
        return web.Response(status=503, text=said, headers={"X-Said": CANARY})


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    started = Parrot()
    with started:
        yield started


def test_every_secret_setting_has_its_canary() -> None:
    assert SETTINGS.keys() == KINDS.keys()
    for kind, settings in SETTINGS.items():
        for name in secret_settings(KINDS[kind].form):
            assert CANARY in settings[name], (kind, name)


def test_no_canary_is_seen_anywhere(
    open_house: Callable[..., Edges], parrot: Parrot, clock: Clock, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    edges = open_house(smtp_host="127.0.0.1", smtp_port=1, smtp_password=CANARY, smtp_username="desk", smtp_security="none")
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
    seen = [*_talk(api, parrot.url)]
    deliver_due(edges)
    clock.advance(days=1)
    deliver_due(edges)
    seen += _look(api)
    seen += [str(row) for table in metadata.sorted_tables for row in _rows(edges, table)]
    seen += [path.read_bytes().decode("latin-1") for path in tmp_path.glob("house.db*")]
    captured = capfd.readouterr()
    seen += [captured.out, captured.err]
    assert captured.err.count("not delivered") + captured.out.count("not delivered") >= 2 * len(SETTINGS)
    for text in seen:
        assert CANARY not in text, text[max(0, text.find(CANARY) - 300) : text.find(CANARY) + 100]
    assert sum(text.count("***") for text in seen) > len(SETTINGS), "nothing was blacked out, so nothing was quoted"


class Echo(Receiver):
    """Refuses everything, and quotes the end of the message, where its link is."""

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        await super()._answer(request)
        return web.Response(status=503, text=(await request.text())[-240:])


def test_no_link_of_an_alert_is_seen_outside_its_messages(
    open_house: Callable[..., Edges], clock: Clock, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with Mailbox() as mailbox, Echo() as echo:
        edges = open_house(public_url="https://watch.example", smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="none")
        api = Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
        for kind, settings in (("webhook", {"url": echo.url}), ("email", {"to": "desk@news.example"})):
            api.expect(201, "POST", "/v1/channels", {"kind": kind, "name": kind, "settings": settings})
        feed = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"]
        api.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["harbour bridge"]})
        clock.advance(minutes=1)
        add_article(edges, feed, 1, "Harbour bridge opens")
        Matcher(edges).match_due(lambda: None)
        deliver_due(edges)
    parts = message_from_bytes(mailbox.mails[0].raw, policy=policy.default).walk()
    mail = "".join(str(part.get_content()) for part in parts if not part.is_multipart())
    links = {*re.findall(r"/((?:feedback|mute)/al_\w+\.ch_\w+\.[\w-]{43})", mail + echo.requests[0].body.decode())}
    assert len(links) == 3, "one for the webhook, two for the mail"
    seen = []
    for link in links:
        path = f"/{link}?relevant=no&what=rule"
        seen += [api.client.get(path).text, api.client.post(path, data={"relevant": "no", "answer": "mute"}).text]
    seen += _look(api)
    seen += [api.call("GET", path).text for path in ("/v1/feedback", "/v1/mutes", "/v1/alerts")]
    seen += [str(row) for table in metadata.sorted_tables for row in _rows(edges, table)]
    seen += [path.read_bytes().decode("latin-1") for path in tmp_path.glob("house.db*")]
    seen += [*capfd.readouterr()]
    for link in links:
        assert not any(link.rpartition(".")[2] in text for text in seen)
    assert any(".***" in text for text in seen), "nothing was blacked out, so nothing was quoted"


def _talk(api: Api, url: str) -> Iterator[str]:
    """Make a channel of each kind, well and badly, and everything else that can be done with it."""
    for kind, given in SETTINGS.items():
        settings = {name: value.format(url) for name, value in given.items()}
        made = api.call("POST", "/v1/channels", {"kind": kind, "name": kind, "settings": settings})
        assert made.status_code == 201, made.text
        path = f"/v1/channels/{made.json['id']}" if made.json else ""
        yield made.text.replace(str(made.json["secret"]), "") if made.json else ""
        yield api.call("POST", "/v1/channels", {"kind": kind, "name": kind, "settings": {**settings, "more": CANARY}}).text
        for name in settings:
            bad: dict[str, Any] = {**settings, name: f"\x00 {CANARY} http://user:{CANARY}@10.0.0.1/{CANARY}"}
            yield api.call("PATCH", path, {"settings": bad}).text
            yield api.call("PATCH", path, {"settings": {**settings, name: [CANARY]}}).text
        yield api.call("PATCH", path, {"settings": settings}).text
        yield api.call("POST", f"{path}/test").text
        yield api.call("POST", "/v1/channels/preview", {"channel": made.json["id"] if made.json else ""}).text


def _look(api: Api) -> Iterator[str]:
    for path in (
        "/v1/channels",
        "/v1/deliveries",
        "/v1/channel-kinds",
        "/metrics",
        "/readyz",
        "/healthz",
        "/openapi.json",
        "/v1/workspace",
    ):
        yield api.call("GET", path).text
    for noun in ("channels", "deliveries"):
        for each in api.get(f"/v1/{noun}")["items"]:
            yield api.call("GET", f"/v1/{noun}/{each['id']}").text


def _rows(edges: Edges, table: Any) -> list[Any]:
    with edges.store.database.read() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table)).all()]
