"""Servers with good and bad certificates: nothing is said to one that is not who it says it is, and it is tried again later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.domain.deliveries import DeliveryError
from service.edges import clock
from service.storage.database import Database
from tests.certificates import LOOPBACK, SOMEWHERE_ELSE, make_authority
from tests.delivery.builders import a_channel, a_delivery, an_alert, send, some_settings
from tests.world import Mailbox, Receiver

BAD = ("expired", "wrong host", "self-signed")

# What an authority vouches for is read once in a process: so those who trust this one are another process.
SEND_ALL = """
import sys
from service.domain.deliveries import DeliveryError
from tests.delivery.builders import a_channel, a_delivery, an_alert, send, some_settings
for url in sys.argv[1:]:
    try:
        print(send(a_delivery(a_channel(url=url), an_alert()), some_settings()).detail)
    except DeliveryError as error:
        print(error.permanent, error.detail)
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """A file for each kind of certificate, and the authority's as "trusted"."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_authority(folder, _real_time(folder))
    return {
        "trusted": authority.file,
        "good": authority.issue("good.pem", *LOOPBACK),
        "expired": authority.issue("expired.pem", *LOOPBACK, until=-timedelta(days=1)),
        "wrong host": authority.issue("wrong.pem", *SOMEWHERE_ELSE),
        "self-signed": authority.self_signed("self.pem", *LOOPBACK),
    }


def _real_time(folder: Path) -> datetime:
    return clock(Database(f"sqlite:///{folder / 'clock.db'}"))()


def test_webhooks_go_only_to_those_whose_certificate_is_good(certificates: Mapping[str, Path]) -> None:
    with ExitStack() as world:
        receivers = [world.enter_context(Receiver(tls=certificates[which])) for which in ("good", *BAD)]
        command = [sys.executable, "-c", SEND_ALL, *(each.url for each in receivers)]
        environment = {**os.environ, "SSL_CERT_FILE": str(certificates["trusted"])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines() == ["HTTP 200", *["False the certificate of 127.0.0.1 is not valid"] * 3]
    assert [len(each.requests) for each in receivers] == [1, 0, 0, 0]


@pytest.mark.parametrize("which", BAD)
def test_mails_are_not_handed_to_a_server_with_a_bad_certificate(
    which: str, certificates: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates["trusted"]))
    with Mailbox(tls="starttls", certificate=certificates[which]) as mailbox, pytest.raises(DeliveryError, match="certificate") as caught:
        _mail(mailbox)
    assert (caught.value.permanent, caught.value.ours, mailbox.mails) == (False, True, [])
    with Mailbox(tls="starttls", certificate=certificates["good"]) as mailbox:
        _mail(mailbox)
    assert len(mailbox.mails) == 1


def _mail(mailbox: Mailbox) -> None:
    settings = some_settings(
        smtp_host=mailbox.host, smtp_port=mailbox.port, smtp_security="starttls", mail_from="alerts@watch.example"
    )  # fmt: skip
    send(a_delivery(a_channel("email", (), to="desk@news.example"), an_alert()), settings)
