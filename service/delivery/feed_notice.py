"""What a message says of a feed's health: the webhook's data, and the words of a mail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from service.delivery.payload_text import in_utc, speakable
from service.domain.feed_notices import FeedNotice
from service.domain.feeds import FeedState

MAX_URL, MAX_TITLE, MAX_REASON = 4000, 500, 2000
MAX_SHORT = 300  # characters of each, where one is told among others
LISTED_BYTES = 8_000  # of the feeds that one message lists

HEADLINES: Mapping[FeedState, str] = MappingProxyType(
    {
        FeedState.FAILING: "cannot be read",
        FeedState.NOT_A_FEED: "is not a feed any more",
        FeedState.REFUSED: "is at an address that is not allowed",
        FeedState.GONE: "is gone",
        FeedState.QUARANTINED: "is set aside",
        FeedState.SILENT: "has fallen silent",
        FeedState.ROLLED_OVER: "may have lost articles",
        FeedState.MOVED: "has moved",
        FeedState.OK: "is well again",
    }
)


PLURALS: Mapping[FeedState, str] = MappingProxyType(
    {
        **HEADLINES,
        FeedState.NOT_A_FEED: "are not feeds any more",
        FeedState.REFUSED: "are at addresses that are not allowed",
        FeedState.GONE: "are gone",
        FeedState.QUARANTINED: "are set aside",
        FeedState.SILENT: "have fallen silent",
        FeedState.MOVED: "have moved",
        FeedState.OK: "are well again",
    }
)


_ADVICE: Mapping[FeedState, str] = MappingProxyType(  # where there is something to do, or where one would ask
    {
        FeedState.FAILING: "What fails is tried again by itself, ever more slowly, once a day at least.",
        FeedState.NOT_A_FEED: "See whether the outlet has moved its feed. What fails is tried again by itself.",
        FeedState.REFUSED: "Ask your operator to allow the address, or unfollow the feed.",
        FeedState.GONE: "If it comes back, have it polled again: POST /v1/feeds/{id}/poll",
        FeedState.QUARANTINED: "Tell your operator. To try it again: POST /v1/feeds/{id}/poll",
        FeedState.SILENT: "See whether the outlet has another feed now.",
    }
)


def render_notice_data(notice: FeedNotice) -> dict[str, Any]:
    """The `data` of a webhook message about a feed, always far under 20 kB.

    `id`, `created_at`; `feed`: its `id`, `url` and `title` (or null); `state`, and the `reason` in a sentence or two. Where several
    feeds are told of, these are the first one's; `count` says how many there are, and `feeds` lists as many of them as fit.
    """
    return {
        "id": notice.id,
        "created_at": in_utc(notice.created_at),
        "feed": {"id": notice.feed, "url": speakable(notice.url, MAX_URL), "title": notice.title and speakable(notice.title, MAX_TITLE)},
        "state": str(notice.state),
        "reason": speakable(notice.reason, MAX_REASON),
        "count": len(notice.all),
        "feeds": _listed(notice),
    }


def _listed(notice: FeedNotice) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    left = LISTED_BYTES
    for each in notice.all:
        title = each.title and speakable(each.title, MAX_SHORT)
        shown = {"id": each.feed, "url": speakable(each.url, MAX_SHORT), "title": title, "reason": speakable(each.reason, MAX_SHORT)}
        left -= len(json.dumps(shown))
        if left < 0:
            break
        listed.append(shown)
    return listed


def name_of(notice: FeedNotice) -> str:
    """What people call the feed."""
    return notice.title or urlsplit(notice.url).netloc.rpartition("@")[2] or notice.feed


def headline_of(notice: FeedNotice) -> str:
    """What has become of it, to stand after its name, or of them, after their number."""
    return PLURALS.get(notice.state, "have changed") if notice.others else HEADLINES.get(notice.state, "has changed")


def subject_of(notice: FeedNotice) -> str:
    """Who the message is about: the feed's name, or how many feeds."""
    return f"{len(notice.all)} feeds" if notice.others else name_of(notice)


def advice_on_feed(notice: FeedNotice) -> str:
    """What its reader can do, in a sentence or two; empty where there is nothing to say."""
    advice = _ADVICE.get(notice.state, "")
    return advice if notice.others else advice.replace("{id}", notice.feed)


def lines_of(notice: FeedNotice, most: int) -> tuple[tuple[str, ...], int]:
    """A line for each of several feeds, `most` of them, and how many more there are; none where there is one feed."""
    if not notice.others:
        return (), 0
    lines = tuple(f"{name_of(each)}: {each.reason} ({each.url})" for each in notice.all[:most])
    return lines, len(notice.all) - len(lines)
