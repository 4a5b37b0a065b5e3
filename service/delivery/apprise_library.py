"""Apprise at work without a network: it writes the request of a message, and says what it makes of the answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from service.delivery.apprise_services import SERVICES, Service
from service.outbound import Response

if TYPE_CHECKING:
    from requests import PreparedRequest

_PARTS = ("params", "data", "json", "headers", "auth")  # of a call of `requests.post`; the rest says how to send, which is ours
# What its code lets out on odd URLs and answers, besides its own error, which is a TypeError.
_ODD = (AttributeError, LookupError, TypeError, ValueError, RecursionError)


class AppriseRefused(Exception):
    """No message can be written for this URL. `str(error)` may be shown to users: it quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be POSTed."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes


def is_installed() -> bool:
    """Whether the `chat` extra is there."""
    return all(find_spec(name) is not None for name in ("apprise", "requests"))


@dataclass(frozen=True, slots=True)
class AppriseMessenger:
    """A service as an Apprise URL sets it up."""

    service: Service
    plugin: Any = field(repr=False)

    @property
    def limit(self) -> int:
        """How many characters its messages may have."""
        return int(self.plugin.body_maxlen)

    @property
    def titled(self) -> bool:
        """Whether they have a subject of their own."""
        return bool(self.plugin.title_maxlen > 0)

    def write(self, subject: str | None, body: str) -> Request:
        """The one request that hands over this message. Raises AppriseRefused."""
        exchange = _Exchange()
        self._notify(exchange, subject, body)
        if len(exchange.written) != 1:
            # Were there several, those who have the message would get it again because another had failed.
            raise AppriseRefused("it must name one recipient, no more and no less; make a channel for each")
        request = exchange.written[0]
        parts = urlsplit(request.url)
        if parts.scheme != "https" or parts.netloc not in self.service.host:
            raise AppriseRefused(f"the message would go to another host than that of {self.service.label}")
        return request

    def took(self, subject: str | None, body: str, answer: Response) -> bool:
        """Whether by this answer the service took the message, which some deny in its body. What makes no sense does not say so."""
        try:
            return self._notify(_Exchange(answer), subject, body)
        except AppriseRefused:
            return False

    def _notify(self, exchange: _Exchange, subject: str | None, body: str) -> bool:
        token = _exchange.set(exchange)
        try:
            # Not by `Apprise.notify`, which brings threads, repeats, emojis and escapes.
            return bool(self.plugin.notify(title=subject, body=body, notify_type="info", body_format="text"))
        except _ODD:
            raise AppriseRefused("Apprise cannot write a message for this URL") from None
        finally:
            _exchange.reset(token)


def open_messenger(url: str) -> AppriseMessenger:
    """The service that a URL names, if it is one of ours. Raises AppriseRefused."""
    service = SERVICES.get(url.partition("://")[0].lower())
    if service is None:
        raise AppriseRefused(f"no service that may be used here; it begins with one of {', '.join(f'{name}://' for name in SERVICES)}")
    plugin_class, asset = _load(service)
    try:
        # What follows `parse_url` overrules what the URL says: one plain message, cut instead of split.
        plugin = plugin_class(**{**plugin_class.parse_url(url), "overflow": "truncate", "format": "text", "asset": asset})
        plugin.request_rate_per_sec = 0  # how often to send is ours to say; it would sleep
    except _ODD:
        raise AppriseRefused(f"not an Apprise URL of {service.label} with all its parts") from None
    return AppriseMessenger(service, plugin)


def _load(service: Service) -> tuple[Any, Any]:
    """A service's class, writing to us, and what Apprise is to know of us: nothing of its own is added, nothing is kept or read on disk."""
    import requests

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it logs URLs, tokens and messages
    name, _, plugin = service.code.partition(".")
    module: Any = import_module(f"apprise.plugins.{name}")
    # In this module alone, `requests` can do no more than this: what else it tried would end as an AttributeError.
    module.requests = SimpleNamespace(post=_post, codes=requests.codes, RequestException=requests.RequestException)
    asset = import_module("apprise").AppriseAsset(
        app_id="Wirewatch", app_desc="Wirewatch", app_url="", image_url_mask="", image_url_logo="", storage_mode="memory",
        allow_templates=False, http_redirects=False,
    )  # fmt: skip
    return getattr(module, plugin), asset


@dataclass(slots=True)
class _Exchange:
    """One message's way through Apprise: what it `written` has, and the `answer` that it is given; none: as if nobody were there."""

    answer: Response | None = None
    written: list[Request] = field(default_factory=list)


_exchange: ContextVar[_Exchange] = ContextVar("_exchange")


def _post(url: str, **options: Any) -> Any:
    """What a service's code gets for `requests.post`."""
    import requests

    prepared = requests.Request("POST", url, **{name: options[name] for name in _PARTS if name in options}).prepare()
    exchange = _exchange.get()
    exchange.written.append(_written(prepared))
    if exchange.answer is None or len(exchange.written) > 1:
        raise requests.ConnectionError("not from here")
    reply = requests.Response()
    reply.status_code, reply.url, reply.raw = exchange.answer.status, str(prepared.url), BytesIO(exchange.answer.body)
    reply.headers.update(exchange.answer.headers)
    return reply


def _written(prepared: PreparedRequest) -> Request:
    body = prepared.body or b""
    if not isinstance(body, str | bytes):
        raise TypeError("a message is text, and no file")
    headers = {name.lower(): value if isinstance(value, str) else value.decode("latin-1") for name, value in prepared.headers.items()}
    headers.pop("content-length", None)  # our client counts for itself
    return Request(str(prepared.url), headers, body.encode() if isinstance(body, str) else body)
