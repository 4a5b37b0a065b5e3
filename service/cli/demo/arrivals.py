"""An alert as it reaches somebody, whichever way it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WEBHOOK, EMAIL = "webhook", "e-mail"
WAYS = (WEBHOOK, EMAIL)


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of the article with the words to highlight: [start, end) offsets into `text`."""

    text: str
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One alert about one article, or an update of it, which has `news`.

    `proof` is what the receiver checked; `lines` what it shows, the title first.
    """

    how: str
    rule: str
    path: str
    source: str
    proof: str
    lines: tuple[Told, ...]
    news: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Something arrived that should not have: why it was refused."""

    how: str
    reason: str


Arrive = Callable[[Arrival | Refused], None]
