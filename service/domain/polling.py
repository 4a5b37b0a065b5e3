"""When a feed is polled again, and what one poll makes of its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from service.domain.feeds import FeedState, FeedToPoll, FeedUpdate, ParsedFeed, Trust, Validators
from service.domain.sentences import as_sentence

DAY = timedelta(days=1)
POLLS_PER_FULL = 12  # every twelfth GET is unconditional, for some servers answer 304 for ever
FULL_EVERY = timedelta(hours=6)  # or sooner, where polls are rare
HOST_RESTS = timedelta(hours=1)  # at most, for all its feeds, after one was told that we ask too often
GIVE_UP_GONE = timedelta(days=7)
CUT_BASELINE = 3  # failures in a row after which what could be read of a feed counts as all that it held
MOVED_FOR = timedelta(days=3)
MOVED_POLLS = 10

_NOT_MODIFIED = 304
_GONE = 410
_TOO_OFTEN = 429
_BUSY = frozenset({_TOO_OFTEN, 503})
_MEANINGS = {
    401: "it asks for a password",
    403: "it refuses us",
    404: "there is nothing at this address",
    429: "it says that we ask too often",
    503: "it is overloaded or down for maintenance",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a GET of a feed brought; any HTTP status is a value here.

    `body` is None for 304. `headers` are those that tell how to read the body. `conditional`: it was asked with validators.
    """

    status: int
    url: str
    body: bytes | None
    validators: Validators
    body_hash: str | None  # SHA-256, hex
    complete: bool
    conditional: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    permanent_url: str | None = None
    retry_after: timedelta | None = None
    fresh_for: timedelta | None = None  # how long the server says that this answer will do

    @property
    def ok(self) -> bool:
        """Whether it is an answer to go on with: a document, or "not modified" to a question that allowed it."""
        return self.status == 200 or (self.status == _NOT_MODIFIED and self.conditional)


def is_conditional(feed: FeedToPoll, now: datetime) -> bool:
    """Whether the next GET may carry the validators."""
    known = feed.validators.etag is not None or feed.validators.last_modified is not None
    if not known or feed.watch.trust is Trust.LOST:
        return False
    recent = feed.watch.full_at is None or now - feed.watch.full_at < FULL_EVERY
    return feed.watch.trust is Trust.TESTED or (recent and feed.polls_since_full < POLLS_PER_FULL - 1)


def after_success(
    feed: FeedToPoll, fetched: Fetched, parsed: ParsedFeed | None, *, now: datetime, interval: timedelta, jitter: float
) -> FeedUpdate:
    """After a good answer: `parsed` is its document, None for a 304 or a body as before; `jitter` in [0, 1) spreads the load by 5 %.

    A document that breaks off keeps its whole entries, but the poll counts as failed: validators saved now would hide the rest for ever.
    """
    if not fetched.complete or (parsed is not None and not parsed.complete):
        return _after_cut(feed, parsed, now=now, interval=interval, jitter=jitter)
    moved = _follow_move(feed, fetched.permanent_url, now)
    unmodified = fetched.status == _NOT_MODIFIED
    return FeedUpdate(
        state=FeedState.OK,
        reason=None,
        next_at=now + interval * (0.95 + 0.1 * jitter),
        validators=_merge(feed.validators, fetched.validators) if unmodified else fetched.validators,
        body_hash=feed.body_hash if unmodified else fetched.body_hash,
        baselined_at=feed.baselined_at or now,
        failures=0,
        polls_since_full=feed.polls_since_full + 1 if unmodified else 0,
        gone_since=None,
        moved_to=moved.url,
        moved_since=moved.since,
        moved_polls=moved.polls,
        last_success_at=now,
        url=moved.adopt,
        title=(parsed.title or None) if parsed else None,
        site_url=parsed.site_url if parsed else None,
        language=parsed.language if parsed else None,
        watch=feed.watch,
    )


def after_answer(feed: FeedToPoll, fetched: Fetched, *, now: datetime, interval: timedelta, jitter: float) -> FeedUpdate:
    """After an answer that is not `ok`: an HTTP error, or a 304 that nobody asked for."""
    if fetched.status == _GONE:
        return _after_gone(feed, now=now, interval=interval, jitter=jitter)
    meaning = _MEANINGS.get(fetched.status, "not a feed" if fetched.status < 400 else "an error")
    retry_after = fetched.retry_after if fetched.status in _BUSY else None
    reason = f"The server answers HTTP {fetched.status}: {meaning}."
    update = after_failure(feed, reason, FeedState.FAILING, now=now, interval=interval, jitter=jitter, retry_after=retry_after)
    if fetched.status == _TOO_OFTEN and retry_after is not None:
        return replace(update, host_rests=min(retry_after, HOST_RESTS))
    return update


