"""Signatures by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from service.domain.channels import Secret

PREFIX = "whsec_"


def new_secret(random_bytes: bytes) -> str:
    """The written form of a secret, `whsec_<base64>`.

    Raises:
        ValueError: not the 24 to 64 bytes that the specification asks for.
    """
    if not 24 <= len(random_bytes) <= 64:
        raise ValueError(f"a webhook secret is made of 24 to 64 random bytes, not {len(random_bytes)}")
    return PREFIX + base64.b64encode(random_bytes).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, `v1,<base64>`: HMAC-SHA256 of `{id}.{timestamp}.{body}`; `timestamp` in whole seconds."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def signed_headers(secrets: Sequence[Secret], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one attempt, signed with every secret that has not retired by `now`, in the order given."""
    timestamp = int(now.timestamp())
    in_force = [secret.value for secret in secrets if secret.retires_at is None or secret.retires_at > now]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message_id, timestamp, body) for secret in in_force),
    }
