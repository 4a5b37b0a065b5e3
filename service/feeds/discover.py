"""From any address of a site to the feed that is meant: a bounded number of guarded requests."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from yarl import URL

from service.feeds.fetch import ACCEPT
from service.feeds.page_links import Candidate, declared_feeds, guessed_feeds
from service.feeds.sniff import describe_body, find_feed_title
from service.outbound import OutboundError, Response, Session

DEADLINE = 8.0  # seconds for each of two rounds of requests: the address itself, then what it leads to
MAX_LOOK = 3_000_000  # bytes of an answer; a larger one is taken as it stands, or passed over
MAX_CHECKED = 10  # addresses looked at in the second round
_SCHEME_MISSING = re.compile(r"[\w-]+(\.[\w-]+)+(:\d{1,5})?(/.*)?")
_COMMENTS = re.compile(r"\bcomments?\b", re.IGNORECASE)
_FORMATS = re.compile(r"\b(?:rss|atom|json|rdf|xml|feed|[012]\.[0-9]+)\b|[^\w]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """The feed to follow. `unreachable` tells why it could not be looked at, where it is the given address as it stands."""

    url: str
    unreachable: str | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """The page leads to several feeds; somebody has to choose."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class NoFeed:
    """The address answers, but leads to no feed; `reason` says what it answers with."""

    reason: str


Discovery = Found | Several | NoFeed


def with_scheme(address: str) -> str:
    """An address as people write it ("news.example/world") as a URL."""
    text = address.strip()
    return f"https://{text}" if _SCHEME_MISSING.fullmatch(text) else text


async def discover(session: Session, url: str, *, max_bytes: int, access: Mapping[str, str] | None = None) -> Discovery:
    """Find the feed that `url` means: itself, or what its page names, or what stands at the usual places of its site.

    What cannot be reached, or answers with an error, is taken as it stands: a feed may be down today. The headers of
    `access` go to the origin of `url` alone; a feed elsewhere is somebody's choice, for to follow it is to send them there.
    """
    try:
        answer = await _get(session, url, url, max_bytes, access)
    except OutboundError as error:
        return Found(url, str(error))
    if answer.status != 200:
        return Found(url, f"the server answers HTTP {answer.status}")
    if find_feed_title(answer.body) is not None:
        return Found(url)
    for candidates in (declared_feeds(answer.body, answer.headers, answer.url), guessed_feeds(answer.body, answer.url)):
        feeds = await _check_all(session, url, candidates[:MAX_CHECKED], max_bytes, access)
        if feeds:
            found = choose(feeds)
            away = isinstance(found, Found) and access and not _same_origin(found.url, url)
            return Several(tuple(feeds)) if away else found
    return NoFeed(describe_body(answer.body))


def choose(feeds: Sequence[Candidate]) -> Found | Several:
    """The one that is clearly meant, or all. A site's comments are not, and one feed in several formats is one."""
    articles = [each for each in feeds if not _is_comments(each)] or list(feeds)
    names = {_FORMATS.sub("", (each.title or "").casefold()) for each in articles}
    if len(names) == 1:
        return Found(next((each for each in articles if "json" not in urlsplit(each.url).path), articles[0]).url)
    return Several(tuple(articles))


async def _check_all(
    session: Session, origin: str, candidates: Sequence[Candidate], max_bytes: int, access: Mapping[str, str] | None
) -> list[Candidate]:
    """Those that are feeds, in order, with their titles; the same document at several addresses counts once."""
    checked = await asyncio.gather(*(_check(session, origin, each, max_bytes, access) for each in candidates))
    return list({each[0]: each[1] for each in reversed(checked) if each is not None}.values())[::-1]


async def _check(
    session: Session, origin: str, candidate: Candidate, max_bytes: int, access: Mapping[str, str] | None
) -> tuple[str, Candidate] | None:
    try:
        answer = await _get(session, candidate.url, origin, max_bytes, access)
    except OutboundError:
        return None
    title = find_feed_title(answer.body) if answer.status == 200 else None
    if title is None:
        return None
    return hashlib.sha256(answer.body).hexdigest(), Candidate(candidate.url, candidate.title or title or None)


async def _get(session: Session, url: str, origin: str, max_bytes: int, access: Mapping[str, str] | None) -> Response:
    headers = {"Accept": f"text/html;q=0.9, {ACCEPT}"}
    if access and _same_origin(url, origin):
        headers |= access
    return await session.get(url, headers=headers, deadline=DEADLINE, max_bytes=min(max_bytes, MAX_LOOK))


def _same_origin(one: str, other: str) -> bool:
    return URL(one).origin() == URL(other).origin()


def _is_comments(candidate: Candidate) -> bool:
    return bool(_COMMENTS.search(candidate.title or "") or _COMMENTS.search(urlsplit(candidate.url).path))
