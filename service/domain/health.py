"""How a feed is, in a state and a sentence, and what of it its owners are told: once at each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate, HealthChange, Watch
from service.domain.rhythm import is_silent

TELL_AFTER = 3  # failures in a row
TELL_WITHIN = timedelta(hours=6)  # of failing, however few polls that were
SHOWN_FOR = timedelta(days=1)  # how long what happened at one poll is shown

_AT_ONCE = frozenset({FeedState.GONE, FeedState.QUARANTINED, FeedState.REFUSED})
_UNREADABLE = frozenset({FeedState.FAILING, FeedState.NOT_A_FEED})
WELL_AGAIN = "It answers with a feed again."
NEWS_AGAIN = "It brings news again."
KEEPS_UP = "Its polls overlap again: nothing more was missed for a day."


def judge(feed: FeedToPoll, update: FeedUpdate, now: datetime) -> FeedUpdate:
    """The outcome of a poll with the state that owners see, and with the change that they are told of, if there is one."""
    failed = update.last_success_at is None
    watch = replace(update.watch, failing_since=(feed.watch.failing_since or now) if failed else None)
    if update.url is not None:
        watch = replace(watch, moved_from=feed.url, moved_at=now)
    seen = replace(update, watch=watch) if failed else _look_closer(feed, replace(update, watch=watch), now)
    told = _worth_telling(seen, feed.watch.told, now)
    if told is feed.watch.told is watch.told:
        return seen
    change = _change(feed.watch.told, told, seen.reason)
    return replace(seen, watch=replace(watch, told=told), change=change)


def _look_closer(feed: FeedToPoll, update: FeedUpdate, now: datetime) -> FeedUpdate:
    """What may be wrong with a feed that answers well."""
    watch = update.watch
    if _recent(watch.rolled_at, now):
        return replace(update, state=FeedState.ROLLED_OVER, reason=_rolled(watch))
    if _recent(watch.moved_at, now):
        url = update.url or feed.url
        return replace(update, state=FeedState.MOVED, reason=f"It has moved from {watch.moved_from} to {url}, where it is polled now.")
    if is_silent(watch.rhythm, now):
        return replace(update, state=FeedState.SILENT, reason=_silent(watch, now))
    if update.moved_to is not None and update.reason is None:
        return replace(update, reason=_moving(feed.url, update.moved_to))
    return update


def _worth_telling(update: FeedUpdate, told: FeedState | None, now: datetime) -> FeedState | None:
    """What owners should know now. A failure or two are no news, nor is that a failing feed fails in another way."""
    if update.state in (FeedState.OK, FeedState.NEW):
        return None
    if update.state not in _UNREADABLE:
        return update.state
    since = update.watch.failing_since or now
    lasting = update.failures >= TELL_AFTER or now - since >= TELL_WITHIN or update.gone_since is not None
    return told if told in _UNREADABLE or not lasting else update.state


def _change(before: FeedState | None, after: FeedState | None, reason: str | None) -> HealthChange | None:
    if before is after:
        return None
    if after is not None:
        return HealthChange(after, reason or "")
    if before is FeedState.MOVED:
        return None  # nothing was wrong
    return HealthChange(None, {FeedState.SILENT: NEWS_AGAIN, FeedState.ROLLED_OVER: KEEPS_UP}.get(before or FeedState.OK, WELL_AGAIN))


def _recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < SHOWN_FOR


def _rolled(watch: Watch) -> str:
    at = watch.rolled_at.strftime("%Y-%m-%d %H:%M UTC") if watch.rolled_at else "some time"
    return (
        f"At the poll of {at} all its entries had given way to others: articles in between may have been missed. It is polled more often."
    )


def _silent(watch: Watch, now: datetime) -> str:
    silence = now - watch.rhythm.news_at if watch.rhythm.news_at else timedelta(0)
    return (
        f"It answers, but has brought nothing for {_span(silence)}; usually it brings something every {_span(watch.rhythm.gap or silence)}."
    )


def _moving(url: str, to: str) -> str:
    if url.startswith("https:") and not to.startswith("https:"):
        return f"It redirects for good to {to}, which is not encrypted and so not taken over; follow that address if you want it."
    return f"It redirects for good to {to}; that address is taken over once this has lasted for three days."


def _span(time: timedelta) -> str:
    """A duration as people say it."""
    minutes = max(1, round(time.total_seconds() / 60))
    for size, name in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{minutes // size} {name}s"
    return f"{minutes} minutes" if minutes > 1 else "minute"
