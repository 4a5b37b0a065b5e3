"""Discord: webhooks (https://docs.discord.com/developers/resources/webhook#execute-webhook)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from service.delivery.chat import SECRET, Chat, ChatForm, Markup, Place, Post, Words, at_host, chat_kind
from service.delivery.chat_reply import reply_of
from service.delivery.telling import Telling
from service.outbound import Response

LIMIT = 2000
UNKNOWN_WEBHOOK = 10015
_SUPPRESS_EMBEDS = 1 << 2
_MARKS = re.compile(r"([\\*_~`|>#\[\]()<:-])")


class DiscordSettings(ChatForm):
    """A Discord channel's settings."""

    url: Annotated[
        str, Field(min_length=1, max_length=500, description="the webhook: https://discord.com/api/webhooks/...", json_schema_extra=SECRET)
    ]


def _escape(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _link(url: str, text: str) -> str:
    return f"[{text}](<{url.replace('>', '%3E')}>)"


def _write(form: DiscordSettings, telling: Telling, words: Words) -> Post:  # noqa: ARG001  # its messages have no subject
    # No mentions: a headline with @everyone must wake nobody.
    return Post(form.url, {"content": words.body, "allowed_mentions": {"parse": []}, "flags": _SUPPRESS_EMBEDS})


def _is_gone(response: Response) -> bool:
    return response.status == 410 or (response.status == 404 and reply_of(response).get("code") == UNKNOWN_WEBHOOK)


MARKUP = Markup(_escape, bold=lambda text: f"**{text}**", link=_link)
DISCORD = chat_kind(
    Chat(DiscordSettings, MARKUP, LIMIT, _write, gone=_is_gone),
    "Discord",
    "A message in a Discord channel, by a webhook.",
    Place("url", at_host(r"((canary|ptb)\.)?discord(app)?\.com"), "it begins with https://discord.com/api/webhooks/"),
)
