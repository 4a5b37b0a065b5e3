"""Services by Apprise: where their messages go, what they say, and what the answers make of them."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery import KINDS, FieldError, check_settings, open_senders
from service.delivery.apprise_library import AppriseRefused, open_messenger
from service.delivery.apprise_services import SERVICES
from service.delivery.endpoints import endpoint_of
from service.delivery.secrecy import mask_settings
from service.domain.alerts import Alert
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryError
from service.outbound import Outbound
from tests.delivery.builders import KEY, NOW, a_channel, a_delivery, an_alert, an_update, send, some_settings, titled
from tests.world import Fault, Received, Receiver, Reply

HOSTILE = Path(__file__).parents[1] / "data" / "hostile"
TITLES = [line for line in (HOSTILE / "chat_titles.txt").read_text().split("\n") if line]
ODD_URLS = [line for line in (HOSTILE / "apprise_urls.txt").read_text().split("\n") if line]
URLS: Mapping[str, str] = {
    "pover": f"pover://{'u' * 30}@{'t' * 30}",
    "pbul": f"pbul://{'t' * 34}",
    "prowl": f"prowl://{'t' * 40}",
    "spush": "spush://token12",
    "psafers": f"psafers://{'t' * 20}",
    "gchat": "gchat://workspace/key12345/token12345",
    "webex": f"webex://{'t' * 80}/?mode=bot&to=Y2lzY29zcGFyazovL3VzL1JPT00vabc",
    "line": f"line://{'t' * 40}/U{'1' * 32}",
    "lark": f"lark://{'t' * 36}",
    "feishu": f"feishu://{'t' * 36}",
    "flock": f"flock://{'t' * 24}",
    "zoom": "zoom://hook12345/token12345",
    "squadcast": f"squadcast://{'t' * 40}?region=eu",
    "firehydrant": "firehydrant://token12345",
    "ilert": "ilert://token12345",
    "incidentio": "incidentio://01ABCDEF/token12345",
    "spike": f"spike://{'a' * 32}",
    "signl4": "signl4://token12345",
    "ifttt": "ifttt://token12345@news",
    "twilio": f"twilio://AC{'a' * 32}:{'b' * 32}@15551230000/15551230001",
}
TAKEN = {"psafers": b'{"status": 1, "success": "message transmitted"}'}  # who says in words that it took a message
SHORT = {"twilio"}
each_service = pytest.mark.parametrize("service", URLS)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


def channel_by(receiver: Receiver, url: str, **more: str) -> Channel:
    return a_channel("apprise", (), url=url, server=receiver.url, **more)


def told(receiver: Receiver, service: str, alert: Alert | None, **more: str) -> tuple[str, Received]:
    if service in TAKEN and not receiver.script:
        receiver.script.append(Reply(200, TAKEN[service]))
    send(a_delivery(channel_by(receiver, URLS[service], **more), alert), some_settings())
    request = receiver.requests[-1]
    body = request.body.decode()
    return (body.encode().decode("unicode_escape") if body.startswith("{") else unquote_plus(body)), request


def test_every_service_is_tried_here() -> None:
    assert URLS.keys() == SERVICES.keys()


@each_service
def test_an_alert_says_what_and_where(service: str, receiver: Receiver) -> None:
    text, request = told(receiver, service, an_update())
    assert "NATO chief Rutte welcomes peace deal" in text
    assert "https://gazette.example/1" in text
    assert ("Outlet 1" in text) is (service not in SHORT)
    assert request.path.startswith("/hook/")
    assert "caronc" not in text, "Apprise shows itself"


@each_service
def test_a_test_message_is_told(service: str, receiver: Receiver) -> None:
    assert "Wirewatch" in told(receiver, service, None)[0]


@each_service
def test_every_attempt_sends_the_same(service: str, receiver: Receiver) -> None:
    assert told(receiver, service, an_update())[1].body == told(receiver, service, an_update())[1].body


@each_service
def test_the_longest_message_fits(service: str, receiver: Receiver) -> None:
    told(receiver, service, an_alert(*(titled("𝄞 和平 peace deal " * 60) for _ in range(30))))
    assert len(receiver.requests[-1].body) < 20_000


@each_service
def test_messages_go_to_the_services_own_host_and_nowhere_else(service: str, monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    """Though the environment names a proxy, and the name leads to the machine itself."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, receiver.url)
    before, asked = len(receiver.requests), set()

    def look_up(host: str, port: int, *_: Any) -> list[Any]:
        asked.add((host, port))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]

    async def attempt() -> None:
        settings = some_settings(allowed_networks=())
        async with open_senders(Outbound((), "Wirewatch/test", look_up), settings, KEY) as senders:
            await senders["apprise"].send(a_delivery(a_channel("apprise", (), url=URLS[service]), an_alert()), NOW)

    with pytest.raises(DeliveryError, match="not public"):
        asyncio.run(attempt())
    assert asked
    assert asked <= {(host, 443) for host in SERVICES[service].host}
    assert len(receiver.requests) == before


