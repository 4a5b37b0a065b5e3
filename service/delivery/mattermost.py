"""Mattermost: incoming webhooks (https://developers.mattermost.com/integrate/webhooks/incoming/)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field

from service.delivery.chat import SECRET, Chat, ChatForm, Markup, Place, Post, Words, chat_kind
from service.delivery.telling import Telling

LIMIT = 16_000  # of the 16,383 characters that a post may have
_MARKS = re.compile(r"([\\*_~`|>#\[\]()<!-]|(?<!\w):(?=\S)|:(?=[\w+-]+:))")  # a colon where it may begin an emoji, :so: or :-)
_JOINER = "\u2060"  # invisible: behind it a name is no mention


class MattermostSettings(ChatForm):
    """A Mattermost channel's settings."""

    url: Annotated[
        str,
        Field(min_length=1, max_length=2048, description="the incoming webhook: https://your.server/hooks/...", json_schema_extra=SECRET),
    ]
    channel: Annotated[str, Field(max_length=100, description="another channel than the webhook's own; @name for a person")] = ""


def _escape(text: str) -> str:
    return _MARKS.sub(r"\\\1", text).replace("@", f"@{_JOINER}")


def _link(url: str, text: str) -> str:
    return f"[{text}](<{url.replace('>', '%3E')}>)"


def _write(form: MattermostSettings, telling: Telling, words: Words) -> Post:  # noqa: ARG001  # its messages have no subject
    payload: dict[str, Any] = {"text": words.body.replace("\n", "  \n")}
    return Post(form.url, payload | ({"channel": form.channel} if form.channel else {}))


MARKUP = Markup(_escape, bold=lambda text: f"**{text}**", link=_link)
MATTERMOST = chat_kind(
    Chat(MattermostSettings, MARKUP, LIMIT, _write), "Mattermost", "A post in a Mattermost channel, by an incoming webhook.", Place("url")
)
