"""One mail to one recipient through the operator's mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from service.delivery.replies import printable_reply
from service.domain.deliveries import DeliveryError, Receipt

Reply = tuple[int, bytes]

# Refusals of the recipient or the message are final. These two are about our login, which the operator can mend.
_LOGIN_WANTED = frozenset({530, 535})
_TOO_BIG = 552


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in; `timeout` seconds for each step of the dialogue."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: SecretStr | None
    timeout: float


def submit(server: MailServer, sender: str, recipient: str, raw: bytes) -> Receipt:
    """Hand in one mail; blocks. Returns once the server has taken responsibility for it.

    Raises:
        DeliveryError: permanent where the server refuses the recipient or the message for good.
    """
    with _plain_errors(server), _connected(server, ehlo_name=sender.rpartition("@")[2]) as smtp:
        return _converse(smtp, sender, recipient, raw)


def _converse(smtp: smtplib.SMTP, sender: str, recipient: str, raw: bytes) -> Receipt:
    options = [f"size={len(raw)}"] if smtp.has_extn("size") else []
    if not recipient.isascii():
        if not smtp.has_extn("smtputf8"):
            raise DeliveryError("the mail server takes no addresses outside ASCII (SMTPUTF8)", permanent=True)
        options += ["BODY=8BITMIME", "SMTPUTF8"]
    code, said = smtp.mail(sender, options)
    if code >= 400:  # the sender is ours to mend, but a message that is too big stays so
        raise _refusal("the message" if code == _TOO_BIG else "the sender (WIREWATCH_MAIL_FROM)", (code, said), permanent=code == _TOO_BIG)
    _expect(smtp.rcpt(recipient), "the recipient")
    try:
        reply = smtp.data(raw)
    except smtplib.SMTPDataError as error:
        reply = (error.smtp_code, _as_bytes(error.smtp_error))
    _expect(reply, "the message")
    return Receipt(reply[0], f"{reply[0]} {printable_reply(reply[1])}".rstrip())


def _expect(reply: Reply, what: str) -> None:
    code = reply[0]
    if not 200 <= code < 300:
        raise _refusal(what, reply, permanent=500 <= code < 600 and code not in _LOGIN_WANTED)


def _refusal(what: str, reply: Reply, *, permanent: bool) -> DeliveryError:
    code, said = reply
    adverb = "" if permanent else " for now"
    return DeliveryError(
        f"the mail server refused {what}{adverb}: {code} {printable_reply(said)}".rstrip(), permanent=permanent, status=code
    )


@contextmanager
def _connected(server: MailServer, ehlo_name: str) -> Iterator[smtplib.SMTP]:
    """A greeted, secured and logged-in connection."""
    smtp = _connect(server, ehlo_name)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _start_tls(smtp)
        if server.username is not None:
            smtp.login(server.username, server.password.get_secret_value() if server.password else "")
        yield smtp
        # The mail is taken: however the goodbye goes, an error now would send it twice.
        with suppress(OSError):
            smtp.quit()
    finally:
        smtp.close()


def _connect(server: MailServer, ehlo_name: str) -> smtplib.SMTP:
    # The name is given because smtplib else looks it up, which can take as long as the resolver likes.
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, local_hostname=ehlo_name, timeout=server.timeout, context=context)
    return smtplib.SMTP(server.host, server.port, local_hostname=ehlo_name, timeout=server.timeout)


def _start_tls(smtp: smtplib.SMTP) -> None:
    # Never on in plain text: whoever strips STARTTLS from the greeting would read every alert, and the password.
    if not smtp.has_extn("starttls"):
        raise DeliveryError("the mail server offers no STARTTLS; the operator must mend it or set WIREWATCH_SMTP_SECURITY")
    smtp.starttls(context=ssl.create_default_context())
    smtp.ehlo_or_helo_if_needed()


@contextmanager
def _plain_errors(server: MailServer) -> Iterator[None]:
    """smtplib's errors as ours. All of them pass: they are about the server, not about the message."""
    where = f"{server.host}:{server.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryError(
            f"the mail server refused our login: {error.smtp_code} {printable_reply(_as_bytes(error.smtp_error))}; "
            "the operator must check WIREWATCH_SMTP_USERNAME and WIREWATCH_SMTP_PASSWORD",
            status=error.smtp_code,
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal("the connection", (error.smtp_code, _as_bytes(error.smtp_error)), permanent=False) from error
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryError(f"the mail server {where} closed the connection or did not answer in time") from error
    except smtplib.SMTPException as error:
        raise DeliveryError(f"the mail server {where} can not log us in: it offers no method that we know") from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"the certificate of the mail server {where} is not valid: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise DeliveryError(f"no secure connection to the mail server {where} could be made") from error
    except TimeoutError as error:
        raise DeliveryError(f"the mail server {where} did not answer in time") from error
    except OSError as error:
        raise DeliveryError(f"no connection to the mail server {where} could be made") from error


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode(errors="replace")
