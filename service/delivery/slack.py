"""Slack: incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from service.delivery.chat import SECRET, Chat, ChatForm, Markup, Place, Post, Words, at_host, chat_kind
from service.delivery.telling import Telling
from service.outbound import Response

LIMIT = 3000  # of a section's text
_STYLE = re.compile(r"([*_~`])")
_JOINER = "\u2060"  # invisible: beside it a mark of style is just a character
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class SlackSettings(ChatForm):
    """A Slack channel's settings."""

    url: Annotated[
        str, Field(min_length=1, max_length=500, description="the incoming webhook: https://hooks.slack.com/...", json_schema_extra=SECRET)
    ]


def _escape(text: str) -> str:
    return _STYLE.sub(rf"{_JOINER}\1{_JOINER}", text.translate(_ENTITIES))


def _link(url: str, text: str) -> str:
    return f"<{url.translate(_ENTITIES).replace('|', '%7C')}|{text}>"


def _write(form: SlackSettings, telling: Telling, words: Words) -> Post:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words.body, "verbatim": True}}
    return Post(form.url, {"text": _escape(telling.subject), "blocks": [section], "unfurl_links": False, "unfurl_media": False})


def _is_gone(response: Response) -> bool:
    return response.status == 410 or (response.status == 404 and response.body.strip() in (b"no_service", b"no_team"))


MARKUP = Markup(_escape, bold=lambda text: f"*{text}*", link=_link)
SLACK = chat_kind(
    Chat(SlackSettings, MARKUP, LIMIT, _write, gone=_is_gone),
    "Slack",
    "A message in a Slack channel, by an incoming webhook.",
    Place("url", at_host(r"hooks\.slack(-gov)?\.com"), "it begins with https://hooks.slack.com/"),
)
