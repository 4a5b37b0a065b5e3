"""A feed of a workspace's alerts, under a link that cannot be guessed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class OutFeed:
    """A link under which the alerts of a rule (None: of every rule) can be read. Its token is known to its readers alone."""

    id: str
    workspace: str
    rule: str | None
    name: str
    created_at: datetime
    renewed_at: datetime | None = None


def new_token(random_bytes: Callable[[int], bytes]) -> str:
    """A token with 256 random bits."""
    return random_bytes(TOKEN_BYTES).hex()


def hash_token(token: str) -> str:
    """What is stored of a token: it has 256 random bits, so a plain hash tells nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
