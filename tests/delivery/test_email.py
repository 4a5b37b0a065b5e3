"""E-mail against a real mail server, good and bad."""

from __future__ import annotations

import json
import re
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from service.delivery.alert_links import LinkMaker
from service.delivery.smtp import MailPool, MailServer
from service.delivery.unsubscribe import unsubscribe_url
from service.domain.alerts import Alert
from service.domain.deliveries import DeliveryError, DeliveryToSend
from service.domain.developments import Development, News
from service.domain.digests import DigestKind
from service.domain.ids import delivery_id
from tests.delivery.builders import (
    CREATED,
    KEY,
    a_channel,
    a_coverage,
    a_delivery,
    alerted,
    an_alert,
    an_update,
    send,
    some_settings,
    titled,
)
from tests.world import CERTIFICATE, Fault, Mailbox

TITLES = json.loads((Path(__file__).parent.parent / "data" / "mail" / "hostile_titles.json").read_text())
PLAIN = ["From", "To", "Date", "Message-ID", "Auto-Submitted", "Subject", "MIME-Version", "Content-Type"]
LINKS = LinkMaker("https://watch.example", "ch_1", KEY)
WITH_LINK = [*PLAIN[:5], "List-Unsubscribe", "List-Unsubscribe-Post", *PLAIN[5:]]


def to_desk(alert: Alert | None, to: str = "desk@news.example", **changes: Any) -> DeliveryToSend:
    return a_delivery(a_channel("email", (), to=to), alert, **changes)


def post(mailbox: Mailbox, delivery: DeliveryToSend, **changes: Any) -> str:
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "smtp_security": "none",
        "mail_from": "Wirewatch <alerts@watch.example>",
    }
    return send(delivery, some_settings(**{**settings, **changes})).detail


def arrived(alert: Alert | None, **changes: Any) -> EmailMessage:
    """The one mail of one delivery, as an independent reader sees it."""
    with Mailbox() as mailbox:
        post(mailbox, to_desk(alert), **changes)
    (mail,) = mailbox.mails
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail.raw)
    message = message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, subtype: str) -> str:
    found = message.get_body((subtype,))
    assert found is not None
    return str(found.get_content())


def failure(mailbox: Mailbox, delivery: DeliveryToSend | None = None, **changes: Any) -> DeliveryError:
    with mailbox, pytest.raises(DeliveryError) as caught:
        post(mailbox, delivery or to_desk(an_alert()), **changes)
    return caught.value


def test_an_alert_arrives_in_text_and_html() -> None:
    message = arrived(an_alert(), public_url="https://watch.example")
    assert message.keys() == WITH_LINK
    assert message["Subject"] == "NATO chief Rutte welcomes peace deal [NATO on the peace deal]"
    assert (message["From"], message["To"]) == ("Wirewatch <alerts@watch.example>", "desk@news.example")
    assert message["Message-ID"] == "<dl_1@watch.example>"
    assert message["Date"].datetime == CREATED
    assert message["Auto-Submitted"] == "auto-generated"
    link = unsubscribe_url("https://watch.example", "ch_1", KEY)
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (f"<{link}>", "List-Unsubscribe=One-Click")
    text, html = part(message, "plain"), part(message, "html")
    for said in ("https://gazette.example/1", "The Gazette", "NATO on the peace deal", link):
        assert said in text
        assert said in html
    assert "*NATO* chief Rutte welcomes *peace deal*" in text
    assert re.search(r"<mark [^>]*>NATO</mark> chief Rutte welcomes <mark [^>]*>peace deal</mark>", html)
    assert "Matched NATO, peace deal" in text


def test_an_update_says_what_is_new_and_who_reports_it_below_the_first_mail() -> None:
    message = arrived(an_update())
    assert message.keys() == [*PLAIN[:5], "In-Reply-To", "References", *PLAIN[5:]]
    assert message["In-Reply-To"] == message["References"] == f"<{delivery_id('al_1', 'ch_1')}@watch.example>"
    assert message["Subject"].startswith("Update: new actor: Kim Jong Un, 10 outlets report it")
    assert message["Subject"].endswith("[NATO on the peace deal]")
    text, html = part(message, "plain"), part(message, "html")
    coverage = "Reported by 3 outlets in 2 languages (de, en), first by Outlet 0, 2 Mar 2026, 11:55 UTC; spread in 60 minutes"
    for said in ("New in this story", "new actor: Kim Jong Un", "back after 26 hours", coverage, "Rutte lobt Friedensplan", "Outlet 2"):
        assert said in text
        assert said in html


def test_an_alert_that_was_held_says_when_it_matched_and_why_it_is_late() -> None:
    message = arrived(replace(an_alert(), held=DigestKind.GROUP_WAIT))
    for subtype in ("plain", "html"):
        assert "Matched 2 Mar 2026, 11:55 UTC; waited for others of this rule." in part(message, subtype)
        assert "waited for others" not in part(arrived(an_alert()), subtype)


