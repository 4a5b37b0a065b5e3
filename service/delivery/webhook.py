"""Webhooks: a signed POST by Standard Webhooks 1.0.0."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.config import Settings
from service.delivery.alert_links import LinkMaker
from service.delivery.kinds import FieldError, Kind, SenderParts, read_settings
from service.delivery.message import render_body
from service.delivery.replies import printable_reply
from service.delivery.standard_webhooks import signed_headers
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt
from service.outbound import OutboundError, Response, Session, UrlRefused, check_url
from service.outbound.waits import parse_retry_after

MAX_REPLY = 1024  # bytes of the answer that we read
_THROTTLED = frozenset({429, 502, 503, 504})


class WebhookSettings(BaseModel):
    """A webhook's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, Field(min_length=1, max_length=2048, description="where alerts are POSTed, http or https")]


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts to webhooks; `deadline` seconds for a whole request. `public_url`: under which readers find our pages, if they do."""

    session: Session
    deadline: float
    public_url: str | None
    secret_key: bytes = field(repr=False)

    async def send(self, delivery: DeliveryToSend, now: datetime) -> Receipt:
        """POST the alert once. Only a 2xx status counts as taken; raises DeliveryError for everything else."""
        url = read_settings(WebhookSettings, delivery.channel).url
        body = render_body(delivery, self._feedback_url(delivery))
        headers = {"content-type": "application/json", **signed_headers(delivery.channel.secrets, delivery.id, now, body)}
        if not headers["webhook-signature"]:
            raise DeliveryError("the channel has no signing secret; rotate its secret to make one")
        try:
            response = await self.session.post(url, body=body, headers=headers, deadline=self.deadline, max_bytes=MAX_REPLY)
        except OutboundError as error:
            raise DeliveryError(str(error)) from error
        return _judge(response, now)

    def _feedback_url(self, delivery: DeliveryToSend) -> str | None:
        if self.public_url is None or delivery.alert is None:
            return None
        return LinkMaker(self.public_url, delivery.channel.id, self.secret_key).feedback_url(delivery.alert.id)


def _judge(response: Response, now: datetime) -> Receipt:
    status = response.status
    reply = printable_reply(response.body)
    said = f": {reply}" if reply else ""
    if 200 <= status < 300:
        return Receipt(status, f"HTTP {status}{said}")
    if 300 <= status < 400:
        raise DeliveryError(
            f"HTTP {status}: answered with a redirect, which is not followed; set the channel's URL to its end", status=status
        )
    if status == 410:
        raise DeliveryError("HTTP 410: the receiver says that this webhook is gone for good", gone=True, status=status)
    # No other status is final: a 404 or 401 may be the hour of a receiver's deployment.
    retry_after = parse_retry_after(response.headers.get("Retry-After"), now) if status in _THROTTLED else None
    raise DeliveryError(f"HTTP {status}{said}", status=status, retry_after=retry_after)


def _refuse(form: WebhookSettings, settings: Settings) -> FieldError | None:
    try:
        check_url(form.url, settings.allowed_networks)
    except UrlRefused as refusal:
        return FieldError("/url", str(refusal))
    return None


def _make_sender(parts: SenderParts) -> WebhookSender:
    return WebhookSender(parts.session, parts.settings.webhook_deadline, parts.settings.public_url, parts.secret_key)


WEBHOOK = Kind(
    WebhookSettings,
    _refuse,
    _make_sender,
    signed=True,
    label="Webhook",
    about="A signed POST of JSON to a program of yours (Standard Webhooks).",
)
