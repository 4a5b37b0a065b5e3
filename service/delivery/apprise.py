"""More services by Apprise, where the `chat` extra is installed: it writes the request, our own guarded client sends it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from service.config import Settings
from service.delivery.apprise_library import AppriseMessenger, AppriseRefused, Request, is_installed, open_messenger
from service.delivery.apprise_services import SERVICES
from service.delivery.chat import MAX_REPLY, PLAIN, SECRET, ChatForm, Layout, Words, find_words, is_own_relay
from service.delivery.chat_reply import judge_reply
from service.delivery.kinds import FieldError, Kind, read_settings
from service.delivery.replies import HIDDEN
from service.delivery.shown_text import shorten
from service.delivery.telling import Telling, tell
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt
from service.outbound import OutboundError, Response, Session

MISSING = "this server lacks the extra `chat`; its operator must install requirements/chat.lock"
BROKEN = "the extra `chat` of this server cannot be loaded; its operator must install requirements/chat.lock anew"
LIMIT = 3000  # characters, where a service takes as many: written as JSON they stay below what the smallest takes
TEXT_MESSAGE = 200  # characters: who takes fewer gets a line and a link


class AppriseSettings(ChatForm):
    """An Apprise channel's settings."""

    url: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1000,
            pattern=r"^[A-Za-z0-9]+://[!-~]+$",
            description="the service as Apprise writes it: pover://USER@TOKEN; see the services in docs/channels.md",
            json_schema_extra=SECRET,
        ),
    ]
    server: Annotated[
        str,
        Field(max_length=500, pattern=r"^(https?://[^?#]+)?$", description="a relay in a network that the operator allows, if any"),
    ] = ""


@dataclass(frozen=True, slots=True)
class AppriseSender:
    """Sends what Apprise writes; `deadline` seconds for a whole request."""

    session: Session
    deadline: float

    async def send(self, delivery: DeliveryToSend, now: datetime) -> Receipt:
        """POST the message once. Only a 2xx status that Apprise takes for a success counts; raises DeliveryError for everything else.

        Without the extra here, or with one that cannot be loaded, it is `unready`.
        """
        if not is_installed():
            raise DeliveryError(MISSING, unready=True)
        form = read_settings(AppriseSettings, delivery.channel)
        try:
            # Apprise is read from disk at the first message, which the event loop must not wait for.
            return await self._hand_over(form, await asyncio.to_thread(_write, form, tell(delivery)), now)
        except ImportError as error:
            raise DeliveryError(f"{BROKEN} ({error.name})", unready=True) from error
        except AppriseRefused as refusal:
            raise DeliveryError(f"the channel's URL cannot be used: {refusal}; change it", permanent=True) from refusal
        except OutboundError as error:
            raise DeliveryError(str(error)) from error

    async def _hand_over(self, form: AppriseSettings, written: _Written, now: datetime) -> Receipt:
        request, words = written.request, written.words
        url = _by_way_of(form.server, request.url)
        sent = await self.session.post(url, body=request.body, headers=request.headers, deadline=self.deadline, max_bytes=MAX_REPLY)
        answer = _unquoted(sent, request.headers.get("authorization", ""))
        receipt = judge_reply(answer, now, gone=answer.status == 410)
        if not await asyncio.to_thread(written.messenger.took, words.subject, words.body, answer):
            raise DeliveryError(f"{receipt.detail} (which Apprise takes for a refusal)", status=answer.status)
        return receipt


@dataclass(frozen=True, slots=True)
class _Written:
    messenger: AppriseMessenger
    words: Words
    request: Request


def _write(form: AppriseSettings, telling: Telling) -> _Written:
    messenger = open_messenger(form.url)
    words = _words(form, telling, messenger)
    return _Written(messenger, words, messenger.write(words.subject, words.body))


def _words(form: AppriseSettings, telling: Telling, messenger: AppriseMessenger) -> Words:
    if messenger.limit >= TEXT_MESSAGE:
        return find_words(_layout(messenger), form, telling)
    text = find_words(Layout(PLAIN, LIMIT), form, telling).body.split("\n")[0] if form.subject or form.body else telling.subject
    link = next((item.link for item in telling.items if item.link and len(item.link) < messenger.limit // 2), "")
    return Words(None, f"{shorten(text, messenger.limit - len(link) - 2)}\n{link}".rstrip("\n"))


def _layout(messenger: AppriseMessenger | None) -> Layout:
    if messenger is None:
        return Layout(PLAIN, LIMIT, titled=True)
    return Layout(messenger.service.markup, min(LIMIT, messenger.limit), titled=messenger.titled)


def _unquoted(answer: Response, authorization: str) -> Response:
    """The answer without our credentials, should it quote them: as a header has them they stand in no setting."""
    proof = authorization.rpartition(" ")[2].encode()
    return replace(answer, body=answer.body.replace(proof, HIDDEN.encode())) if proof else answer


def _by_way_of(server: str, url: str) -> str:
    """The address of a request at the relay, if there is one."""
    parts = urlsplit(url)
    return server.rstrip("/") + parts._replace(scheme="", netloc="").geturl() if server else url


def _refuse(form: AppriseSettings, settings: Settings) -> FieldError | None:
    if not is_installed():
        return FieldError("", MISSING)
    if form.server and not is_own_relay(form.server, settings):
        return FieldError("/server", "no address in a network that the operator allows; leave it out")
    try:
        open_messenger(form.url).write("Wirewatch", "A message.")
    except AppriseRefused as refusal:
        return FieldError("/url", str(refusal))
    return None


def _preview(form: AppriseSettings, delivery: DeliveryToSend) -> tuple[str | None, str]:
    words = find_words(_layout(None), form, tell(delivery))
    return words.subject, words.body


APPRISE = Kind(
    AppriseSettings,
    _refuse,
    lambda parts: AppriseSender(parts.session, parts.settings.webhook_deadline),
    signed=False,
    label="Other services (Apprise)",
    about=f"A message by one of {', '.join(service.label for service in SERVICES.values())}.",
    missing=lambda _settings: None if is_installed() else MISSING,
    preview=_preview,
)
