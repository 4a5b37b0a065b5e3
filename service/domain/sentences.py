"""A reason as a sentence. Most reasons are phrases, for they stand inside other words; some are read alone."""

from __future__ import annotations


def as_sentence(reason: str) -> str:
    """The reason with a capital and a full stop, for whoever reads nothing before it."""
    return f"{reason[:1].upper()}{reason[1:]}{'' if reason.endswith(('.', '!', '?', '…')) else '.'}" if reason else reason