PLACES = (
    "127.0.0.1",
    "evil.example",
    "evil.example:8443",
    "evil.example/",
    "//evil.example",
    "@evil.example",
    "evil.example#",
    "..%2f@x",
    "{}",
    "é",
)
NAMES = (
    "host",
    "url",
    "server",
    "api",
    "endpoint",
    "region",
    "domain",
    "mode",
    "to",
    "token",
    "key",
    "path",
    "port",
    "schema",
    "template",
    "from",
)


@given(st.sampled_from(sorted(URLS)), st.data())
def test_no_part_of_a_url_chooses_the_host(service: str, data: st.DataObject) -> None:
    pieces = re.split(r"(?<=[/@:?&=])|(?=[/@:?&=])", URLS[service].partition("://")[2])
    place = st.sampled_from(PLACES) | st.text(min_size=1, max_size=12)
    for at in data.draw(st.lists(st.integers(0, len(pieces) - 1), max_size=2)):
        pieces[at] = data.draw(place)
    more = "&".join(f"{name}={data.draw(place)}" for name in data.draw(st.lists(st.sampled_from(NAMES), max_size=3)))
    url = f"{service}://{''.join(pieces)}{'&' if '?' in URLS[service] else '?'}{more}"
    assert host_of(url) in {*SERVICES[service].host, "refused"}


def host_of(url: str) -> str:
    """Where a message goes; what Apprise would send elsewhere, and only we stop, counts as elsewhere."""
    try:
        return urlsplit(open_messenger(url).write("A title", "A body").url).netloc
    except AppriseRefused as refusal:
        return "elsewhere" if "another host" in str(refusal) else "refused"


# The hook stays as long as its process: so it is another one that notes what Apprise touches, once it is loaded.
WRITE_ALL = """
import sys
from service.delivery.apprise_library import open_messenger
from service.outbound import Response
touched = set()
def note(event, args):
    if event.startswith(("socket.", "open", "os.", "subprocess.", "urllib.", "ctypes.")):
        touched.add(f"{event} {args}")
urls = [line.strip() for line in sys.stdin]
for turn in "load", "write":
    for url in urls:
        messenger = open_messenger(url)
        messenger.write("A title", "A body")
        messenger.took("A title", "A body", Response(200, url, {}, b"{}", True))
    if turn == "load":
        sys.addaudithook(note)
print(sorted(touched))
"""


