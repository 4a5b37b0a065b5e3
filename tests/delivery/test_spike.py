"""What each kind of channel says of a spike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.delivery.mail_content import render_content
from service.delivery.message import MAX_BYTES, render_body
from service.delivery.out_feed import ToldAlert, render_atom, render_json_feed
from service.delivery.telling import tell, template_values
from service.domain.alerts import Alert
from service.domain.spikes import Later
from tests.delivery.builders import SPIKE, a_channel, a_delivery, a_digest, a_spike, alerted
from tests.delivery.test_chat import each_service, told
from tests.delivery.test_out_feed import HEAD
from tests.world import Receiver

NUMBERS = "14 independent outlets in an hour, 7 times the usual 2"
GROWN = "14 independent outlets in an hour, up from 7 when last told, 7 times the usual 2"
COMPARED = (
    "In the hour until Mon 2 Mar 2026, 12:55 CET, compared with the same hour of the last 8 Mondays. "
    "Sensitivity normal: a spike from 12 outlets on."
)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as started:
        yield started


def payload(alert: Alert) -> Any:
    return json.loads(render_body(a_delivery(a_channel(), alert)))


def test_a_webhook_has_the_numbers() -> None:
    said = payload(a_spike())
    assert (said["type"], said["data"]["update"]) == ("alert.created", None)
    assert said["data"]["spike"] == {
        "window": "hour", "sensitivity": "normal", "count": 14, "usual": 2.0, "times": 7.0, "least": 12, "told": None, "basis": "weeks",
        "periods": 8, "since": "2026-03-02T10:55:07Z", "until": "2026-03-02T11:55:07Z", "timezone": "Europe/Brussels", "later": None,
        "text": NUMBERS, "comparison": COMPARED,
    }  # fmt: skip
    assert [each["title"] for each in said["data"]["articles"]] == [alerted().title, "Kyiv signs the peace deal"]
    assert said["data"]["coverage"]["outlets"] == 4


def test_an_update_tells_that_it_has_grown() -> None:
    said = payload(a_spike(told=7))
    assert (said["type"], said["data"]["spike"]["told"], said["data"]["spike"]["text"]) == ("alert.updated", 7, GROWN)
    assert [(each["kind"], each["what"]) for each in said["data"]["update"]["news"]] == [("grew", "14")]


def test_the_largest_is_small_enough() -> None:
    wide = replace(a_spike(told=7), articles=(alerted(title="\U0001f525" * 1000, url="https://e.example/" + "é" * 900),) * 5)
    assert len(render_body(a_delivery(a_channel(), wide))) < MAX_BYTES


@pytest.mark.parametrize(
    ("alert", "head"),
    [pytest.param(a_spike(), f"Spike: {NUMBERS}", id="new"), pytest.param(a_spike(7), f"The spike grows: {GROWN}", id="grown")],
)
def test_a_mail(alert: Alert, head: str) -> None:
    mail = render_content(a_delivery(a_channel("email"), alert), None)
    assert mail.subject == f"{head} [NATO on the peace deal]"
    for part in (mail.text, mail.html):
        assert head in part
        assert COMPARED in part
        assert "Kyiv signs the" in part
        assert "Reported by 4 outlets (3 independent) in 2 languages (de, en)" in part
        assert "Outlet 3" in part
        assert "New in this story" not in part


@each_service
def test_a_chat_message_begins_with_the_numbers(kind: str, receiver: Receiver) -> None:
    text = told(receiver, kind, a_spike())[1].replace("\\", "").replace("\u2060", "")
    begins = [text.find(each) for each in (f"Spike: {NUMBERS}", "compared with the same hour of", "Kyiv signs", "Outlet 3", "Rule: NATO")]
    assert begins == sorted(begins), text
    assert 0 <= begins[0] < 6, "nothing but markup before it"


def test_a_template_may_say_the_numbers() -> None:
    values = template_values(tell(a_delivery(a_channel("slack"), a_spike())))
    assert (values["spike"], values["subject"], values["news"]) == (NUMBERS, f"Spike: {NUMBERS}", [])


def test_feeds_have_the_numbers() -> None:
    alerts = [ToldAlert(a_spike(), [a_spike(told=7)])]
    for feed in (render_atom(HEAD, alerts).decode(), json.dumps(json.loads(render_json_feed(HEAD, alerts)))):
        assert f"Spike: {NUMBERS}" in feed
        assert f"The spike grows: {GROWN}" in feed
        assert "compared with the same hour" in feed


def test_in_a_digest_it_is_said_what_it_is() -> None:
    digest = a_digest(a_spike())
    mail = render_content(a_delivery(a_channel("email"), digest=digest), None)
    dated = f"{NUMBERS} (until Mon 2 Mar 2026, 12:55 CET)"
    assert f"spike: {dated}" in mail.text
    assert tell(a_delivery(a_channel("slack"), digest=digest)).items[0].passages[0] == f"Spike: {dated}"
    assert json.loads(render_body(a_delivery(a_channel(), digest=digest)))["data"]["alerts"][0]["spike"]["count"] == SPIKE.count


@pytest.mark.parametrize(("count", "said"), [(3, "3"), (0, "none")])
def test_one_that_waited_says_how_it_stands_when_it_is_told(count: int, said: str) -> None:
    later = replace(a_spike(), spike=replace(SPIKE, later=Later(count, datetime(2026, 3, 2, 13, 0, tzinfo=UTC))))
    as_of = f"Mon 2 Mar 2026, 14:00 CET it was {said}"
    for part in (render_content(a_delivery(a_channel("email"), later), None).text, *tell(a_delivery(a_channel("slack"), later)).notes):
        assert f"{COMPARED} By {as_of} in an hour." in part
    digest = render_content(a_delivery(a_channel("email"), digest=a_digest(later)), None)
    assert f"12:55 CET; by {as_of})" in digest.text
    assert payload(later)["data"]["spike"]["later"] == {"count": count, "until": "2026-03-02T13:00:00Z"}
