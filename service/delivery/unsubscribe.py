"""Unsubscribe links: a channel's id with a proof that the link is ours."""

from __future__ import annotations

from service.delivery.proofs import is_proven, prove

_SIGNED_AS = "unsubscribe"


def unsubscribe_token(channel_id: str, key: bytes) -> str:
    """The last part of a channel's unsubscribe link; safe in a URL, and the same in every mail."""
    return f"{channel_id}.{prove(key, _SIGNED_AS, channel_id)}"


def unsubscribe_url(public_url: str, channel_id: str, key: bytes) -> str:
    """The link itself (RFC 8058: a GET shows a page, a POST unsubscribes)."""
    return f"{public_url.rstrip('/')}/unsubscribe/{unsubscribe_token(channel_id, key)}"


def channel_of_token(token: str, key: bytes) -> str | None:
    """The channel that a token unsubscribes, or None if it was not made with this key. Takes constant time."""
    channel_id, _, proof = token.rpartition(".")
    return channel_id if is_proven(proof, key, _SIGNED_AS, channel_id) else None
