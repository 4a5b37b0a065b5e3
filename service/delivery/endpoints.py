"""Where deliveries meet: what is spared as one, whoever's channels lead there."""

from __future__ import annotations

from urllib.parse import urlsplit

from service.domain.channels import Channel
from service.domain.traffic import MAIL


def endpoint_of(channel: Channel) -> str:
    """The server that a channel's messages go to: a URL's host and port, the operator's mail server, or the one service of its kind."""
    if channel.kind == "email":
        return MAIL
    try:
        parts = urlsplit(channel.settings.get("url", ""))
    except ValueError:
        return channel.kind
    if parts.scheme in ("http", "https"):
        return parts.netloc.rpartition("@")[2].lower() or channel.kind
    return parts.scheme or channel.kind  # of an Apprise URL what names the service: the rest is secret
