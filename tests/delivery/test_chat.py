"""Chat services against a real receiver: what they are sent, and what their answers make of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.delivery import KINDS, FieldError, check_settings
from service.delivery.chat import fit
from service.domain.alerts import Alert
from service.domain.channel_notices import ChannelNotice, ChannelNoticeKind
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryError
from service.domain.digests import DigestKind
from service.domain.feed_notices import FeedNotice
from service.domain.feeds import FeedState
from tests.delivery.builders import (
    CREATED,
    NEWS,
    NOW,
    a_channel,
    a_delivery,
    a_digest,
    alerted,
    an_alert,
    an_update,
    send,
    some_settings,
    titled,
)
from tests.world import Received, Receiver, Reply

TOKEN = "123456:" + "t" * 35
KEY = "k" * 32
HOSTILE = [line for line in (Path(__file__).parents[1] / "data" / "hostile" / "chat_titles.txt").read_text().split("\n") if line]
Find = Callable[[Any], str]


def card_text(payload: Any) -> str:
    card = payload["attachments"][0]["content"]
    return "\n".join("".join(run["text"] for run in block["inlines"]) for block in card["body"])


SERVICES: Mapping[str, tuple[dict[str, str], str, Find]] = {
    "slack": ({"url": "{}"}, "/hook", lambda payload: payload["blocks"][0]["text"]["text"]),
    "teams": ({"url": "{}"}, "/hook", card_text),
    "discord": ({"url": "{}"}, "/hook", lambda payload: payload["content"]),
    "telegram": ({"server": "{}", "token": TOKEN, "chat_id": "-100"}, f"/hook/bot{TOKEN}/sendMessage", lambda payload: payload["text"]),
    "mattermost": ({"url": "{}", "channel": "desk"}, "/hook", lambda payload: payload["text"]),
    "ntfy": (
        {"server": "{}", "topic": "desk-7f3a", "token": "tk_1"},
        "/hook",
        lambda payload: payload["title"] + "\n" + payload["message"],
    ),
    "pagerduty": (
        {"server": "{}", "routing_key": KEY},
        "/hook/v2/enqueue",
        lambda payload: payload["payload"]["summary"] + "\n" + payload["payload"]["custom_details"]["message"],
    ),
}
LIMITS = {"slack": 3000, "teams": 7000, "discord": 2000, "telegram": 4096, "mattermost": 16_383, "ntfy": 4096, "pagerduty": 100_000}
each_service = pytest.mark.parametrize("kind", SERVICES)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


def channel_at(kind: str, url: str, **more: str) -> Channel:
    settings = {name: value.format(url) for name, value in SERVICES[kind][0].items()}
    return a_channel(kind, (), **settings, **more)


def told(
    receiver: Receiver, kind: str, alert: Alert | None, said: Mapping[str, Any] | None = None, **settings: str
) -> tuple[Any, str, Received]:
    send(a_delivery(channel_at(kind, receiver.url, **settings), alert, **(said or {})), some_settings())
    request = receiver.requests[-1]
    payload = json.loads(request.body)
    return payload, SERVICES[kind][2](payload), request


def test_every_kind_of_chat_is_tried_here() -> None:
    assert {*SERVICES} == {*KINDS} - {"webhook", "email", "apprise"}, "the last has its own tests"


@each_service
def test_an_alert_says_what_where_who_else_and_why(kind: str, receiver: Receiver) -> None:
    payload, text, request = told(receiver, kind, an_update())
    assert request.path == SERVICES[kind][1]
    assert request.headers["content-type"] == "application/json"
    plain = text.replace("\\", "").replace("\u2060", "")
    for said in ("NATO chief Rutte welcomes peace deal", "The Gazette", "2 Mar 2026", "Outlet 1", "Rutte lobt Friedensplan", "peace deal"):
        assert said in plain, said
    assert "NATO on the peace deal" in plain
    assert NEWS[0].what in plain
    assert "https://gazette.example/1" in json.dumps(payload)


@each_service
def test_every_attempt_sends_the_same_bytes(kind: str, receiver: Receiver) -> None:
    first = told(receiver, kind, an_update())[2].body
    assert told(receiver, kind, an_update())[2].body == first


@each_service
def test_a_test_and_a_feeds_notice_are_told(kind: str, receiver: Receiver) -> None:
    assert "channel works" in told(receiver, kind, None)[1]
    notice = FeedNotice(
        "fn_1", "ws_1", "fd_1", FeedState.FAILING, "HTTP 500 since noon", "https://gazette.example/feed", "The Gazette", CREATED
    )
    text = told(receiver, kind, None, {"notice": notice})[1].replace("\\", "")
    assert "The Gazette cannot be read" in text
    assert "HTTP 500 since noon" in text
    others = tuple(replace(notice, id=f"fn_{each}", title=f"Paper {each}") for each in range(2, 41))
    text = told(receiver, kind, None, {"notice": replace(notice, others=others)})[1].replace("\\", "")
    assert [each in text for each in ("40 feeds cannot be read", "Paper 2: HTTP 500 since noon", "Paper 40")] == [True, True, False]


@each_service
def test_a_digest_names_its_alerts_and_says_why_they_come_together(kind: str, receiver: Receiver) -> None:
    digest = a_digest(an_alert(titled("Bridge opens")), an_alert(titled("Bridge closes")), kind=DigestKind.QUIET_HOURS)
    text = told(receiver, kind, None, {"digest": digest})[1].replace("\\", "")
    assert [each in text for each in ("2 alerts", "Bridge opens", "Bridge closes", "held by quiet hours")] == [True] * 4
    assert "channel works" not in text
    assert text.index("held by quiet hours") < text.rindex("Bridge opens"), "what is last may be cut"


@pytest.mark.parametrize("kind", ["mattermost", "ntfy"])
def test_the_alerts_of_a_digest_stand_apart(kind: str, receiver: Receiver) -> None:
    digest = a_digest(an_alert(titled("Bridge opens")), an_alert(titled("Bridge closes")))
    lines = [line.strip() for line in told(receiver, kind, None, {"digest": digest})[1].split("\n")]
    second = next(number for number, line in enumerate(lines) if "Bridge closes" in line)
    assert lines[second - 1] == ""


@pytest.mark.parametrize("kind", ["ntfy", "teams", "pagerduty"])
def test_a_message_with_a_title_of_its_own_does_not_repeat_it(kind: str, receiver: Receiver) -> None:
    text = told(receiver, kind, an_alert())[1]
    assert text.count("NATO chief Rutte welcomes peace deal") == 1
    assert told(receiver, kind, an_alert(), subject="Look")[1].count("NATO chief Rutte welcomes peace deal") == 1


@each_service
def test_an_alert_that_was_held_says_when_it_matched_and_why_it_is_late(kind: str, receiver: Receiver) -> None:
    late = replace(an_alert(), held=DigestKind.QUIET_HOURS)
    text = told(receiver, kind, late)[1].replace("\\", "")
    assert "Matched 2 Mar 2026, 11:55 UTC; held by quiet hours." in text
    assert "held by" not in told(receiver, kind, an_alert())[1]


@pytest.mark.parametrize(
    ("headline", "written"),
    [
        pytest.param("Rutte: deal at 12:30", "Rutte: deal at 12:30", id="colons of prose stay"),
        pytest.param("a :smile: b", "a \\:smile: b", id="an emoji's name"),
        pytest.param("so:smile:", "so\\:smile:", id="one behind a word"),
        pytest.param("well :-)", "well \\:\\-\\)", id="a face"),
    ],
)
def test_mattermost_gets_a_colon_escaped_only_where_it_may_begin_an_emoji(headline: str, written: str, receiver: Receiver) -> None:
    assert f"**{written}**" in told(receiver, "mattermost", an_alert(titled(headline)))[1]


@each_service
def test_another_channel_that_was_disabled_is_told(kind: str, receiver: Receiver) -> None:
    notice = ChannelNotice("cn_1", ChannelNoticeKind.DISABLED, "ch_2", "webhook", "The desk", "HTTP 410", CREATED)
    text = told(receiver, kind, None, {"channel_notice": notice})[1].replace("\\", "")
    assert "The desk" in text
    assert "HTTP 410" in text


@each_service
@pytest.mark.parametrize("title", HOSTILE)
def test_a_headline_is_text_and_no_markup(kind: str, title: str, receiver: Receiver) -> None:
    payload, text, _request = told(receiver, kind, an_alert(titled(title)))
    if kind in ("slack", "telegram"):
        assert not any(f"<{bad}" in text for bad in ("!", "@", "script", "img", "https://evil"))
    if kind in ("discord", "mattermost"):
        assert not any(mark in text for mark in ("[click](", "](https://evil"))
    if kind == "discord":
        assert payload["allowed_mentions"] == {"parse": []}
    if kind == "mattermost":
        assert "@all" not in text
        assert "@channel" not in text


@each_service
def test_an_alert_of_many_long_articles_fits(kind: str, receiver: Receiver) -> None:
    many = [alerted(id=f"ar_{number}", title="<&*_" * 300, summary="𝄞 peace deal " * 400) for number in range(30)]
    payload, text, _request = told(receiver, kind, an_alert(*many))
    assert len(text.encode("utf-16-le")) // 2 <= LIMITS[kind]
    assert len(json.dumps(payload)) < 28_000 or kind not in ("teams",)
    if kind == "ntfy":
        assert len(payload["message"].encode()) <= 4096
    assert text.strip()


@each_service
def test_own_words_are_escaped_and_take_the_place_of_ours(kind: str, receiver: Receiver) -> None:
    body = "{{ title }} by {{ source }}\n{% for each in reports %}{{ each.source }}; {% endfor %}"
    _payload, text, _request = told(receiver, kind, an_update(), subject="On {{ rule }}", body=body)
    plain = text.replace("\\", "").replace("\u2060", "")
    assert "On NATO on the peace deal" in plain
    assert "NATO chief Rutte welcomes peace deal by The Gazette" in plain
    assert "Matched" not in plain


@each_service
def test_own_words_that_say_nothing_leave_ours(kind: str, receiver: Receiver) -> None:
    _payload, text, _request = told(receiver, kind, an_alert(), body="{% if more > 5 %}many{% endif %}")
    assert "The Gazette" in text


def test_what_is_special_of_each(receiver: Receiver) -> None:
    assert told(receiver, "ntfy", an_alert())[2].headers["authorization"] == "Bearer tk_1"
    assert told(receiver, "ntfy", an_alert(), priority="high")[0]["priority"] == 4
    created, updated = told(receiver, "pagerduty", an_alert())[0], told(receiver, "pagerduty", an_update())[0]
    assert created["dedup_key"] == updated["dedup_key"] == "al_1"
    assert told(receiver, "mattermost", an_alert())[0]["channel"] == "desk"
    assert told(receiver, "telegram", an_alert())[0]["parse_mode"] == "HTML"


@pytest.mark.parametrize(
    ("kind", "reply", "permanent", "gone", "wait"),
    [
        pytest.param("slack", Reply(500, b"rollup_error"), False, False, None, id="an error may pass"),
        pytest.param("slack", Reply(403, b"invalid_token"), False, False, None, id="a wrong token may be mended"),
        pytest.param("slack", Reply(400, b"invalid_blocks"), True, False, None, id="a message refused stays refused"),
        pytest.param("slack", Reply(404, b"no_service"), True, True, None, id="Slack: the webhook is gone"),
        pytest.param("slack", Reply(429, headers={"Retry-After": "30"}), False, False, timedelta(seconds=30), id="told to wait"),
        pytest.param("discord", Reply(404, b'{"code": 10015}'), True, True, None, id="Discord: the webhook is gone"),
        pytest.param("discord", Reply(404, b"[" * 3000), False, False, None, id="Discord: any other 404"),
        pytest.param("discord", Reply(429, b'{"retry_after": 1.5}'), False, False, timedelta(seconds=1.5), id="Discord: waits in the body"),
        pytest.param(
            "telegram", Reply(429, b'{"parameters": {"retry_after": 9}}'), False, False, timedelta(seconds=9), id="Telegram waits"
        ),
        pytest.param("telegram", Reply(429, b'{"parameters": {"retry_after": -1}}'), False, False, None, id="not a wait"),
        pytest.param("ntfy", Reply(302, headers={"Location": "/x"}), False, False, None, id="no redirect is followed"),
        pytest.param("teams", Reply(410), True, True, None, id="410 is the end"),
    ],
)
def test_what_an_answer_makes_of_it(kind: str, reply: Reply, permanent: bool, gone: bool, wait: timedelta | None) -> None:
    with Receiver(reply) as receiver, pytest.raises(DeliveryError) as caught:
        send(a_delivery(channel_at(kind, receiver.url), an_alert()), some_settings(), NOW)
    assert (caught.value.permanent, caught.value.gone, caught.value.retry_after) == (permanent, gone, wait)
    assert caught.value.status == reply.status
    assert len(receiver.requests) == 1


@each_service
def test_no_kind_reaches_a_private_address(kind: str, receiver: Receiver) -> None:
    before = len(receiver.requests)
    with pytest.raises(DeliveryError, match="not public"):
        send(a_delivery(channel_at(kind, receiver.url), an_alert()), some_settings(allowed_networks=()))
    assert len(receiver.requests) == before


@pytest.mark.parametrize(
    ("kind", "given", "at", "message"),
    [
        pytest.param(
            "slack", {"url": "https://example.com/services/T/B/x"}, "/url", "begins with https://hooks.slack.com/", id="not Slack"
        ),
        pytest.param("slack", {"url": "https://hooks.slack.com.evil.example/services"}, "/url", "no address of Slack", id="nearly Slack"),
        pytest.param("slack", {"url": "http://hooks.slack.com/services/T/B/x"}, "/url", "no address of Slack", id="not encrypted"),
        pytest.param("teams", {"url": "https://evil.example/logic.azure.com/x"}, "/url", "logic.azure.com", id="not Teams"),
        pytest.param("discord", {"url": "https://hooks.slack.com/services/T/B/x"}, "/url", "no address of Discord", id="not Discord"),
        pytest.param("telegram", {"token": "hush", "chat_id": "1"}, "/token", "written as it must be", id="no token"),
        pytest.param("telegram", {"token": TOKEN, "chat_id": "desk"}, "/chat_id", "written as it must be", id="no chat"),
        pytest.param("telegram", {"token": TOKEN, "chat_id": "1", "server": "http://10.0.0.1"}, "/server", "not public", id="private"),
        pytest.param("mattermost", {"url": "http://192.168.1.5/hooks/x"}, "/url", "not public", id="Mattermost at home"),
        pytest.param("ntfy", {"topic": "a b"}, "/topic", "written as it must be", id="no topic"),
        pytest.param("ntfy", {"topic": "desk", "priority": "urgent"}, "/priority", "'max'", id="no priority"),
        pytest.param("ntfy", {"topic": "desk", "server": "http://169.254.169.254"}, "/server", "not public", id="a metadata service"),
        pytest.param("pagerduty", {"routing_key": "short"}, "/routing_key", "written as it must be", id="no key"),
        pytest.param("pagerduty", {"routing_key": KEY, "server": "https://evil.example"}, "/server", "no address of PagerDuty", id="other"),
        pytest.param(
            "slack", {"url": "https://hooks.slack.com/x", "body": "a\n{{ titel }}"}, "/body", 'line 2: there is no "titel"', id="body"
        ),
    ],
)
def test_bad_settings_are_refused_with_the_place(kind: str, given: dict[str, str], at: str, message: str) -> None:
    errors = check_settings(KINDS[kind], given, some_settings(allowed_networks=()))
    assert isinstance(errors, list)
    [error] = errors
    assert isinstance(error, FieldError)
    assert (error.at, message in error.message) == (at, True), error
    assert "hush" not in error.message


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("slack", {"url": "https://hooks.slack.com/services/T0/B0/x"}),
        ("teams", {"url": "https://prod-12.westus.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x"}),
        ("discord", {"url": "https://discord.com/api/webhooks/1/x"}),
        ("telegram", {"token": TOKEN, "chat_id": "@desk"}),
        ("mattermost", {"url": "https://chat.example/hooks/x"}),
        ("ntfy", {"topic": "desk"}),
        ("pagerduty", {"routing_key": KEY, "server": "https://events.eu.pagerduty.com"}),
    ],
)
def test_good_settings_are_stored_as_given(kind: str, given: dict[str, str]) -> None:
    assert check_settings(KINDS[kind], given, some_settings(allowed_networks=())) == given


def test_lines_that_do_not_fit_are_left_out_whole() -> None:
    assert fit(["one", "two"], 20) == "one\ntwo"
    assert fit(["one", "x" * 50, "three"], 20) == "one\n…"
