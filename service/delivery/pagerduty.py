"""PagerDuty: Events API v2 (https://developer.pagerduty.com/docs/events-api-v2/trigger-events/)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from service.delivery.chat import PLAIN, SECRET, Chat, ChatForm, Place, Post, Words, at_host, chat_kind
from service.delivery.telling import Telling

LIMIT = 20_000
MAX_SUMMARY = 1024
MAX_LINKS = 10


class PagerDutySettings(ChatForm):
    """A PagerDuty channel's settings."""

    routing_key: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9]{32}$",
            description="the integration key of an Events API v2 integration, 32 letters and digits",
            json_schema_extra=SECRET,
        ),
    ]
    severity: Literal["critical", "error", "warning", "info"] = "info"
    server: Annotated[
        str,
        Field(min_length=1, max_length=500, pattern=r"^https?://[^?#]+$", description="https://events.eu.pagerduty.com for EU accounts"),
    ] = "https://events.pagerduty.com"


def _write(form: PagerDutySettings, telling: Telling, words: Words) -> Post:
    payload: dict[str, Any] = {
        "summary": (words.subject or telling.subject)[:MAX_SUMMARY],
        "source": telling.items[0].source if telling.items else "Wirewatch",
        "severity": form.severity,
        "group": telling.rule or "Wirewatch",
        "class": telling.event,
        "custom_details": {"message": words.body},
    }
    links = [{"href": item.link, "text": item.title} for item in telling.items if item.link]
    event = {"routing_key": form.routing_key, "event_action": "trigger", "dedup_key": telling.about, "client": "Wirewatch"}
    return Post(f"{form.server.rstrip('/')}/v2/enqueue", event | {"payload": payload, "links": links[:MAX_LINKS]})


PAGERDUTY = chat_kind(
    Chat(PagerDutySettings, PLAIN, LIMIT, _write, titled=True),
    "PagerDuty",
    "An event that opens an incident; updates of an alert join it.",
    Place("server", at_host(r"events(\.eu)?\.pagerduty\.com"), "it is https://events.pagerduty.com or https://events.eu.pagerduty.com"),
)
