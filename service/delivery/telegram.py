"""Telegram: the Bot API's sendMessage (https://core.telegram.org/bots/api#sendmessage)."""

from __future__ import annotations

from html import escape
from typing import Annotated

from pydantic import Field

from service.delivery.chat import SECRET, Chat, ChatForm, Markup, Place, Post, Words, chat_kind
from service.delivery.telling import Telling

LIMIT = 4096  # after the markup is read; ours is measured before, and so never longer


class TelegramSettings(ChatForm):
    """A Telegram channel's settings."""

    token: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{1,20}:[A-Za-z0-9_-]{20,100}$",
            description="the bot's token, from @BotFather: 123456:ABC...",
            json_schema_extra=SECRET,
        ),
    ]
    chat_id: Annotated[
        str, Field(pattern=r"^(-?[0-9]{1,20}|@[A-Za-z0-9_]{3,64})$", description="the chat's number, or a public channel's @name")
    ]
    server: Annotated[
        str, Field(min_length=1, max_length=500, pattern=r"^https?://[^?#]+$", description="another Bot API server than Telegram's own")
    ] = "https://api.telegram.org"


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{text}</a>'


def _write(form: TelegramSettings, telling: Telling, words: Words) -> Post:  # noqa: ARG001  # its messages have no subject
    payload = {"chat_id": form.chat_id, "text": words.body, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return Post(f"{form.server.rstrip('/')}/bot{form.token}/sendMessage", payload)


MARKUP = Markup(escape, bold=lambda text: f"<b>{text}</b>", link=_link)
TELEGRAM = chat_kind(
    Chat(TelegramSettings, MARKUP, LIMIT, _write), "Telegram", "A message by a bot in a Telegram chat, group or channel.", Place("server")
)
