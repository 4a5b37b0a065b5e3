"""Times in messages, by the clocks of the workspace: what people read is in its zone, what programs read in UTC."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.delivery.mail_content import render_content
from service.delivery.message import render_body
from service.delivery.out_feed import ToldAlert, render_atom, render_json_feed
from service.delivery.telling import tell, template_values
from service.domain.digests import DigestKind
from tests.delivery.builders import CREATED, UTC_ZONE, a_channel, a_coverage, a_delivery, a_digest, alerted, an_alert, an_update
from tests.delivery.test_email import post, to_desk
from tests.delivery.test_notice_mail import CHANNEL, FEED
from tests.delivery.test_out_feed import HEAD, read
from tests.world import Mailbox

BRUSSELS, SAO_PAULO = ZoneInfo("Europe/Brussels"), ZoneInfo("America/Sao_Paulo")
UNDATED = replace(an_alert(alerted(published_at=None)), held=DigestKind.QUIET_HOURS, coverage=a_coverage("One", "Two", "Three"))
LATE = replace(an_update(), held=DigestKind.GROUP_WAIT)
EVERY: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "an alert": {"alert": UNDATED},
        "an update": {"alert": LATE},
        "a digest": {"digest": a_digest(UNDATED, LATE)},
        "a feed": {"notice": FEED},
        "a channel": {"channel_notice": CHANNEL},
    }
)


def mail(zone: ZoneInfo, **about: Any) -> str:
    """Both parts of it."""
    content = render_content(a_delivery(a_channel("email"), **about, zone=zone), None)
    return content.text + content.html


def chat(zone: ZoneInfo, **about: Any) -> str:
    return str(tell(a_delivery(a_channel("slack"), **about, zone=zone)))


def feeds(zone: ZoneInfo) -> list[str]:
    head, told = replace(HEAD, zone=zone), [ToldAlert(UNDATED, (LATE,))]
    return [read(render_atom(head, told)).entries[0].content[0].value, json.loads(render_json_feed(head, told))["items"][0]["content_html"]]


@pytest.mark.parametrize("about", EVERY.values(), ids=EVERY)
def test_no_time_is_left_in_utc(about: Mapping[str, Any]) -> None:
    assert mail(UTC_ZONE, **about).count("UTC") == mail(BRUSSELS, **about).count("CET") > 0
    assert chat(UTC_ZONE, **about).count("UTC") == chat(BRUSSELS, **about).count("CET")
    assert "UTC" not in mail(BRUSSELS, **about) + chat(BRUSSELS, **about)


def test_what_an_alert_says_of_times() -> None:
    first = "first by Outlet 0, 2 Mar 2026, 12:55 CET"
    for text in (mail(BRUSSELS, alert=UNDATED), chat(BRUSSELS, alert=UNDATED), *feeds(BRUSSELS)):
        for said in ("Matched 2 Mar 2026, 12:55 CET; held by quiet hours.", "seen 2 Mar 2026, 13:00 CET", first, "2 Mar 2026, 13:25 CET"):
            assert said in text
        assert "UTC" not in text


def test_a_digest_says_since_when() -> None:
    for text in (mail(SAO_PAULO, digest=a_digest(LATE)), chat(SAO_PAULO, digest=a_digest(LATE))):
        assert "1 alert since 1 Mar 2026, 08:55 UTC-3." in text


def test_templates_have_the_times_of_the_workspace() -> None:
    values = template_values(tell(a_delivery(a_channel("slack"), UNDATED, zone=BRUSSELS)))
    assert values["time"] == "seen 2 Mar 2026, 13:00 CET"
    assert [each["time"] for each in values["reports"]] == ["2 Mar 2026, 12:55 CET", "2 Mar 2026, 13:25 CET", "2 Mar 2026, 13:55 CET"]


@pytest.mark.parametrize("about", EVERY.values(), ids=EVERY)
def test_what_programs_read_is_the_same_everywhere(about: Mapping[str, Any]) -> None:
    here, there = (render_body(a_delivery(a_channel(), **about, zone=zone)) for zone in (UTC_ZONE, BRUSSELS))
    assert here == there


def test_a_mail_is_dated_in_utc() -> None:
    with Mailbox() as mailbox:
        post(mailbox, to_desk(an_alert(), zone=BRUSSELS))
    assert b"\r\nDate: Mon, 02 Mar 2026 11:55:07 +0000\r\n" in mailbox.mails[0].raw


def test_a_feed_of_alerts_is_dated_in_utc() -> None:
    head, told = replace(HEAD, zone=BRUSSELS), [ToldAlert(UNDATED, (LATE,))]
    [entry] = read(render_atom(head, told)).entries
    [item] = json.loads(render_json_feed(head, told))["items"]
    at = CREATED.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert {entry.published, entry.updated, item["date_published"], item["date_modified"]} == {at}