def test_apprise_touches_neither_the_network_nor_a_file() -> None:
    more = "template=/etc/passwd&attach=/etc/passwd&store=yes&config=/etc/passwd&image=yes"
    urls = [f"{url}{'&' if '?' in url else '?'}{more}" for url in URLS.values()]
    done = subprocess.run([sys.executable, "-c", WRITE_ALL], input="\n".join(urls), capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "[]\n"
    assert done.stderr == ""


def test_what_would_go_elsewhere_is_not_written() -> None:
    messenger = open_messenger(URLS["pover"])
    with pytest.raises(AppriseRefused, match="another host than that of Pushover"):
        replace(messenger, service=replace(messenger.service, host=("push.example",))).write("A title", "A body")


@pytest.mark.parametrize("url", ODD_URLS)
def test_any_other_url_is_refused_without_being_quoted(url: str) -> None:
    errors = check_settings(KINDS["apprise"], {"url": url}, some_settings())
    assert isinstance(errors, list)
    [error] = errors
    assert error.at == "/url"
    assert "evil" not in error.message


def test_several_recipients_are_refused() -> None:
    several = {"url": f"line://{'t' * 40}/U{'1' * 32}/U{'2' * 32}"}
    assert check_settings(KINDS["apprise"], several, some_settings()) == [
        FieldError("/url", "it must name one recipient, no more and no less; make a channel for each")
    ]


def test_good_settings_are_stored_as_given(receiver: Receiver) -> None:
    for url in URLS.values():
        assert check_settings(KINDS["apprise"], {"url": url}, some_settings(allowed_networks=())) == {"url": url}
    relayed = {"url": URLS["pover"], "server": receiver.url}
    assert check_settings(KINDS["apprise"], relayed, some_settings()) == relayed


@pytest.mark.parametrize("server", ["https://evil.example", "http://10.0.0.1", "http://localhost"])
def test_a_relay_must_be_where_the_operator_allows(server: str) -> None:
    errors = check_settings(KINDS["apprise"], {"url": URLS["pover"], "server": server}, some_settings())
    assert errors == [FieldError("/server", "no address in a network that the operator allows; leave it out")]


@pytest.mark.parametrize(
    ("service", "reply", "permanent", "gone", "wait", "said"),
    [
        pytest.param("pover", Reply(500, b"oops"), False, False, None, "HTTP 500: oops", id="an error may pass"),
        pytest.param("pover", Reply(400, b'{"status":0}'), True, False, None, "status", id="a message refused stays refused"),
        pytest.param("line", Reply(401, b"no token"), False, False, None, "no token", id="a wrong token may be mended"),
        pytest.param("zoom", Reply(404), False, False, None, "HTTP 404", id="so may an address"),
        pytest.param("gchat", Reply(410), True, True, None, "gone", id="410 is the end"),
        pytest.param("pbul", Reply(429, headers={"Retry-After": "30"}), False, False, timedelta(seconds=30), "429", id="told to wait"),
        pytest.param("spike", Reply(302, headers={"Location": "/x"}), False, False, None, "redirect", id="no redirect is followed"),
        pytest.param(
            "lark", Reply(200, b'{"code": 19001, "msg": "param invalid"}'), False, False, None, "param invalid", id="refused by 200"
        ),
    ],
)
def test_what_an_answer_makes_of_it(service: str, reply: Reply, permanent: bool, gone: bool, wait: timedelta | None, said: str) -> None:
    with Receiver(reply) as receiver, pytest.raises(DeliveryError) as caught:
        told(receiver, service, an_alert())
    assert (caught.value.permanent, caught.value.gone, caught.value.retry_after) == (permanent, gone, wait)
    assert (caught.value.status, said in caught.value.detail) == (reply.status, True), caught.value.detail
    assert len(receiver.requests) == 1


@each_service
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"[" * 4000, b'{"code": {}, "status": [], "messages": 1}', b"\xff\xfe{"])
def test_an_answer_that_makes_no_sense_loses_nothing(service: str, body: bytes) -> None:
    with Receiver(Reply(200, body)) as receiver:
        try:
            assert told(receiver, service, an_alert())[1].body
        except DeliveryError as error:
            kept = not error.permanent
        else:
            kept = True
    assert kept
    assert len(receiver.requests) == 1


def test_the_page_about_channels_names_every_service() -> None:
    page = (Path(__file__).parents[2] / "docs" / "channels.md").read_text()
    assert {*re.findall(r"`([a-z0-9]+)://[A-Z]", page)} == {*SERVICES}
    [shown] = re.findall(r'"kind": "apprise", .*"url": "(.+?)"', page)
    assert open_messenger(shown).service.label == "Pushover"


def test_what_the_service_says_to_a_good_message_is_told() -> None:
    with Receiver(Reply(200, b'{"status":1,"request":"5042"}')) as receiver:
        receipt = send(a_delivery(channel_by(receiver, URLS["pover"]), None), some_settings())
    assert (receipt.status, receipt.detail) == (200, 'HTTP 200: {"status":1,"request":"5042"}')


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.RESET])
def test_a_service_that_does_not_answer_is_tried_again(fault: Fault) -> None:
    with Receiver(fault) as receiver, pytest.raises(DeliveryError) as caught:
        send(a_delivery(channel_by(receiver, URLS["pover"]), an_alert()), some_settings(webhook_deadline=0.3))
    assert not caught.value.permanent


