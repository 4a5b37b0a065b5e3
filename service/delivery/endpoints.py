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
        host = urlsplit(channel.settings.get("url", "")).netloc.rpartition("@")[2].lower()
    except ValueError:
        host = ""
    return host or channel.kind
