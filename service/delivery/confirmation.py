"""Double opt-in: addresses that the operator does not vouch for get nothing until their reader has said yes."""

from __future__ import annotations

from collections.abc import Mapping

from service.config import Settings
from service.delivery.proofs import is_proven, prove

_SIGNED_AS = "confirm"


def needs_confirmation(kind: str, channel_settings: Mapping[str, str], settings: Settings) -> bool:
    """Whether a channel with these settings must be confirmed by its reader before anything else is sent there."""
    return kind == "email" and not _is_vouched_for(channel_settings["to"], settings.mail_vouched)


def may_confirm(address: str, settings: Settings) -> bool:
    """Whether an address can be used at all: it is vouched for, or there is a link by which it can confirm."""
    return settings.public_url is not None or _is_vouched_for(address, settings.mail_vouched)


def confirm_token(channel_id: str, address: str, key: bytes) -> str:
    """The last part of the link that confirms this address for this channel; it is worth nothing for another address."""
    return f"{channel_id}.{prove(key, _SIGNED_AS, channel_id, address)}"


def confirm_url(public_url: str, channel_id: str, address: str, key: bytes) -> str:
    """The link itself: a GET shows a page, its POST confirms."""
    return f"{public_url.rstrip('/')}/confirm/{confirm_token(channel_id, address, key)}"


def channel_named_in(token: str) -> str:
    """Which channel a token says that it is for; nothing is proven by that."""
    return token.rpartition(".")[0]


def is_confirmed_by(token: str, channel_id: str, address: str, key: bytes) -> bool:
    """Whether the token was sent to this address for this channel. Takes constant time."""
    named, _, proof = token.rpartition(".")
    return named == channel_id and is_proven(proof, key, _SIGNED_AS, channel_id, address)


def _is_vouched_for(address: str, vouched: tuple[str, ...]) -> bool:
    domain = address.rpartition("@")[2].lower()
    return any(each in ("*", domain, address.lower()) for each in vouched)
