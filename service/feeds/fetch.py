"""The HTTP part of a poll: ask for a feed, conditionally or not, and say what came."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from yarl import URL

from service.domain.feeds import FeedToPoll, Validators
from service.domain.polling import Fetched
from service.feeds.freshness import parse_fresh_for
from service.outbound import Place, Session
from service.outbound.waits import parse_retry_after

ACCEPT = "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.7, */*;q=0.1"
_KEPT_HEADERS = ("content-type", "content-location", "content-language", "link")
_MAX_VALIDATOR = 1000  # characters; a longer one is not worth sending back


async def fetch_feed(
    session: Session,
    feed: FeedToPoll,
    *,
    conditional: bool,
    now: datetime,
    deadline: float,
    max_bytes: int,
    access: Mapping[str, str] | None = None,
    place: Place | None = None,
) -> Fetched:
    """GET the feed; an HTTP error status is a value. `deadline` in seconds for everything, `max_bytes` after decompression.

    The headers of `access` go to the feed's own origin alone: a redirect elsewhere is followed without them, and never taken over.
    A large body takes `place` in a room.

    Raises OutboundError.
    """
    asked = feed.validators if conditional else Validators()
    headers = {**_headers(asked), **(access or {})}
    answer = await session.get(feed.url, headers=headers, deadline=deadline, max_bytes=max_bytes, place=place)
    body = None if answer.status == 304 else answer.body
    return Fetched(
        status=answer.status,
        url=answer.url,
        body=body,
        validators=Validators(_sendable(answer.headers.get("etag")), _sendable(answer.headers.get("last-modified"))),
        body_hash=None if body is None else hashlib.sha256(body).hexdigest(),
        complete=answer.complete,
        conditional=asked != Validators(),
        headers={name: answer.headers[name][:1000] for name in _KEPT_HEADERS if name in answer.headers},
        permanent_url=answer.permanent_url if not access or _same_origin(feed.url, answer.url) else None,
        retry_after=parse_retry_after(answer.headers.get("retry-after"), now),
        fresh_for=parse_fresh_for(answer.headers, now),
    )


def _same_origin(one: str, other: str) -> bool:
    return URL(one).origin() == URL(other).origin()


def _headers(asked: Validators) -> Mapping[str, str]:
    headers = {"Accept": ACCEPT}
    if asked.etag is not None:
        headers["If-None-Match"] = asked.etag
    if asked.last_modified is not None:
        headers["If-Modified-Since"] = asked.last_modified
    return headers


def _sendable(value: str | None) -> str | None:
    """A validator that may go back as a request header as it stands."""
    usable = value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable()
    return value if usable else None
