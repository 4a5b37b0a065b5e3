"""How often a feed brings news and how fast its window of entries rolls on: learned poll by poll, with the interval that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

DAY = timedelta(days=1)
POLLS_PER_GAP = 6  # polls between two pieces of news: on average they wait for a twelfth of their gap
POLLS_PER_WINDOW = 3  # polls in the time in which a window rolls over: two may fail and nothing is missed
PART_NEW = 3  # once the third part of a window is new, it counts how fast it rolls
RELAX = 1.25  # a window that did not roll is thought that much slower
WINDOW_MOST = 7 * DAY  # slower windows need no watching
LEARNED = 8  # pieces of news over which the usual gap is averaged
LULL_HALVES = 14 * DAY  # how long a long silence is remembered: weekends come every week
SILENT_AFTER = 10  # pieces of news before a silence means anything
WEEK = timedelta(days=8)  # after which we know whether it rests at weekends
WEEKEND = timedelta(days=3)  # the shortest silence that means anything until then
SILENT_GAPS = 5  # usual gaps
SILENT_LULLS = 2  # longest gaps of late
AWAY = DAY  # a time without any good poll, after which the silence before it tells nothing


@dataclass(frozen=True, slots=True)
class Limits:
    """The intervals between polls: `usual` while nothing is known or news come often, and the bounds."""

    usual: timedelta
    shortest: timedelta
    longest: timedelta

    @classmethod
    def of(cls, usual: timedelta, shortest: timedelta, longest: timedelta) -> Limits:
        """Bounds that `usual` is within: who sets that to a second means it."""
        return cls(usual, min(shortest, usual), max(longest, usual))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was learned of a feed."""

    gap: timedelta | None = None  # the usual time from one poll that brought news to the next
    lull: timedelta = timedelta(0)  # the longest such time of late
    news: int = 0  # how many polls brought some
    news_at: datetime | None = None  # the last of them; before the first, since when we look
    window: timedelta | None = None  # in how long all its entries give way to others; None: not soon
    listed: int = 0  # entries of the last document
    read_at: datetime | None = None  # the last good poll
    known_since: datetime | None = None  # the first one


@dataclass(frozen=True, slots=True)
class Listing:
    """What a document listed: entries in all, and how many of them are new to us."""

    total: int
    new: int


def has_rolled_over(rhythm: Rhythm, listing: Listing | None) -> bool:
    """Whether nothing of what the document listed before is left, so that articles in between may have been missed."""
    return listing is not None and rhythm.listed > 1 and listing.total > 1 and listing.new == listing.total


def learn(rhythm: Rhythm, listing: Listing | None, now: datetime) -> Rhythm:
    """The rhythm after a good poll; `listing` is None for a document as before."""
    listed = rhythm.listed if listing is None else listing.total
    if rhythm.read_at is None:
        return replace(rhythm, news_at=now, listed=listed, read_at=now, known_since=rhythm.known_since or now)
    since = max(now - rhythm.read_at, timedelta(seconds=1))
    if since > AWAY:
        return replace(rhythm, news_at=now, window=_window(rhythm.window, listing, since), listed=listed, read_at=now)
    heard = _hear(rhythm, now) if listing is not None and listing.new else rhythm
    return replace(heard, window=_window(rhythm.window, listing, since), listed=listed, read_at=now)


def interval(rhythm: Rhythm, limits: Limits, now: datetime) -> timedelta:
    """How long to wait for the next poll, within the limits: longer the rarer news come and the longer none came.

    Only where the window may roll over is it shorter than usual.
    """
    gap = rhythm.gap or POLLS_PER_GAP * limits.usual
    silence = now - rhythm.news_at if rhythm.news_at else timedelta(0)
    wait = max(limits.usual, max(gap, silence / 2) / POLLS_PER_GAP)
    if rhythm.window is not None:
        wait = min(wait, rhythm.window / POLLS_PER_WINDOW)
    return min(max(wait, limits.shortest), limits.longest)


def is_silent(rhythm: Rhythm, now: datetime) -> bool:
    """Whether it has brought nothing for several times its usual gap, nights and weekends considered."""
    if rhythm.gap is None or rhythm.news_at is None or rhythm.news < SILENT_AFTER:
        return False
    least = DAY if rhythm.known_since is not None and now - rhythm.known_since >= WEEK else WEEKEND
    return now - rhythm.news_at > max(least, SILENT_GAPS * rhythm.gap, SILENT_LULLS * rhythm.lull)


def _hear(rhythm: Rhythm, now: datetime) -> Rhythm:
    gap = now - rhythm.news_at if rhythm.news_at else timedelta(0)
    return replace(
        rhythm,
        gap=_average(rhythm.gap, gap, 1 / min(rhythm.news + 1, LEARNED)),
        lull=max(gap, rhythm.lull * 0.5 ** (gap / LULL_HALVES)),
        news=rhythm.news + 1,
        news_at=now,
    )


def _average(known: timedelta | None, seen: timedelta, share: float) -> timedelta:
    """The geometric mean, in which one night counts for little among many minutes."""
    now = max(seen.total_seconds(), 1.0)
    before = max(known.total_seconds(), 1.0) if known is not None else now
    return timedelta(seconds=before ** (1 - share) * now**share)


def _window(known: timedelta | None, listing: Listing | None, since: timedelta) -> timedelta | None:
    if listing is not None and listing.new and listing.new * PART_NEW >= listing.total:
        rolls_in = since * (listing.total / listing.new)
        found = rolls_in if known is None else min(known, rolls_in)
    elif known is not None:
        found = known * RELAX
    else:
        return None
    return found if found < WINDOW_MOST else None
