"""ntfy: published as JSON (https://docs.ntfy.sh/publish/#publish-as-json)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from service.delivery.chat import PLAIN, SECRET, Chat, ChatForm, Place, Post, Words, chat_kind
from service.delivery.telling import Telling

LIMIT = 1300  # of 4,096 bytes, beyond which the message becomes an attachment: three bytes for a character of most scripts
MAX_TITLE = 200
PRIORITIES = {"min": 1, "low": 2, "default": 3, "high": 4, "max": 5}


class NtfySettings(ChatForm):
    """An ntfy channel's settings."""

    topic: Annotated[
        str,
        Field(
            pattern=r"^[-_A-Za-z0-9]{1,64}$",
            description="up to 64 letters, digits, - and _; who knows it can read it: choose one like a password",
            json_schema_extra=SECRET,
        ),
    ]
    server: Annotated[
        str, Field(min_length=1, max_length=500, pattern=r"^https?://[^?#]+$", description="the server, where it is not ntfy.sh")
    ] = "https://ntfy.sh"
    token: Annotated[
        str, Field(max_length=200, pattern=r"^[A-Za-z0-9_]*$", description="an access token: tk_...", json_schema_extra=SECRET)
    ] = ""
    priority: Literal["min", "low", "default", "high", "max"] = "default"


def _write(form: NtfySettings, telling: Telling, words: Words) -> Post:
    payload: dict[str, Any] = {
        "topic": form.topic,
        "title": (words.subject or telling.subject)[:MAX_TITLE],
        "message": words.body,
        "priority": PRIORITIES[form.priority],
        "tags": ["newspaper"],
    }
    link = next((item.link for item in telling.items if item.link), None)
    headers = {"authorization": f"Bearer {form.token}"} if form.token else {}
    return Post(form.server, payload | ({"click": link} if link else {}), headers)


NTFY = chat_kind(
    Chat(NtfySettings, PLAIN, LIMIT, _write, titled=True), "ntfy", "A push message to phones and desktops, by ntfy.sh or your own server.",
    Place("server"),
)  # fmt: skip
