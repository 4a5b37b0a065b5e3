"""A channel: a configured destination of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret; `retires_at` is set once a newer one has taken its place."""

    value: str = field(repr=False)
    retires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """Where alerts go. `settings` are checked at save by the kind's own form; `secrets` newest first.

    `unreadable` says why both are empty, where what is stored of them cannot be opened here.
    """

    id: str
    workspace: str
    kind: str
    name: str
    settings: Mapping[str, str] = field(repr=False)
    secrets: tuple[Secret, ...]
    created_at: datetime
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    ordered: bool = False  # its deliveries go out one after the other, in the order in which they were made
    unconfirmed: bool = False  # whoever reads there has not said yet that messages are welcome
    unreadable: str | None = None


def rotate(secrets: tuple[Secret, ...], new: str, *, now: datetime, overlap: timedelta) -> tuple[Secret, ...]:
    """`new` before the secrets still in force, each of which retires after `overlap` at the latest."""
    ends = now + overlap
    old = (Secret(each.value, min(each.retires_at or ends, ends)) for each in secrets)
    return (Secret(new), *(each for each in old if each.retires_at and each.retires_at > now))
