"""Reading what a poll fetched: not at all where it is as before, only its new items where that is enough, else from end to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.feeds import FeedToPoll, ParsedFeed
from service.domain.listing import Listing
from service.domain.polling import Fetched
from service.feeds.known import KnownItems
from service.feeds.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read. `listing` is what the feed listed before, where its items were left out."""

    parsed: ParsedFeed
    listing: Listing | None = None


def is_unchanged(feed: FeedToPoll, fetched: Fetched) -> bool:
    """Whether an answer brings nothing but what we have read."""
    return fetched.body is None or (fetched.complete and fetched.body_hash is not None and fetched.body_hash == feed.body_hash)


def may_leave_out(feed: FeedToPoll, fetched: Fetched) -> bool:
    """Whether known items may be left out at all: neither from a first document, nor from one that was cut off."""
    return fetched.complete and feed.baselined_at is not None


async def read_document(sandbox: Sandbox, fetched: Fetched, listing: Listing | None, now: datetime) -> Document:
    """The document of a good answer, without what is known by this listing. Raises NotAFeed, ParseFailed."""
    assert fetched.body is not None, "304 is told apart before"
    if listing is None or not listing.is_usable(now):
        return Document(await sandbox.parse(fetched.body, fetched.headers, fetched.url))
    known = KnownItems(listing.context, listing.items.keys())
    parsed = await sandbox.parse(fetched.body, fetched.headers, fetched.url, known)
    return Document(parsed, listing if parsed.left_out else None)