def test_a_server_that_says_nothing_is_given_up() -> None:
    with Mailbox({"MAIL": [Fault.HANG]}) as mailbox, pytest.raises(DeliveryError, match="did not answer in time") as caught:
        MailPool(MailServer(mailbox.host, mailbox.port, "none", None, None, timeout=0.3)).submit("a@watch.example", "b@news.example", b"")
    assert (caught.value.permanent, caught.value.ours) == (False, True)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_broken_tls_is_no_reason_to_speak_in_plain_text(tls: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_speak_nonsense, args=(server,), daemon=True).start()
        with pytest.raises(DeliveryError, match="no secure connection") as caught:
            MailPool(MailServer("127.0.0.1", server.getsockname()[1], tls, None, None, timeout=5)).submit(
                "a@watch.example", "b@x.example", b""
            )
    assert (caught.value.permanent, caught.value.ours) == (False, True)


def _speak_nonsense(server: socket.socket) -> None:
    """Offer TLS, and answer its first word with anything."""
    connection, _ = server.accept()
    with connection, suppress(OSError):
        for answer in (b"220 x\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go on\r\n", b"what do you mean?\r\n" * 20):
            connection.sendall(answer)
            connection.recv(1000)


def test_an_update_with_hostile_headlines_of_many_outlets() -> None:
    titles = [each["title"] * each.get("times", 1) for each in TITLES]
    message = arrived(an_update(tuple(News(Development.CORRECTION, title) for title in titles), a_coverage(*titles)))
    assert message["Subject"].startswith("Update: correction:")
    assert len(message["Subject"]) <= 150
    assert "more outlets" in part(message, "plain")
    html = _Tags(part(message, "html"))
    assert html.tags <= _Tags(part(arrived(an_update()), "html")).tags
    assert all(link is None or link.startswith("https://") for link in html.links)


def test_an_alert_that_one_outlet_has_shows_no_coverage() -> None:
    assert "Reported by" not in part(arrived(an_alert(story=True)), "plain")


def test_without_a_public_url_there_is_no_unsubscribe_link() -> None:
    message = arrived(an_alert())
    assert message.keys() == PLAIN
    for part_of in ("plain", "html"):
        assert "Stop these mails" not in part(message, part_of)
        assert "relevant?" not in part(message, part_of)


def test_a_mail_has_links_to_give_feedback_and_to_mute() -> None:
    alert = an_alert(story=True)
    message = arrived(alert, public_url="https://watch.example")
    ours = LINKS.links_of(alert)
    for link in (ours.relevant, ours.not_relevant, ours.mute_rule, ours.mute_story):
        assert link is not None
        assert f": {link}\n" in part(message, "plain").replace("\r\n", "\n")
        assert f'href="{link}"' in part(message, "html")


def test_an_alert_without_a_story_has_no_link_to_mute_it() -> None:
    message = arrived(an_alert(), public_url="https://watch.example")
    assert "Mute this rule" in part(message, "html")
    assert "Mute this story" not in part(message, "html") + part(message, "plain")


def test_a_test_message_asks_nothing() -> None:
    message = arrived(None, public_url="https://watch.example")
    assert "relevant?" not in part(message, "html") + part(message, "plain")


def test_a_test_message_arrives() -> None:
    message = arrived(None)
    assert message["Subject"] == "Wirewatch: this channel works"
    assert "This channel works" in part(message, "plain")


def test_several_articles_are_one_mail() -> None:
    message = arrived(an_alert(*[alerted()] * 22))
    assert message["Subject"] == "NATO chief Rutte welcomes peace deal (+21 more) [NATO on the peace deal]"
    assert "and 2 more articles" in part(message, "plain")


def test_a_mail_without_a_safe_link_still_arrives() -> None:
    message = arrived(an_alert(alerted(url="javascript:alert(1)")))
    assert "javascript:" not in part(message, "html") + part(message, "plain")


