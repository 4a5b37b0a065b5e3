"""What a good poll teaches about the feed, and when it is therefore polled again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.feeds import FeedToPoll, FeedUpdate, ParsedFeed, Trust, Validators, Watch
from service.domain.polling import Fetched
from service.domain.rhythm import Limits, Listing, has_rolled_over, interval, learn
from service.domain.schedule import DAY, asked_wait, next_allowed


@dataclass(frozen=True, slots=True)
class Reading:
    """A good answer and what was in it; `parsed` and `listing` are None for a document as before."""

    fetched: Fetched
    parsed: ParsedFeed | None = None
    listing: Listing | None = None

    @property
    def brought_news(self) -> bool:
        """Whether it lists anything new."""
        return self.listing is not None and self.listing.new > 0


def usual_interval(feed: FeedToPoll, limits: Limits, now: datetime) -> timedelta:
    """The interval by what is known of the feed before the poll: what failures are counted in."""
    return interval(feed.watch.rhythm, limits, now)


def pace(feed: FeedToPoll, update: FeedUpdate, reading: Reading, *, now: datetime, limits: Limits, jitter: float) -> FeedUpdate:
    """`update`, the outcome of a whole and good answer, with the next poll at the feed's own pace.

    `jitter` in [0, 1) spreads it by 5 % about the learned interval, and by 10 % beyond what the server asks.
    """
    watch = _learn(feed, reading, now)
    learned = interval(watch.rhythm, limits, now)
    asked = min(asked_wait(watch.schedule, reading.fetched.fresh_for, watch.rhythm.gap), limits.longest)
    at = now + max(learned * (0.95 + 0.1 * jitter), asked * (1 + 0.1 * jitter))
    paced = replace(update, next_at=next_allowed(at, watch.schedule, now + DAY), watch=watch)
    return _weigh_trust(feed, paced, reading)


def _learn(feed: FeedToPoll, reading: Reading, now: datetime) -> Watch:
    known = feed.watch
    before = known.rhythm if feed.baselined_at is not None else replace(known.rhythm, read_at=None)
    rolled = feed.baselined_at is not None and has_rolled_over(before, reading.listing)
    return replace(
        known,
        rhythm=learn(before, reading.listing, now),
        schedule=reading.parsed.schedule if reading.parsed else known.schedule,
        full_at=now if reading.fetched.body is not None else known.full_at,
        rolled_at=now if rolled else known.rolled_at,
    )


def _weigh_trust(feed: FeedToPoll, update: FeedUpdate, reading: Reading) -> FeedUpdate:
    """Find out whether 304 hid what an unconditional GET brought: the old validators are tried once more.

    An honest server answers them with the document, for it has changed since.
    """
    trust, fetched = feed.watch.trust, reading.fetched
    if trust is Trust.TESTED:
        unmodified = fetched.body is None
        found = Trust.LOST if unmodified else Trust.GIVEN
        validators = Validators() if unmodified else update.validators
        return replace(update, validators=validators, watch=replace(update.watch, trust=found))
    hidden = reading.brought_news and not fetched.conditional and feed.polls_since_full > 0
    if trust is Trust.GIVEN and hidden and feed.validators != Validators():
        return replace(update, validators=feed.validators, watch=replace(update.watch, trust=Trust.TESTED))
    return update
