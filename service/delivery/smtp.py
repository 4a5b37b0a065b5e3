"""One mail to one recipient through the operator's mail server."""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from service.delivery.replies import printable_reply
from service.domain.deliveries import DeliveryError, Receipt

Reply = tuple[int, bytes]

# Refusals of the recipient or the message are final. These two are about our login, which the operator can mend.
_LOGIN_WANTED = frozenset({530, 535})
_TOO_BIG = 552
MAX_IDLE = 10.0  # seconds that a connection is kept for; servers wait for at least as long
TRUSTED_IDLE = 1.0  # seconds after which it is asked whether it is still there
GOODBYE_SECONDS = 2.0
MAX_MAILS = 100  # on one connection; many servers take no more


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in; `timeout` seconds for each step of the dialogue."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: SecretStr | None
    timeout: float


class MailPool:
    """Connections to one mail server, kept for the next mail. Safe to use from many threads."""

    def __init__(self, server: MailServer, clock: Callable[[], float] = time.monotonic) -> None:
        self._server, self._clock = server, clock
        self._idle: list[_Kept] = []
        self._lock = threading.Lock()

    def submit(self, sender: str, recipient: str, raw: bytes) -> Receipt:
        """Hand in one mail; blocks. Returns once the server has taken responsibility for it.

        Raises:
            DeliveryError: permanent where the server refuses the recipient or the message for good.
        """
        with _plain_errors(self._server):
            kept = self._take()
            if kept is None or not self._is_good(kept):
                kept = _Kept(_open(self._server, ehlo_name=sender.rpartition("@")[2]))
            with ExitStack() as failing:
                failing.callback(kept.smtp.close)  # whatever it is amid, the next mail must not be part of it
                receipt = _converse(kept.smtp, sender, recipient, raw)
                failing.pop_all()
            self._give_back(kept)
            return receipt

    def close(self) -> None:
        """Say goodbye on all idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            _leave(kept.smtp)

    def _is_good(self, kept: _Kept) -> bool:
        """Whether a kept connection takes another mail: servers end those that are idle when they like."""
        return self._clock() - kept.since < TRUSTED_IDLE or _answers(kept.smtp)

    def _take(self) -> _Kept | None:
        with self._lock:
            idle, self._idle = self._idle, []
            fresh = [each for each in idle if self._clock() - each.since < MAX_IDLE]
            found = fresh.pop() if fresh else None
            self._idle = fresh
        for stale in idle:
            if stale is not found and stale not in fresh:
                _leave(stale.smtp)
        return found

    def _give_back(self, kept: _Kept) -> None:
        kept.mails += 1
        kept.since = self._clock()
        if kept.mails >= MAX_MAILS:
            _leave(kept.smtp)
            return
        with self._lock:
            self._idle.append(kept)


@dataclass(slots=True, eq=False)
class _Kept:
    """A connection that is logged in, after so many mails, idle since then."""

    smtp: smtplib.SMTP
    mails: int = 0
    since: float = 0.0


def _answers(smtp: smtplib.SMTP) -> bool:
    try:
        well = 200 <= smtp.rset()[0] < 300
    except (smtplib.SMTPException, OSError):
        well = False
    if not well:
        smtp.close()
    return well


def _leave(smtp: smtplib.SMTP) -> None:
    # All that was handed in was taken: however the goodbye goes, an error now would send it twice.
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(GOODBYE_SECONDS)
        smtp.quit()
    smtp.close()


def _converse(smtp: smtplib.SMTP, sender: str, recipient: str, raw: bytes) -> Receipt:
    options = [f"size={len(raw)}"] if smtp.has_extn("size") else []
    if not recipient.isascii():
        if not smtp.has_extn("smtputf8"):
            raise DeliveryError("the mail server takes no addresses outside ASCII (SMTPUTF8)", permanent=True)
        options += ["BODY=8BITMIME", "SMTPUTF8"]
    code, said = smtp.mail(sender, options)
    if code >= 400:  # the sender is ours to mend, but a message that is too big stays so
        if code == _TOO_BIG:
            raise _refusal("the message", (code, said), permanent=True)
        raise _refusal("the sender (WIREWATCH_MAIL_FROM)", (code, said), permanent=False, ours=True)
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
        ours = code in _LOGIN_WANTED
        raise _refusal(what, reply, permanent=500 <= code < 600 and not ours, ours=ours)


def _refusal(what: str, reply: Reply, *, permanent: bool, ours: bool = False) -> DeliveryError:
    code, said = reply
    adverb = "" if permanent else " for now"
    return DeliveryError(
        f"the mail server refused {what}{adverb}: {code} {printable_reply(said)}".rstrip(),
        permanent=permanent,
        status=code,
        ours=ours,
    )


def _open(server: MailServer, ehlo_name: str) -> smtplib.SMTP:
    """A greeted, secured and logged-in connection."""
    smtp = _connect(server, ehlo_name)
    with ExitStack() as failing:
        failing.callback(smtp.close)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _start_tls(smtp)
        if server.username is not None:
            smtp.login(server.username, server.password.get_secret_value() if server.password else "")
        failing.pop_all()
    return smtp


def _connect(server: MailServer, ehlo_name: str) -> smtplib.SMTP:
    # The name is given because smtplib else looks it up, which can take as long as the resolver likes.
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, local_hostname=ehlo_name, timeout=server.timeout, context=context)
    return smtplib.SMTP(server.host, server.port, local_hostname=ehlo_name, timeout=server.timeout)


def _start_tls(smtp: smtplib.SMTP) -> None:
    # Never on in plain text: whoever strips STARTTLS from the greeting would read every alert, and the password.
    if not smtp.has_extn("starttls"):
        raise DeliveryError("the mail server offers no STARTTLS; the operator must mend it or set WIREWATCH_SMTP_SECURITY", ours=True)
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
            ours=True,
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal("the connection", (error.smtp_code, _as_bytes(error.smtp_error)), permanent=False, ours=True) from error
    except smtplib.SMTPServerDisconnected as error:
        raise DeliveryError(f"the mail server {where} closed the connection or did not answer in time", ours=True) from error
    except smtplib.SMTPException as error:
        raise DeliveryError(f"the mail server {where} can not log us in: it offers no method that we know", ours=True) from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"the certificate of the mail server {where} is not valid: {error.verify_message}", ours=True) from error
    except ssl.SSLError as error:
        raise DeliveryError(f"no secure connection to the mail server {where} could be made", ours=True) from error
    except TimeoutError as error:
        raise DeliveryError(f"the mail server {where} did not answer in time", ours=True) from error
    except OSError as error:
        raise DeliveryError(f"no connection to the mail server {where} could be made", ours=True) from error


def _as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode(errors="replace")
