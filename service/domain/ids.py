"""Public ids: unguessable, stable, and for what follows from something else, derived from it."""

from __future__ import annotations

import hashlib

DERIVED_LENGTH = 26


def derived_id(prefix: str, *origin: str) -> str:
    """The id of what `origin` determines: after a restored backup the same alert gets the same id again.

    As unguessable as its origin; every origin here contains a random id.
    """
    # The separator cannot stand in an id or a URL, so no two origins run together.
    digest = hashlib.sha256("\0".join(origin).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}_{digest[:DERIVED_LENGTH]}"


def match_id(rule: str, article: str) -> str:
    """The id of the match of this rule and this article."""
    return derived_id("ma", rule, article)


def alert_id(rule: str, subject: str) -> str:
    """The id of this rule's alert about this subject (an article's `dedup_key`)."""
    return derived_id("al", rule, subject)


def delivery_id(alert: str, channel: str, update: int = 0) -> str:
    """The id of this alert's delivery to this channel: what receivers see as `webhook-id` and in `Message-ID`.

    Each update of the alert, counted from 1, is a message of its own.
    """
    return derived_id("dl", alert, channel, *([str(update)] if update else []))


def digest_id(scope: str, kind: str, send_at: str, number: int) -> str:
    """The id of the digest of this kind and time, of a rule or of what a workspace tells to some channels; `number` counts them, from 0."""
    return derived_id("dg", scope, kind, send_at, str(number))
