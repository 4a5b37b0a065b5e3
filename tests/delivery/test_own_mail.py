"""Mails in a user's own words: the templates of subject and body, in both parts."""

from __future__ import annotations

from email import message_from_bytes, policy

from tests.delivery.builders import a_channel, a_delivery, an_alert, send, some_settings, titled
from tests.world import Mailbox

HOSTILE = "<script>alert(1)</script> & {{ 7 }} \r\nBcc: all@evil.example"


def sent(title: str, **templates: str) -> tuple[str, str, str, bytes]:
    """The subject, the text and the HTML of a mail about this headline, and its bytes."""
    with Mailbox() as mailbox:
        settings = some_settings(smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="none", mail_from="a@watch.example")
        send(a_delivery(a_channel("email", (), to="desk@news.example", **templates), an_alert(titled(title))), settings)
    [mail] = mailbox.mails
    message = message_from_bytes(mail.raw, policy=policy.default)
    parts = {
        each.get_content_subtype(): str(each.get_content()).replace("\r\n", "\n") for each in message.walk() if not each.is_multipart()
    }
    return str(message["Subject"]), parts["plain"], parts["html"], mail.raw


def test_both_parts_say_the_users_words_and_keep_our_foot() -> None:
    subject, text, html, _raw = sent("Harbour bridge opens", subject="[{{ rule }}]", body="Dear desk,\n{{ title }}")
    assert subject == "[NATO on the peace deal]"
    assert text.startswith("Dear desk,\nHarbour bridge opens\n")
    assert "Dear desk,<br>" in html
    assert "Harbour bridge opens<br>" in html
    assert 'to the channel "News desk"' in text


def test_a_mail_in_the_users_words_has_our_links_below() -> None:
    with Mailbox() as mailbox:
        settings = some_settings(smtp_host="127.0.0.1", smtp_port=mailbox.port, smtp_security="none", public_url="https://watch.example")
        send(a_delivery(a_channel("email", (), to="desk@news.example", body="{{ title }}"), an_alert()), settings)
    message = message_from_bytes(mailbox.mails[0].raw, policy=policy.default)
    for each in message.walk():
        if not each.is_multipart():
            assert "https://watch.example/feedback/al_1.ch_1." in str(each.get_content())
            assert "https://watch.example/mute/al_1.ch_1." in str(each.get_content())


def test_one_of_both_leaves_the_other_as_usual() -> None:
    subject, text, _html, _raw = sent("Harbour bridge opens", body="{{ title }}!")
    assert "Harbour bridge opens" in subject
    assert text.startswith("Harbour bridge opens!")
    subject, text, _html, _raw = sent("Harbour bridge opens", subject="News")
    assert (subject, "https://gazette.example/1" in text) == ("News", True)


def test_a_hostile_headline_is_text_in_the_users_words() -> None:
    _subject, text, html, raw = sent(HOSTILE, subject="{{ title }}", body="{{ title }}")
    assert "<script>" not in html
    assert "<script>alert(1)</script> & {{ 7 }} Bcc: all@evil.example" in text
    assert b"\nBcc:" not in raw.split(b"\r\n\r\n")[0]
