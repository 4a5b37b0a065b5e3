"""What the other side said, as users may see it."""

from __future__ import annotations

HIDDEN = "***"
MAX_DETAIL = 200  # characters


def printable_reply(reply: bytes) -> str:
    """The beginning of a reply on one line, with nothing unprintable in it; may be empty."""
    text = "".join(char if char.isprintable() else " " for char in reply.decode("utf-8", "replace"))
    return " ".join(text.split())[:MAX_DETAIL]