def test_an_endless_answer_is_cut() -> None:
    with Receiver(Fault.ENDLESS) as receiver:
        receipt = send(a_delivery(channel_by(receiver, URLS["pover"]), an_alert()), some_settings())
    assert len(receipt.detail) < 300


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("service", ["gchat", "lark", "feishu", "flock", "webex"])
def test_a_headline_is_text_and_no_markup(service: str, title: str, receiver: Receiver) -> None:
    text, request = told(receiver, service, an_alert(titled(title)))
    if service == "webex":
        assert b'"markdown"' not in request.body
    else:
        assert not re.search(r"<(?!/?flockml|/?b>|br/>)[!@a-z/]", text.partition('"sendAs"')[0]), text


def test_a_headline_is_taken_at_its_word(receiver: Receiver) -> None:
    """By Apprise, that is: no emojis, no escapes, no conversion."""
    assert ":smile: a\\\\tb {{ x }} &amp; *c*" in receiver_text(receiver, ":smile: a\\tb {{ x }} &amp; *c*")


def receiver_text(receiver: Receiver, title: str) -> str:
    send(
        a_delivery(channel_by(receiver, URLS["pbul"] + "?emojis=yes&format=html&overflow=split"), an_alert(titled(title))), some_settings()
    )
    return receiver.requests[-1].body.decode()


def test_own_words_take_the_place_of_ours(receiver: Receiver) -> None:
    text, _request = told(receiver, "pover", an_alert(), subject="On {{ rule }}", body="{{ title }} by {{ source }}")
    assert "On NATO on the peace deal" in text
    assert "NATO chief Rutte welcomes peace deal by The Gazette" in text
    assert "Matched" not in text
    short, _request = told(receiver, "twilio", an_alert(), body="{{ source }}!\nmore")
    assert "The Gazette!\nhttps://gazette.example/1" in short


def test_credentials_that_only_a_header_has_are_not_repeated() -> None:
    class Parrot(Receiver):
        async def _answer(self, request: Any) -> Any:
            self.script.append(Reply(403, f"refused: {request.headers['Authorization']}".encode()))
            return await super()._answer(request)

    with Parrot() as receiver, pytest.raises(DeliveryError) as caught:
        told(receiver, "twilio", an_alert())
    assert caught.value.detail == "HTTP 403: refused: Basic ***"


@pytest.mark.parametrize("service", ["pover", "gchat", "webex", "ifttt", "twilio"])
def test_a_part_of_the_url_is_blacked_out_where_the_service_quotes_it(service: str) -> None:
    secrets = [piece for piece in re.split(r"[:/@?&=]+", URLS[service])[1:] if len(piece) >= 8]
    with Receiver(Reply(403, f"who is {' '.join(secrets)}?".encode())) as receiver, pytest.raises(DeliveryError) as caught:
        told(receiver, service, an_alert())
    assert caught.value.detail == f"HTTP 403: who is {' '.join('***' for _ in secrets)}?"


def test_of_the_url_only_the_service_is_seen() -> None:
    for service, url in URLS.items():
        channel = a_channel("apprise", (), url=url)
        assert endpoint_of(channel) == service
        assert mask_settings(KINDS["apprise"].form, channel.settings) == {"url": f"{service}://***"}


def test_without_the_extra_nothing_is_made_and_what_is_there_waits(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    before = len(receiver.requests)
    monkeypatch.setitem(sys.modules, "apprise", None)  # as Python marks what cannot be imported
    [error] = check_settings(KINDS["apprise"], {"url": URLS["pover"]}, some_settings())
    assert isinstance(error, FieldError)
    assert "requirements/chat.lock" in error.message
    assert KINDS["apprise"].missing(some_settings()) == error.message
    with pytest.raises(DeliveryError, match="extra `chat`") as caught:
        told(receiver, "pover", an_alert())
    assert (caught.value.permanent, caught.value.ours, len(receiver.requests)) == (False, True, before)
