"""Unsubscribe links: a channel's id with a proof that the link is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac


def unsubscribe_token(channel_id: str, key: bytes) -> str:
    """The last part of a channel's unsubscribe link; safe in a URL, and the same in every mail."""
    return f"{channel_id}.{_proof(channel_id, key)}"


def unsubscribe_url(public_url: str, channel_id: str, key: bytes) -> str:
    """The link itself (RFC 8058: a GET shows a page, a POST unsubscribes)."""
    return f"{public_url.rstrip('/')}/unsubscribe/{unsubscribe_token(channel_id, key)}"


def channel_of_token(token: str, key: bytes) -> str | None:
    """The channel that a token unsubscribes, or None if it was not made with this key. Takes constant time."""
    channel_id, _, proof = token.rpartition(".")
    genuine = hmac.compare_digest(_proof(channel_id, key).encode(), proof.encode(errors="replace"))
    return channel_id if genuine else None


def _proof(channel_id: str, key: bytes) -> str:
    # The purpose is part of what is signed, so that no other signature of this key opens an unsubscribe link.
    digest = hmac.digest(key, b"unsubscribe\0" + channel_id.encode(errors="replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
