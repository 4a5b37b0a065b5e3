"""Asking a hub for a subscription."""

from __future__ import annotations

from urllib.parse import urlencode

from service.domain.websub import LEASE
from service.outbound import OutboundError, Session

DEADLINE = 20.0  # seconds; some hubs verify before they answer


async def ask_hub(session: Session, hub: str, *, topic: str, callback: str, secret: str) -> str | None:
    """Ask `hub` to tell us of `topic`; None if it takes the request, else why not."""
    form = {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.secret": secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = await session.post(hub, body=urlencode(form).encode(), headers=headers, deadline=DEADLINE, max_bytes=1000)
    except OutboundError as error:
        return str(error)
    return None if 200 <= answer.status < 300 else f"the hub answers HTTP {answer.status}"
