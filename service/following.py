"""Following feeds by whatever address people have: the same for the API and the command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from service.domain.access import FeedAccess, access_of
from service.domain.feeds import FeedState
from service.edges import Edges
from service.feeds.discover import Discovery, Found, NoFeed, Several, discover, with_scheme
from service.feeds.opml import ListedFeed
from service.feeds.page_links import Candidate
from service.outbound import Session, UrlRefused, check_url
from service.storage.audit import Caller
from service.storage.followed_feeds import FollowedFeed

AT_ONCE = 10  # addresses looked at together

Became = Literal["followed", "already", "refused", "several", "no_feed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one address, as given in `url`: followed (since before: "already"), or why not.

    `reason` is a sentence for the user; with "followed" it says why the address was taken untested, or what is wrong with the feed.
    """

    url: str
    became: Became
    feed: FollowedFeed | None = None
    reason: str | None = None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """How feeds are to be followed. `look`: an address may be a page, and is looked at first."""

    alert_existing: bool = False
    look: bool = True
    access: FeedAccess | None = None
    full_text: bool = False


def follow_all(edges: Edges, listed: Iterable[ListedFeed], wish: Wish, by: Callable[[], Caller]) -> Iterator[Outcome]:
    """Follow each, in order, telling what became of it as soon as its batch is done; one that fails costs the others nothing."""
    waiting = iter(listed)
    while batch := list(islice(waiting, AT_ONCE)):
        found = asyncio.run(_find(edges, batch, wish, by().workspace)) if wish.look else {}
        for each in batch:
            yield _follow(edges, each, found.get(each.url), wish, by())


def _follow(edges: Edges, listed: ListedFeed, found: Discovery | None, wish: Wish, caller: Caller) -> Outcome:
    url = with_scheme(listed.url)
    try:
        check_url(url, edges.settings.allowed_networks)
    except UrlRefused as refused:
        return Outcome(listed.url, "refused", reason=refused.reason)
    match found:
        case Several(candidates):
            return Outcome(listed.url, "several", reason="The page leads to several feeds; choose one.", candidates=candidates)
        case NoFeed(reason):
            return Outcome(listed.url, "no_feed", reason=reason)
        case Found(address, unreachable):
            pass
        case None:
            address, unreachable = url, None
    sealed = None
    if wish.access is not None:
        sealed = edges.sealer.seal(wish.access.model_dump_json(), about=access_of(caller.workspace))
    feed, added = edges.store.feeds.follow(
        address,
        new_id=edges.new_id("fd"),
        tags=listed.tags,
        alert_existing=wish.alert_existing,
        caller=caller,
        access=sealed,
        full_text=wish.full_text,
    )
    return Outcome(listed.url, "followed" if added else "already", feed, _warning(feed, unreachable))


def _warning(feed: FollowedFeed, unreachable: str | None) -> str | None:
    if unreachable:
        return f"It could not be looked at: {unreachable}."
    well = feed.state in (FeedState.OK, FeedState.NEW, FeedState.PAUSED, FeedState.MOVED) or feed.reason is None
    return None if well else f"It is not well at the moment: {feed.reason}"


async def _find(edges: Edges, batch: list[ListedFeed], wish: Wish, workspace: str) -> Mapping[str, Discovery]:
    """What each address leads to; nothing for those that we know to be feeds, and for those that we would never call."""
    access = wish.access.request_headers() if wish.access else None
    async with edges.outbound.session() as session:

        async def look(each: ListedFeed) -> Discovery | None:
            url = with_scheme(each.url)
            if await asyncio.to_thread(edges.store.feeds.is_proven, url, workspace):
                return None
            return await _discover(edges, session, url, access)

        found = await asyncio.gather(*(look(each) for each in batch))
    return {each.url: discovery for each, discovery in zip(batch, found, strict=True) if discovery is not None}


async def _discover(edges: Edges, session: Session, url: str, access: Mapping[str, str] | None) -> Discovery | None:
    try:
        check_url(url, edges.settings.allowed_networks)
    except UrlRefused:
        return None
    return await discover(session, url, max_bytes=edges.settings.fetch_max_bytes, access=access)