def after_failure(
    feed: FeedToPoll,
    reason: str,
    state: FeedState,
    *,
    now: datetime,
    interval: timedelta,
    jitter: float,
    retry_after: timedelta | None = None,
) -> FeedUpdate:
    """After a poll that brought nothing: again after one interval, then two, three ... up to a day, and never given up.

    `reason` is for the owner, told as a sentence. `retry_after`, as the server wishes,
    counts between one interval and a day, plus up to 20 %.
    """
    if retry_after is not None:
        wait = min(max(retry_after, interval), max(DAY, interval)) * (1 + 0.2 * jitter)
    else:
        wait = min(interval * (feed.failures + 1), max(DAY, interval)) * (0.95 + 0.1 * jitter)
    return FeedUpdate(
        state=state,
        reason=as_sentence(reason),
        next_at=now + wait,
        validators=Validators(),  # some servers answer 304 for ever after one bad 200, so an error clears the validators
        body_hash=None,
        baselined_at=feed.baselined_at,
        failures=feed.failures + 1,
        polls_since_full=0,
        gone_since=None,
        moved_to=feed.moved_to,
        moved_since=feed.moved_since,
        moved_polls=feed.moved_polls,
        last_success_at=None,
        watch=feed.watch,
    )


def _after_cut(feed: FeedToPoll, parsed: ParsedFeed | None, *, now: datetime, interval: timedelta, jitter: float) -> FeedUpdate:
    kept = len(parsed.entries) if parsed else 0
    reason = f"The document breaks off; its {kept} whole entries were kept, the rest is tried again."
    update = after_failure(feed, reason, FeedState.FAILING, now=now, interval=interval, jitter=jitter)
    # One that breaks off every time would stay a baseline for ever, and never alert.
    tried_enough = kept > 0 and update.failures >= CUT_BASELINE
    baselined_at = feed.baselined_at or (now if tried_enough else None)
    return replace(update, baselined_at=baselined_at, title=(parsed.title or None) if parsed else None)


def _after_gone(feed: FeedToPoll, *, now: datetime, interval: timedelta, jitter: float) -> FeedUpdate:
    since = feed.gone_since or now
    over = now - since >= GIVE_UP_GONE
    if over:
        state, reason = (
            FeedState.GONE,
            "The server has answered HTTP 410 (gone) for a week, so polling has stopped; resume it if the feed returns.",
        )
    else:
        until = (since + GIVE_UP_GONE).date().isoformat()
        state, reason = FeedState.FAILING, f"The server answers HTTP 410 (gone); asked once a day, until {until}."
    update = after_failure(feed, reason, state, now=now, interval=interval, jitter=jitter, retry_after=DAY)
    return replace(update, gone_since=since, next_at=None if over else update.next_at)


@dataclass(frozen=True, slots=True)
class _Move:
    url: str | None = None
    since: datetime | None = None
    polls: int = 0
    adopt: str | None = None


def _follow_move(feed: FeedToPoll, permanent_url: str | None, now: datetime) -> _Move:
    """Take over a permanent redirect once it has proved stable: one answer of a misconfigured server must not carry the feed off."""
    if permanent_url is None or permanent_url == feed.url:
        return _Move()
    if feed.url.startswith("https:") and not permanent_url.startswith("https:"):
        return _Move(permanent_url, now)  # followed, but never adopted: who wants it takes the feed anew
    if permanent_url != feed.moved_to or feed.moved_since is None:
        return _Move(permanent_url, now, 1)
    polls = feed.moved_polls + 1
    if polls >= MOVED_POLLS and now - feed.moved_since >= MOVED_FOR:
        return _Move(adopt=permanent_url)
    return _Move(permanent_url, feed.moved_since, polls)


def _merge(old: Validators, new: Validators) -> Validators:
    """A 304 may bring fresher validators, or none."""
    return Validators(new.etag or old.etag, new.last_modified or old.last_modified)
