"""The demo's mailbox: a mail server on loopback that keeps nothing and tells what came."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP

from service.cli.demo.arrivals import EMAIL, Arrival, Arrive, Refused, Told

ADDRESS = "desk@wirewatch.example"
_NEWS = re.compile(r"^- (.+)$", re.MULTILINE)
_LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Handler:
    arrive: Arrive

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.arrive(read_mail(envelope.content))
        return "250 taken"


@asynccontextmanager
async def open_mailbox(arrive: Arrive) -> AsyncIterator[int]:
    """A mailbox on loopback that takes every mail; yields its port."""
    loop = asyncio.get_running_loop()
    handler = _Handler(arrive)
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True, hostname="localhost"), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def read_mail(raw: bytes) -> Arrival | Refused:
    """The alert that a mail tells, read from its text part: the rule in the first line, the article's link on a line of its own.

    What is new stands above the link, in lines that begin with a dash.
    """
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage), "what the default policy makes"
    part = mail.get_body(("plain",))
    text = part.get_content().replace("\r\n", "\n") if part else ""
    link = _LINK.search(text)
    if link is None:
        return Refused(EMAIL, f"a mail without a link to an article: {mail['Subject']}")
    rule = text.strip().splitlines()[0].strip()
    news = tuple(_NEWS.findall(text, 0, link.start())) if str(mail["Subject"]).startswith("Update: ") else ()
    return Arrival(EMAIL, rule, urlsplit(link[0]).path, "", f"mail to {mail['To']}", (Told(str(mail["Subject"])),), news)
