"""Checks the signature of a webhook with the library of Standard Webhooks: `pip install standardwebhooks`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def read_message(secret: str, headers: Mapping[str, str], body: bytes) -> Any:
    """The payload of a request that Wirewatch signed, or None: answer 401 then."""
    try:
        return Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError):  # ValueError: a malformed header
        return None
