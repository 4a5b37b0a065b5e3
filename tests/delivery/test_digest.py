"""A digest as a webhook's payload and as a mail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from service.delivery.alert_links import LinkMaker
from service.delivery.digest_words import digest_subject
from service.delivery.mail_content import MAX_ENTRIES, render_content
from service.delivery.message import MAX_BYTES, render_body
from service.domain.digests import Digest, DigestKind
from tests.delivery.builders import (
    KEY,
    LEDE,
    NEWS,
    TITLE,
    a_channel,
    a_coverage,
    a_delivery,
    a_digest,
    alerted,
    an_alert,
    an_update,
    titled,
)
from tests.delivery.test_email import post as post_mail
from tests.delivery.test_email import to_desk
from tests.world import Mailbox

WIDE = "\U0001f4f0"  # twelve bytes in ASCII JSON
REPORTED = replace(an_alert(alerted()), coverage=a_coverage("One", "Two", "Three"))


def payload(digest: Digest) -> Any:
    body = render_body(a_delivery(a_channel(), digest=digest))
    assert len(body) < MAX_BYTES
    return json.loads(body)


def mail(digest: Digest) -> Any:
    return render_content(a_delivery(a_channel("email", (), to="desk@news.example"), digest=digest), "https://watch.example/stop")


def test_the_payload_of_a_digest() -> None:
    said = payload(a_digest(an_alert(), an_update(NEWS)))
    data = said["data"]
    assert (said["type"], data["id"], data["kind"], data["count"], data["truncated"]) == ("digest.created", "dg_1", "digest", 2, False)
    assert (data["rule"], data["since"]) == ({"id": "ru_1", "name": "NATO on the peace deal"}, "2026-03-01T11:55:07Z")
    first, second = data["alerts"]
    assert (first["update"], first["articles"][0]["title"]) == (None, TITLE)
    assert [each["kind"] for each in second["update"]["news"]] == [each.kind for each in NEWS]


def test_an_empty_digest_of_several_rules() -> None:
    data = payload(a_digest(rule=None, kind=DigestKind.BUDGET))["data"]
    assert (data["rule"], data["count"], data["alerts"], data["truncated"]) == (None, 0, [], False)


@pytest.mark.parametrize(
    ("alerts", "told", "evidence"),
    [
        pytest.param([an_alert()] * 9, 9, 3, id="nine fit with all they say"),
        pytest.param([an_alert()] * 24, 24, 0, id="evidence goes first"),
        pytest.param([an_alert()] * 200, 25, 0, id="then the later alerts"),
        pytest.param([an_alert(titled(WIDE * 100_000), rule_name=WIDE * 200)] * 30, 3, 0, id="megabytes of titles are cut"),
        pytest.param([an_alert(*[alerted()] * 60)], 1, 0, id="one alert with many articles"),
    ],
)
def test_what_does_not_fit_is_left_out_and_counted(alerts: list[Any], told: int, evidence: int) -> None:
    data = payload(a_digest(*alerts))["data"]
    assert (len(data["alerts"]), data["count"]) == (told, len(alerts))
    assert len(data["alerts"][0]["articles"][0]["evidence"]) == evidence
    assert data["truncated"] is (evidence == 0)


def test_a_mail_has_an_entry_for_each_alert() -> None:
    said = mail(a_digest(REPORTED, replace(an_update(NEWS), id="al_2")))
    assert said.subject == f"2 alerts: {TITLE} (+1 more) [NATO on the peace deal]"
    for text in (said.text, said.html):
        assert "2 alerts since 1 Mar 2026, 11:55 UTC." in text
        assert "Reported by 3 outlets" in text
        assert "Also in: Outlet 0, Outlet 1, Outlet 2" in text
        assert "new actor: Kim Jong Un" in text
        assert "https://watch.example/stop" in text
    assert "1. *NATO* chief Rutte welcomes *peace deal*" in said.text
    assert "Matched NATO, peace deal" in said.text
    assert '<mark style="background:#ffe68a' in said.html
    assert LEDE not in said.text, "an entry is short"


def test_each_entry_has_the_way_in_that_an_alert_has() -> None:
    way_in = re.compile(r'<a href="([^"]+)"[^>]*background:#0b6bcb[^>]*>Read the article</a>')
    alone = render_content(a_delivery(a_channel("email", (), to="desk@news.example"), REPORTED), None)
    [link] = way_in.findall(alone.html)
    unlinked = replace(an_alert(replace(alerted(), url=None)), id="al_2")
    assert way_in.findall(mail(a_digest(REPORTED, unlinked)).html) == [link], "one without a link has none"


def test_a_very_long_headline_is_cut_between_words_and_says_so() -> None:
    marked = alerted(title=TITLE + " and more" * 60)
    for article in (marked, replace(marked, passages=())):
        [shown] = re.findall(r"^1\. (.*)$", mail(a_digest(an_alert(article))).text, re.MULTILINE)
        assert re.fullmatch(r".*( and| more)…", shown), shown
    reported = replace(an_alert(marked), coverage=a_coverage("One", "Two" + " and more" * 60))
    told = render_content(a_delivery(a_channel("email", (), to="desk@news.example"), reported), None)
    assert re.search(r"^Two( and more)+( and)?…$", told.text, re.MULTILINE)


def test_each_entry_asks_whether_it_was_relevant() -> None:
    alerts = (REPORTED, replace(an_update(NEWS), id="al_2"))
    maker = LinkMaker("https://watch.example", "ch_1", KEY)
    delivery = a_delivery(a_channel("email", (), to="desk@news.example"), digest=a_digest(*alerts))
    said = render_content(delivery, None, links=maker.links_of)
    for each in alerts:
        ours = maker.links_of(each)
        for link in (ours.relevant, ours.not_relevant):
            assert link in said.text
            assert f'href="{link}"' in said.html
    assert "/mute/" not in said.text + said.html


def test_a_mail_that_says_that_there_is_nothing() -> None:
    said = mail(a_digest())
    assert said.subject == "Nothing new [NATO on the peace deal]"
    assert "Nothing new since" in said.text
    assert "Nothing that this rule watches" in said.html


def test_a_mail_about_several_rules_names_each() -> None:
    said = mail(a_digest(REPORTED, rule=None, kind=DigestKind.BUDGET))
    assert said.subject == f"1 alert: {TITLE}"
    assert "budget" in said.text
    assert "Rule: NATO on the peace deal" in said.text


@pytest.mark.parametrize("kind", list(DigestKind))
def test_a_mail_says_why_it_comes_together(kind: DigestKind) -> None:
    assert "1 alert since" in mail(a_digest(REPORTED, kind=kind)).text


def test_a_long_digest_is_cut_and_says_how_much_is_left() -> None:
    said = mail(a_digest(*[REPORTED] * (MAX_ENTRIES + 7)))
    assert "and 7 more alerts" in said.text
    assert said.html.count("Reported by") == MAX_ENTRIES


def test_a_digest_arrives_with_hostile_titles_escaped() -> None:
    hostile = titled("<script>alert(1)</script>\r\nBcc: all@news.example")
    with Mailbox() as mailbox:
        post_mail(mailbox, replace(to_desk(None), digest=a_digest(an_alert(hostile, rule_name="<b>"), rule=None)))
    (arrived,) = mailbox.mails
    assert b"<script>" not in arrived.raw.partition(b"text/html")[2]
    assert b"&lt;script&gt;" in arrived.raw.partition(b"text/html")[2]
    assert b"\nBcc:" not in arrived.raw


def test_a_digest_of_which_its_reader_has_muted_all_that_is_named_does_not_say_that_there_is_nothing() -> None:
    digest = replace(a_digest(an_alert()), count=3).without(["al_1"])
    assert (digest.count, digest.alerts) == (2, ())
    assert digest_subject(digest).startswith("2 alerts: ")
