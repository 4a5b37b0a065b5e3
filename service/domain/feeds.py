"""A feed, and what one poll of it brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.rhythm import Rhythm
from service.domain.schedule import Schedule


class FeedState(StrEnum):
    """What the owner sees of a feed's health. Only `gone` and `quarantined` end polling, and both can be resumed."""

    NEW = "new"  # never polled
    OK = "ok"
    SILENT = "silent"  # it answers, but has brought nothing for several times its usual gap
    ROLLED_OVER = "rolled_over"  # between two polls all its entries gave way to others: articles may have been missed
    MOVED = "moved"  # it is polled at another address since today
    PAUSED = "paused"  # by the workspace that looks; never stored
    FAILING = "failing"  # unreachable, an HTTP error, a truncated body: tried again, ever more slowly
    NOT_A_FEED = "not_a_feed"  # it answers, but with something else
    REFUSED = "refused"  # its address is not allowed here
    GONE = "gone"  # 410 for a week
    QUARANTINED = "quarantined"  # polling it ended a worker several times


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next GET conditional (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


class Trust(StrEnum):
    """Whether a feed's "not modified" is believed."""

    GIVEN = "given"
    TESTED = "tested"  # an unconditional GET brought news: the next GET asks with the old validators, to which 304 would be a lie
    LOST = "lost"  # it has lied: every GET is unconditional


@dataclass(frozen=True, slots=True)
class Watch:
    """What polling has learned of a feed, and what its owners were told."""

    rhythm: Rhythm = field(default_factory=Rhythm)
    schedule: Schedule = field(default_factory=Schedule)
    trust: Trust = Trust.GIVEN
    full_at: datetime | None = None  # the last whole document
    failing_since: datetime | None = None  # the first failure of a row
    rolled_at: datetime | None = None
    moved_from: str | None = None
    moved_at: datetime | None = None
    told: FeedState | None = None  # the trouble that owners were told of; None: none, or that it is over


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed document, as plain text; not yet an article."""

    guid: str | None
    link: str | None
    title: str
    summary: str = ""
    body: str = ""
    author: str = ""
    language: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document: `entries` in document order; `complete` is False where the document breaks off."""

    title: str
    site_url: str | None
    language: str | None
    entries: tuple[Entry, ...]
    complete: bool = True
    notes: tuple[str, ...] = ()  # what was odd about it, for the owner: "3 entries have no title or link"
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True, slots=True)
class FeedToPoll:
    """A claimed feed. `lease_token` fences the save: whoever lost the lease saves nothing."""

    id: str
    url: str
    lease_token: str
    due_at: datetime | None = None  # since when it was due when it was claimed
    state: FeedState = FeedState.NEW
    validators: Validators = field(default_factory=Validators)
    body_hash: str | None = None
    baselined_at: datetime | None = None  # the first complete poll: what came by then is old news
    failures: int = 0  # in a row
    polls_since_full: int = 0  # conditional GETs since the last unconditional one
    gone_since: datetime | None = None  # the first 410 of a row
    moved_to: str | None = None
    moved_since: datetime | None = None
    moved_polls: int = 0
    host: str = ""
    watch: Watch = field(default_factory=Watch)


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A change of a feed's health that its owners are told: `state` is None when all is well again."""

    state: FeedState | None
    reason: str


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """What a poll makes of the feed's row: written as it stands, in the transaction of its articles."""

    state: FeedState
    reason: str | None  # for the owner, in one sentence; None when all is well
    next_at: datetime | None  # None: not polled again until somebody resumes it
    validators: Validators
    body_hash: str | None
    baselined_at: datetime | None
    failures: int
    polls_since_full: int
    gone_since: datetime | None
    moved_to: str | None
    moved_since: datetime | None
    moved_polls: int
    last_success_at: datetime | None  # None: unchanged
    url: str | None = None  # a permanent redirect that has proved stable; None: unchanged
    title: str | None = None  # None: unchanged
    site_url: str | None = None
    language: str | None = None
    host_rests: timedelta | None = None  # for how long no feed of its host is to be polled
    watch: Watch = field(default_factory=Watch)
    change: HealthChange | None = None
