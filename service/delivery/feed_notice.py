"""What a message says of a feed's health: the webhook's data, and the words of a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from service.domain.feed_notices import FeedNotice
from service.domain.feeds import FeedState

# Neither may stand in a PostgreSQL text or in strict JSON.
_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")
MAX_URL, MAX_TITLE, MAX_REASON = 4000, 500, 2000

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


def render_notice_data(notice: FeedNotice) -> dict[str, Any]:
    """The `data` of a webhook message about a feed, always far under 20 kB.

    `id`, `created_at`; `feed`: its `id`, `url` and `title` (or null); `state`, and the `reason` in a sentence or two.
    """
    return {
        "id": notice.id,
        "created_at": notice.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "feed": {"id": notice.feed, "url": _clean(notice.url, MAX_URL), "title": notice.title and _clean(notice.title, MAX_TITLE)},
        "state": str(notice.state),
        "reason": _clean(notice.reason, MAX_REASON),
    }


def name_of(notice: FeedNotice) -> str:
    """What people call the feed."""
    return notice.title or urlsplit(notice.url).netloc.rpartition("@")[2] or notice.feed


def headline_of(notice: FeedNotice) -> str:
    """What has become of it, to stand after its name."""
    return HEADLINES.get(notice.state, "has changed")


def _clean(text: str, limit: int) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text[:limit])
