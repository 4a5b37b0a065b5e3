"""What must not be seen of a channel's settings: the form shown over the API, and the other side's words without them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic import BaseModel

from service.delivery.alert_links import hide_proofs
from service.delivery.kinds import Sender
from service.delivery.replies import HIDDEN, MAX_DETAIL
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt

SHORTEST = 6  # characters of what is blacked out: less is no secret, and would black out common words
_BETWEEN = re.compile("[/?#&=:@]")  # the parts of an Apprise URL
_LEAST_CUT = 4  # characters of a secret that a cut reply may end in


def secret_settings(form: type[BaseModel]) -> frozenset[str]:
    """The names of a form's secret settings: those marked `writeOnly`, as JSON Schema calls it."""
    extras = {name: field.json_schema_extra for name, field in form.model_fields.items()}
    return frozenset(name for name, extra in extras.items() if isinstance(extra, dict) and extra.get("writeOnly"))


def mask_settings(form: type[BaseModel], settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as they may be shown: of a secret URL its host or service, of another URL not its query, of other secrets nothing."""
    secret = secret_settings(form)
    return {name: _mask(value, secret=name in secret) for name, value in settings.items()}


def unmask_settings(form: type[BaseModel], given: Mapping[str, Any], stored: Mapping[str, str]) -> dict[str, Any]:
    """What is sent back as it was shown stays as it was."""
    shown = mask_settings(form, stored)
    return {name: stored[name] if name in shown and value == shown[name] else value for name, value in given.items()}


@dataclass(frozen=True, slots=True)
class DiscreetSender:
    """A sender that repeats nothing secret of what the other side says: some quote the URL, the token or the message in their error."""

    sender: Sender
    form: type[BaseModel]

    async def send(self, delivery: DeliveryToSend, now: datetime) -> Receipt:
        """As the sender does."""
        try:
            receipt = await self.sender.send(delivery, now)
        except DeliveryError as error:
            error.detail = self._black_out(error.detail, delivery.channel)
            error.args = (error.detail,)
            raise
        return Receipt(receipt.status, self._black_out(receipt.detail, delivery.channel))

    def _black_out(self, text: str, channel: Channel) -> str:
        return black_out(hide_proofs(text), secrets_of(self.form, channel))


def secrets_of(form: type[BaseModel], channel: Channel) -> frozenset[str]:
    """Every piece of text that is secret in a channel."""
    secret = secret_settings(form)
    signing = (piece for each in channel.secrets for piece in (each.value, each.value.removeprefix("whsec_")))
    pieces = (piece for name, value in channel.settings.items() for piece in _pieces(value, secret=name in secret))
    return frozenset(form for piece in (*signing, *pieces) for form in _spellings(piece) if len(form) >= SHORTEST)


def black_out(text: str, secrets: Iterable[str]) -> str:
    """The text without these secrets, nor the beginning of one at its end, where it was cut off."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        sizes = range(len(secret) - 1, _LEAST_CUT - 1, -1) if len(text) >= MAX_DETAIL else ()
        cut = next((size for size in sizes if text.endswith(secret[:size])), 0)
        text = text[: len(text) - cut] + HIDDEN if cut else text
    return text


def _mask(value: str, *, secret: bool) -> str:
    is_url = value.startswith(("http://", "https://"))
    if not secret:
        return urlsplit(value)._replace(query=HIDDEN).geturl() if is_url and "?" in value else value
    if not is_url:  # of an Apprise URL its service is shown
        service, found, _ = value.partition("://")
        return f"{service}://{HIDDEN}" if found else HIDDEN if value else value
    parts = urlsplit(value)
    return f"{parts.scheme}://{parts.netloc}/{HIDDEN}"


def _pieces(value: str, *, secret: bool) -> Iterator[str]:
    """The parts of a setting that betray it: of a URL what stands behind its host, and its segments alone."""
    if not value.startswith(("http://", "https://")):
        yield from (value, *_BETWEEN.split(value.partition("://")[2])) if secret else ()
        return
    parts = urlsplit(value)
    values = [each.partition("=")[2] or each for each in parts.query.split("&")]
    yield from (parts.query, *values)
    if secret:
        yield from (value, parts.path.strip("/"), *parts.path.split("/"))


def _spellings(piece: str) -> tuple[str, ...]:
    return piece, unquote(piece), quote(piece), quote(piece, safe=""), quote_plus(piece)
