"""Why a body yields no feed."""

from __future__ import annotations


class NotAFeed(Exception):
    """The answer is something else than a feed; `reason` tells the owner what it seems to be."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ParseFailed(Exception):
    """The parser gave no answer: it ran into its limits, or crashed. `reason` may be shown to users."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
