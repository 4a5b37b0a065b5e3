"""What a screen reader makes of mails and feeds of alerts: headings to walk by, and the language that each text is read in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from service.delivery.mail_content import render_content
from service.delivery.out_feed import ToldAlert, render_json_feed
from service.domain.alerts import Alert, Passage
from service.domain.channel_notices import ChannelNoticeKind
from tests.delivery.builders import a_channel, a_delivery, a_digest, a_spike, alerted, an_alert, an_update, titled
from tests.delivery.test_notice_mail import CHANNEL, FEED
from tests.delivery.test_out_feed import HEAD

HEADLINE, LEDE = "Rutte lobt das Friedensabkommen", "Das Friedensabkommen sei ein Anfang."
GERMAN = replace(titled(HEADLINE), language="de", passages=(Passage("title", HEADLINE, ()), Passage("lede", LEDE, ((4, 20),))))


def page(alert: Alert | None = None, **about: Any) -> str:
    """The HTML of the mail."""
    return render_content(a_delivery(a_channel("email"), alert, **about), None, "https://watch.example/confirm/x").html


@pytest.mark.parametrize(
    ("html", "headings"),
    [
        pytest.param(page(an_alert(alerted(), alerted(id="ar_2"))), "122", id="an alert about two articles"),
        pytest.param(page(an_update()), "122", id="an update"),
        pytest.param(page(a_spike()), "1222", id="a spike"),
        pytest.param(page(digest=a_digest(an_alert(), an_alert())), "122", id="a digest"),
        pytest.param(page(digest=a_digest()), "1", id="an empty digest"),
        pytest.param(page(notice=FEED), "12", id="a feed"),
        pytest.param(page(channel_notice=CHANNEL), "12", id="a channel"),
        pytest.param(page(channel_notice=replace(CHANNEL, kind=ChannelNoticeKind.CONFIRM)), "1", id="a question"),
        pytest.param(page(), "12", id="a test"),
    ],
)
def test_a_mail_can_be_walked_by_its_headings(html: str, headings: str) -> None:
    assert "".join(re.findall(r"<h(\d) ", html)) == headings


@pytest.mark.parametrize("html", [page(an_alert(GERMAN)), page(digest=a_digest(an_alert(GERMAN)))])
def test_a_german_headline_is_read_as_german(html: str) -> None:
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert re.search(r'<h2 dir="auto" lang="de"[^>]*>.*Rutte lobt', html)


def test_so_are_what_it_says_and_who_reports_it_too() -> None:
    assert re.search(r'<div dir="auto" lang="de"[^>]*>Das <mark', page(an_alert(GERMAN)))
    assert '<bdi lang="de">Rutte lobt Friedensplan</bdi>' in page(an_update())


def test_what_nobody_can_tell_the_language_of_claims_none() -> None:
    assert re.findall(r'lang="(\w*)"', page(an_alert(alerted(language=None)))) == ["en"]


def test_a_feed_reader_is_told_the_language_too() -> None:
    html = render_json_feed(HEAD, [ToldAlert(an_alert(GERMAN), ())]).decode()
    assert '\\" lang=\\"de\\">Rutte lobt' in html
    assert '<p lang=\\"de\\">Das Friedensabkommen' in html
