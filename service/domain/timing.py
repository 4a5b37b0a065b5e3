"""When a delivery is tried again, and what each attempt makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.deliveries import DeliveryError, DeliveryState, DeliveryToSend, Outcome, Receipt

# The waits before each try that Standard Webhooks 1.0.0 gives as its example: ten tries in 75 hours and 35 minutes.
WAITS = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_RETRY_AFTER = timedelta(hours=24)
JITTER = 0.1
UNREADY_WAIT = timedelta(minutes=5)


def next_attempt_at(tries_made: int, now: datetime, jitter: float, retry_after: timedelta | None = None) -> datetime | None:
    """When to try again after `tries_made` tries; None when there are no tries left.

    `jitter` in [0, 1] adds up to a tenth. A `retry_after` (what the receiver asked for) lengthens the wait, up to
    24 hours, and never shortens it.
    """
    if tries_made >= len(WAITS):
        return None
    wait = max(WAITS[tries_made], min(retry_after or timedelta(0), MAX_RETRY_AFTER))
    return now + wait * (1 + JITTER * jitter)


def after_success(receipt: Receipt) -> Outcome:
    """The other side took the message: the delivery is over."""
    return Outcome(DeliveryState.SENT, None, delivered=True, status=receipt.status, detail=receipt.detail)


def after_failure(delivery: DeliveryToSend, error: DeliveryError, now: datetime, jitter: float) -> Outcome:
    """The attempt failed: try again later, or give up where that is hopeless or was the last try."""
    if error.unready:
        looked_for_at = now + UNREADY_WAIT * (1 + JITTER * jitter)
        return Outcome(DeliveryState.PENDING, looked_for_at, delivered=False, status=None, detail=error.detail, ours=True, tried=False)
    tries = delivery.tries + 1
    again_at = None if error.permanent else next_attempt_at(tries, now, jitter, error.retry_after)
    if again_at is not None:
        return Outcome(
            DeliveryState.PENDING, again_at, delivered=False, status=error.status, detail=error.detail,
            ours=error.ours, retry_after=error.retry_after,
        )  # fmt: skip
    detail = error.detail if error.permanent else f"{error.detail}; given up after {tries} tries"
    reason = error.detail if error.gone else None
    return Outcome(DeliveryState.DEAD, None, delivered=False, status=error.status, detail=detail, disable_channel=reason, ours=error.ours)
