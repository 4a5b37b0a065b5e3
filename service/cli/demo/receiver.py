"""The demo's webhook receiver: checks each signature by the Standard Webhooks specification, as any receiver should."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from service.cli.demo.arrivals import WEBHOOK, Arrival, Arrive, Refused, Told

TOLERANCE = timedelta(minutes=5)  # how far a message's time may be off


@dataclass(slots=True)
class Receiver:
    """A receiver; it learns its `secret` when the channel is made."""

    arrive: Arrive
    now: Callable[[], datetime]
    secret: str = ""

    def app(self) -> web.Application:
        """Its web server: POST /alerts."""
        app = web.Application()
        app.add_routes([web.post("/alerts", self._receive)])
        return app

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        wrong = find_fault(self.secret, request.headers, body, self.now())
        if wrong:
            self.arrive(Refused(WEBHOOK, wrong))
            return web.Response(status=401, text=wrong)
        for arrival in _arrivals(json.loads(body)):
            self.arrive(arrival)
        return web.Response(status=204)


def find_fault(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str | None:
    """What is wrong with a webhook's signature; None: it is genuine and recent."""
    message, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message or not (stamp.isascii() and stamp.isdigit()):
        return "webhook-id or webhook-timestamp is missing"
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return "webhook-timestamp is too old or in the future"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.digest(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256))
    given = [part[3:] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    if not any(hmac.compare_digest(right, each.encode()) for each in given):
        return "webhook-signature is not ours"
    return None


def _arrivals(payload: dict[str, Any]) -> list[Arrival]:
    if payload["type"] not in ("alert.created", "alert.updated"):
        return []
    data = payload["data"]
    news = tuple(each["text"] for each in data["update"]["news"]) if data["update"] else ()
    return [_arrival(data["rule"]["name"], article, news) for article in data["articles"]]


def _arrival(rule: str, article: dict[str, Any], news: tuple[str, ...]) -> Arrival:
    lines = tuple(Told(each["text"], tuple((start, end) for start, end in each["highlights"])) for each in article["passages"])
    return Arrival(WEBHOOK, rule, urlsplit(article["url"] or "").path, article["source"], "webhook, signature verified", lines, news)