class _Tags(HTMLParser):
    """The tags and link targets that a reader of the HTML would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str | None] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links |= {value for name, value in attrs if name in ("href", "src")}
        assert not any(name.startswith("on") for name, _ in attrs)


@pytest.mark.parametrize("hostile", [pytest.param(each, id=each["id"]) for each in TITLES])
def test_a_hostile_title_makes_a_plain_mail(hostile: dict[str, Any]) -> None:
    title = hostile["title"] * hostile.get("times", 1)
    message = arrived(an_alert(titled(title), rule_name=title or "rule"), public_url="https://watch.example")
    assert message.keys() == WITH_LINK
    assert message["Subject"].strip()
    assert len(message["Subject"]) <= 150
    html = part(message, "html")
    shown = _Tags(html)
    assert not shown.tags & {"script", "img", "iframe", "object", "form"}
    ours = LINKS.links_of(an_alert())
    assert shown.links == {
        "https://gazette.example/1",
        *(ours.relevant, ours.not_relevant, ours.mute_rule),
        unsubscribe_url("https://watch.example", "ch_1", KEY),
    }
    invisible = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
    assert not invisible.search(html + part(message, "plain"))


@pytest.mark.parametrize(
    ("mailbox", "permanent", "status"),
    [
        pytest.param(Mailbox({"RCPT": ["451 4.7.1 greylisted"]}), False, 451, id="greylisted"),
        pytest.param(Mailbox({"RCPT": ["452 4.2.2 mailbox full"]}), False, 452, id="mailbox full"),
        pytest.param(Mailbox({"MAIL": ["421 4.3.2 shutting down"]}), False, 421, id="shutting down"),
        pytest.param(Mailbox({"MAIL": ["550 5.7.1 sender rejected"]}), False, 550, id="our sender is the operator's to mend"),
        pytest.param(Mailbox({"MAIL": ["552 5.3.4 too big"]}), True, 552, id="too big, said at once"),
        pytest.param(Mailbox({"RCPT": ["550 5.1.1 no such user"]}), True, 550, id="no such user"),
        pytest.param(Mailbox({"RCPT": ["530 5.7.0 authentication required"]}), False, 530, id="login wanted"),
        pytest.param(Mailbox({"DATA": ["552 5.3.4 too big"]}), True, 552, id="too big"),
        pytest.param(Mailbox({"DATA": ["554 5.7.1 spam"]}), True, 554, id="refused as spam"),
        pytest.param(Mailbox({"DATA": ["451 4.3.0 try later"]}), False, 451, id="try later"),
        pytest.param(Mailbox({"DATA": [Fault.DROP]}), False, None, id="closed before the answer"),
        pytest.param(Mailbox({"MAIL": [Fault.DROP]}), False, None, id="closed in the middle"),
    ],
)
def test_a_refusal(mailbox: Mailbox, permanent: bool, status: int | None) -> None:
    error = failure(mailbox)
    assert (error.permanent, error.gone, error.status) == (permanent, False, status)
    assert "mail server" in error.detail


def test_after_a_lost_answer_the_same_mail_comes_again() -> None:
    with Mailbox({"DATA": [Fault.DROP]}) as mailbox:
        with pytest.raises(DeliveryError):
            post(mailbox, to_desk(an_alert()))
        assert post(mailbox, to_desk(an_alert(), tries=1, number=1)) == "250 OK"
    first, second = mailbox.mails
    assert first == second


def test_an_international_address() -> None:
    with Mailbox() as mailbox:
        post(mailbox, to_desk(an_alert(), to="почта@пример.example"))
    (mail,) = mailbox.mails
    assert mail.recipients == ("почта@xn--e1afmkfd.example",)
    assert "\r\nTo: почта@xn--e1afmkfd.example\r\n".encode() in mail.raw


def test_an_international_address_at_a_server_that_takes_none() -> None:
    error = failure(Mailbox(smtputf8=False), to_desk(an_alert(), to="почта@пример.example"))
    assert error.permanent
    assert "SMTPUTF8" in error.detail


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_trusted_certificate(tls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Mailbox(tls=tls) as mailbox:
        assert post(mailbox, to_desk(an_alert()), smtp_security=tls) == "250 OK"
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_unknown_certificate_is_refused(tls: Any) -> None:
    mailbox = Mailbox(tls=tls)
    error = failure(mailbox, smtp_security=tls)
    assert "certificate" in error.detail
    assert not error.permanent
    assert not mailbox.mails


def test_without_starttls_nothing_is_said_in_plain_text() -> None:
    mailbox = Mailbox(tls="none")
    error = failure(mailbox, smtp_security="starttls", smtp_username="me", smtp_password="secret")
    assert error.detail == "the mail server offers no STARTTLS; the operator must mend it or set WIREWATCH_SMTP_SECURITY"
    assert not error.permanent
    assert not mailbox.mails


def test_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Mailbox(tls="starttls", login=("me", "secret")) as mailbox:
        post(mailbox, to_desk(an_alert()), smtp_security="starttls", smtp_username="me", smtp_password="secret")
    assert len(mailbox.mails) == 1


def test_a_wrong_password_is_the_operators_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    mailbox = Mailbox(tls="starttls", login=("me", "secret"))
    error = failure(mailbox, smtp_security="starttls", smtp_username="me", smtp_password="wrong")
    assert (error.permanent, error.status) == (False, 535)
    assert "WIREWATCH_SMTP_PASSWORD" in error.detail
    assert "wrong" not in error.detail


def test_nobody_listening() -> None:
    with Mailbox() as mailbox:
        pass
    with pytest.raises(DeliveryError, match="no connection to the mail server") as caught:
        post(mailbox, to_desk(an_alert()))
    assert not caught.value.permanent


def test_e_mail_that_is_not_set_up_any_more() -> None:
    with pytest.raises(DeliveryError, match="WIREWATCH_SMTP_HOST") as caught:
        send(to_desk(an_alert()), some_settings())
    assert not caught.value.permanent
