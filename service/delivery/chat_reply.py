"""What a chat service's answer makes of a message."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from service.delivery.replies import printable_reply
from service.domain.deliveries import DeliveryError, Receipt
from service.outbound import Response
from service.outbound.waits import parse_retry_after

LONGEST_WAIT = timedelta(days=1)
_FINAL = frozenset({400, 413, 422})  # this very message is refused, and will be again


def judge_reply(response: Response, now: datetime, *, gone: bool) -> Receipt:
    """The receipt of a message that was taken: 2xx. Raises DeliveryError for every other answer, with what the service said.

    `gone`: by this answer no message will ever be taken again. A wrong token (401, 403, 404) is not final: its owner may mend it, and what
    waits is then delivered.
    """
    status, reply = response.status, printable_reply(response.body)
    if gone:
        raise DeliveryError(f"HTTP {status}: the other side says that this is gone for good", gone=True, status=status)
    said = f"HTTP {status}: {reply}" if reply else f"HTTP {status}"
    if 200 <= status < 300:
        return Receipt(status, said)
    if 300 <= status < 400:
        raise DeliveryError(f"HTTP {status}: answered with a redirect, which is not followed; change the channel's address", status=status)
    waits = status in (429, 503)
    retry_after = (parse_retry_after(response.headers.get("Retry-After"), now) or _told_wait(response.body)) if waits else None
    raise DeliveryError(said, permanent=status in _FINAL, status=status, retry_after=retry_after)


def reply_of(response: Response) -> dict[str, Any]:
    """The JSON object that a service answers with; empty where it is none."""
    try:
        answer = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _told_wait(body: bytes) -> timedelta | None:
    """How long to wait as Telegram (`parameters.retry_after`) and Discord (`retry_after`) say it in the body."""
    answer = reply_of(Response(429, "", {}, body, complete=True))
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else answer.get("retry_after")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_WAIT.total_seconds():
        return None
    return timedelta(seconds=seconds)
