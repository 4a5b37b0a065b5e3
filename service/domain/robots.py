"""What a site's robots.txt (RFC 9309) lets us read, and for how long what was read of it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FRESH_FOR = timedelta(hours=24)  # RFC 9309, 2.4
ASK_AGAIN = timedelta(minutes=4)  # where it was not reached: before a page that waits for it is tried again
KEPT_FOR = timedelta(days=30)  # for how long an old copy holds while the site does not answer

FORBIDDEN = "the site's robots.txt does not allow us to read it"
UNREACHED = "the site's robots.txt cannot be reached, so its pages are not read for now"
UNREADABLE = "the site's robots.txt could not be read within the limits"


@dataclass(frozen=True, slots=True)
class Robots:
    """The robots.txt of an origin as it was last read; `rules` are empty where there is none, and None where it was never reached."""

    origin: str
    rules: bytes | None
    read_at: datetime | None
    ask_again_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it need not be asked for."""
        return now < self.ask_again_at


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether we may read an address, and how long the site wants us to wait between two of its pages."""

    allowed: bool = True
    delay: timedelta | None = None


def after_asking(origin: str, known: Robots | None, rules: bytes | None, now: datetime) -> Robots:
    """What holds after robots.txt was asked for; `rules` is None where it was not reached: then a copy that is not too old goes on."""
    if rules is not None:
        return Robots(origin, rules, now, now + FRESH_FOR)
    if known is not None and known.read_at is not None and now - known.read_at < KEPT_FOR:
        return Robots(origin, known.rules, known.read_at, now + ASK_AGAIN)
    return Robots(origin, None, None, now + ASK_AGAIN)
