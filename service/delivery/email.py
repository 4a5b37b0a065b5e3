"""E-mail: one mail to one recipient, in text and HTML."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.config import Settings
from service.delivery.alert_links import LinkMaker
from service.delivery.confirmation import confirm_url, may_confirm
from service.delivery.kinds import FieldError, Kind, SenderParts, read_settings
from service.delivery.mail_address import parse_address
from service.delivery.mail_content import SUBJECT, MailContent, MakeLinks, fill_own, render_content
from service.delivery.mail_format import Header, UnsafeMail, format_mail
from service.delivery.mail_headers import encode_header, safe_header
from service.delivery.smtp import MailPool, MailServer
from service.delivery.telling import tell, template_values
from service.delivery.templating import BodyTemplate, SubjectTemplate, fill_template
from service.delivery.unsubscribe import unsubscribe_url
from service.domain.channel_notices import ChannelNoticeKind
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt
from service.domain.ids import delivery_id

STEP_SECONDS = 20.0  # for each step of the SMTP dialogue
NO_LINK = "this address must confirm that it wants mails, for which the operator must set WIREWATCH_PUBLIC_URL"
NOT_SET_UP = "this server sends no e-mail; its operator must set WIREWATCH_SMTP_HOST"


class EmailSettings(BaseModel):
    """An e-mail channel's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Annotated[str, AfterValidator(parse_address), Field(description="the one address that alerts are sent to")]
    subject: SubjectTemplate = ""
    body: BodyTemplate = ""


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Sends mails through the operator's server (None: there is none). `threads` because smtplib blocks."""

    server: MailPool | None
    mail_from: str
    public_url: str | None
    secret_key: bytes
    threads: Executor

    async def send(self, delivery: DeliveryToSend, now: datetime) -> Receipt:  # noqa: ARG002  # every attempt sends the same bytes
        """Hand the mail in once. Raises DeliveryError if the server did not take it."""
        if self.server is None:
            raise DeliveryError(NOT_SET_UP, unready=True)
        form = read_settings(EmailSettings, delivery.channel)
        sender = _sender_address(self.mail_from)
        if sender is None:
            raise DeliveryError("WIREWATCH_MAIL_FROM is no plain ASCII e-mail address; the operator must set it", unready=True)
        try:
            raw = self.render(delivery, sender, form)
        except UnsafeMail as error:
            raise DeliveryError(f"this alert can not be put into a mail: {error}", permanent=True) from error
        return await asyncio.get_running_loop().run_in_executor(self.threads, self.server.submit, sender, form.to, raw)

    def render(self, delivery: DeliveryToSend, sender: str, form: EmailSettings) -> bytes:
        """The mail as it goes over the wire, the same bytes at every attempt. Raises UnsafeMail."""
        confirm = self._confirm_url(delivery, form.to)
        link = unsubscribe_url(self.public_url, delivery.channel.id, self.secret_key) if self.public_url and not confirm else None
        content = find_content(form, delivery, link, confirm, self._make_links(delivery))
        ours = {
            "From": _from_header(self.mail_from, sender),
            "To": form.to,
            "Date": format_datetime(delivery.created_at.astimezone(UTC)),
            "Message-ID": f"<{delivery.id}@{sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        }
        if delivery.alert and delivery.alert.update:  # mail programs show it below the alert
            first = f"<{delivery_id(delivery.alert.id, delivery.channel.id)}@{sender.rpartition('@')[2]}>"
            ours |= {"In-Reply-To": first, "References": first}
        if link:
            ours |= {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        headers = [Header(name, f"{name}: {value}\r\n".encode()) for name, value in ours.items()]
        headers.append(Header("Subject", encode_header("Subject", content.subject)))
        return format_mail(headers, content.text, content.html, boundary=f"=_{delivery.id}")

    def _make_links(self, delivery: DeliveryToSend) -> MakeLinks | None:
        if self.public_url is None:
            return None
        return LinkMaker(self.public_url, delivery.channel.id, self.secret_key).links_of

    def _confirm_url(self, delivery: DeliveryToSend, to: str) -> str | None:
        """The link that a mail asks to click; None where it asks nothing."""
        notice = delivery.channel_notice
        if notice is None or notice.kind is not ChannelNoticeKind.CONFIRM:
            return None
        if self.public_url is None:
            raise UnsafeMail("WIREWATCH_PUBLIC_URL is not set, so there is no link to confirm by")
        return confirm_url(self.public_url, delivery.channel.id, to, self.secret_key)


def find_content(
    form: EmailSettings, delivery: DeliveryToSend, link: str | None, confirm: str | None = None, links: MakeLinks | None = None
) -> MailContent:
    """What the mail says: of an alert by the channel's templates, where it has some, else our own words."""
    content = render_content(delivery, link, confirm, links)
    if delivery.alert is None:
        return content
    values = template_values(tell(delivery))
    subject = safe_header(fill_template(form.subject, values, str) or "", SUBJECT) or content.subject
    body = fill_template(form.body, values, str) or ""
    if not body.strip():
        return replace(content, subject=subject)
    own = links and links(delivery.alert)
    return fill_own(subject, body, channel=delivery.channel.name, unsubscribe_url=link, links=own)


def _preview(form: EmailSettings, delivery: DeliveryToSend) -> tuple[str | None, str]:
    content = find_content(form, delivery, None)
    return content.subject, content.text


@lru_cache(maxsize=4)
def _from_header(mail_from: str, sender: str) -> str:
    return formataddr((safe_header(parseaddr(mail_from)[0], 60), sender), "utf-8")


@lru_cache(maxsize=4)
def _sender_address(mail_from: str) -> str | None:
    try:
        address = parse_address(parseaddr(mail_from)[1])
    except ValueError:
        return None
    return address if address.isascii() else None


def _refuse(form: EmailSettings, settings: Settings) -> FieldError | None:
    if not settings.smtp_host:
        return FieldError("", NOT_SET_UP)
    return None if may_confirm(form.to, settings) else FieldError("/to", NO_LINK)


def _make_sender(parts: SenderParts) -> EmailSender:
    settings = parts.settings
    server = settings.smtp_host and MailServer(
        settings.smtp_host, settings.smtp_port, settings.smtp_security, settings.smtp_username, settings.smtp_password, STEP_SECONDS
    )
    pool = MailPool(server) if server else None
    if pool is not None:
        parts.held.callback(pool.close)
    return EmailSender(pool, settings.mail_from, settings.public_url, parts.secret_key, parts.threads)


def _missing(settings: Settings) -> str | None:
    return None if settings.smtp_host else NOT_SET_UP


EMAIL = Kind(
    EmailSettings, _refuse, _make_sender, signed=False, label="E-mail", about="A mail to one address.", missing=_missing, preview=_preview
)
