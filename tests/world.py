"""The world outside, each part with a script of misbehaviour: a receiver of webhooks and a mailbox on loopback, an embedder."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
import threading
import zlib
from collections import Counter, deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from service.embedding import Vectors

CERTIFICATE = Path(__file__).parent / "data" / "mail" / "localhost.pem"  # self-signed, for these tests only
_SOON = 10  # seconds

T = TypeVar("T")


class Fault(Enum):
    """Ways to fail without an answer."""

    HANG = "never answers"
    RESET = "resets the connection"
    ENDLESS = "answers 200 with a body without end"
    DROP = "closes the connection"
    TRICKLE = "answers 200 with a body that comes byte by byte, without end"


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class _Background:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(_SOON)

    def stop(self) -> None:
        self.run(_cancel_others())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(_SOON)
        self.loop.close()


def serving(pem: Path) -> ssl.SSLContext:
    """A server's context with the certificate and key in this file."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Receiver:
    """A webhook receiver: `requests` is what came, oldest first. It answers by its script, and 200 when that has run out.

    It listens at a free port of `host` unless it is given one, and speaks TLS with the certificate and key in the file `tls`.
    """

    def __init__(self, *script: Reply | Fault, host: str = "127.0.0.1", port: int = 0, tls: Path | None = None) -> None:
        self.requests: list[Received] = []
        self.script = deque(script)
        self.host, self.port, self._tls = host, port, tls

    def __enter__(self) -> Receiver:
        self._background = _Background()
        self.url = self._background.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._background.run(_cancel_others())  # who hangs would hold the clean-up
        self._background.run(self._runner.cleanup())
        self._background.stop()

    async def _start(self) -> str:
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, ssl_context=serving(self._tls) if self._tls else None)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return f"http{'s' if self._tls else ''}://{self.host}:{self.port}/hook"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(Received(request.path, request.headers, await request.read()))
        step = self.script.popleft() if self.script else Reply()
        if isinstance(step, Reply):
            return web.Response(status=step.status, body=step.body, headers=step.headers)
        return await self._fail(step, request)

    async def _fail(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        if fault is Fault.HANG:
            await asyncio.Event().wait()
        if fault in (Fault.ENDLESS, Fault.TRICKLE):
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"x" * (65_536 if fault is Fault.ENDLESS else 1))
                await asyncio.sleep(0 if fault is Fault.ENDLESS else 0.01)
        if fault is Fault.RESET:  # no lingering: the kernel answers what is unsent with a reset
            request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
        return web.Response()


@dataclass(frozen=True)
class Mail:
    """A mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


Stage = Literal["MAIL", "RCPT", "DATA"]


class Mailbox:
    """A mail server: `mails` is what came whole, oldest first, also where the answer to it was a refusal or none.

    `script` gives the answers of a stage, in order; when it has run out the stage accepts. `reached` counts how often a stage was
    come to. `login` needs "starttls"; `certificate` is the file with its certificate and key.
    """

    def __init__(
        self,
        script: Mapping[Stage, Iterable[str | Fault]] | None = None,
        *,
        tls: Literal["starttls", "tls", "none"] = "none",
        login: tuple[str, str] | None = None,
        smtputf8: bool = True,
        certificate: Path = CERTIFICATE,
    ) -> None:
        self.mails: list[Mail] = []
        self.reached: Counter[Stage] = Counter()
        self._certificate = certificate
        self.script = {stage: deque(steps) for stage, steps in (script or {}).items()}
        self._tls, self._login, self._smtputf8 = tls, login, smtputf8

    def __enter__(self) -> Mailbox:
        self._background = _Background()
        self._server = self._background.run(self._start())
        self.host, self.port = "127.0.0.1", self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._background.loop.call_soon_threadsafe(self._server.close)
        self._background.stop()

    async def _start(self) -> asyncio.Server:
        context = serving(self._certificate)
        options: dict[str, Any] = {"hostname": "mailbox.example", "enable_SMTPUTF8": self._smtputf8}
        if self._tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if self._login:
            options |= {"authenticator": self._authenticate, "auth_required": True}
        loop = asyncio.get_running_loop()
        wrapped = context if self._tls == "tls" else None
        return await loop.create_server(lambda: SMTP(self, loop=loop, **options), "127.0.0.1", 0, ssl=wrapped)

    async def handle_MAIL(self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        """Called by aiosmtpd."""
        envelope.mail_from = address
        return await self._next(server, "MAIL")

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802
        """Called by aiosmtpd."""
        envelope.rcpt_tos.append(address)
        return await self._next(server, "RCPT")

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd."""
        assert envelope.mail_from is not None
        assert envelope.original_content is not None
        self.mails.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        return await self._next(server, "DATA")

    async def _next(self, server: SMTP, stage: Stage) -> str:
        self.reached[stage] += 1
        steps = self.script.get(stage)
        step = steps.popleft() if steps else "250 OK"
        if isinstance(step, str):
            return step
        if step is Fault.HANG:
            await asyncio.Event().wait()
        if step is Fault.DROP and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "421 closing"

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        assert self._login is not None
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self._login, handled=False)


class WordEmbedder:
    """An embedder to whom texts mean their words; `same` gives words that mean another. `texts` is all that it was asked.

    It raises what stands in `script`, one at a call, and works when that has run out.
    """

    def __init__(self, *script: Exception, same: Mapping[str, str] | None = None, model: str = "words") -> None:
        self.model = model
        self.texts: list[str] = []
        self.script = deque(script)
        self._same = same or {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A dimension for each word."""
        if self.script:
            raise self.script.popleft()
        self.texts.extend(texts)
        vectors = np.zeros((len(texts), 384), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                vector[zlib.crc32(self._same.get(word, word).encode()) % 384] = 1
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
        return vectors
