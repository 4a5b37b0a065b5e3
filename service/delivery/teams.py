"""Microsoft Teams: an Adaptive Card to a workflow's webhook (https://learn.microsoft.com/power-automate/teams/create-flows-webhooks)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from service.delivery.chat import PLAIN, SECRET, Chat, ChatForm, Place, Post, Words, at_host, chat_kind
from service.delivery.telling import Telling

LIMIT = 6000  # characters: with every one of them as \\uXXXX twice 28 kB, the card's limit, would not be reached by real text
MAX_BUTTONS = 4
_HOSTS = r"[a-z0-9.-]+\.(logic\.azure\.com|webhook\.office\.com|environment\.api\.powerplatform\.com)"


class TeamsSettings(ChatForm):
    """A Teams channel's settings."""

    url: Annotated[
        str, Field(min_length=1, max_length=2048, description="the URL that the workflow shows once it is saved", json_schema_extra=SECRET)
    ]


def _write(form: TeamsSettings, telling: Telling, words: Words) -> Post:
    # Rich text runs know no markup: whatever a headline holds is shown as it stands.
    head = [_run(words.subject or telling.subject, weight="bolder", size="medium")]
    lines = [[_run(line)] for line in words.body.split("\n")]
    buttons = [{"type": "Action.OpenUrl", "title": item.source or "Open", "url": item.link} for item in telling.items if item.link]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [{"type": "RichTextBlock", "inlines": runs} for runs in (head, *lines)],
        "actions": buttons[:MAX_BUTTONS],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return Post(form.url, {"type": "message", "attachments": [attachment]})


def _run(text: str, **style: str) -> dict[str, Any]:
    return {"type": "TextRun", "text": text or " ", **style}


TEAMS = chat_kind(
    Chat(TeamsSettings, PLAIN, LIMIT, _write, titled=True),
    "Microsoft Teams",
    "A card in a Teams channel or chat, by a workflow that starts when a webhook request is received.",
    Place("url", at_host(_HOSTS), "it is at ...logic.azure.com, ...environment.api.powerplatform.com or ...webhook.office.com"),
)
