"""Many feeds at once: /v1/feeds/bulk, /v1/opml, /v1/starter-feeds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import BoundedSemaphore

from flask import Response, g, stream_with_context
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import Fault, FeedCandidate, Problem, invalid
from service.api.forms import Form, Query, View, answer
from service.api.routing import nouns, route
from service.domain.rules import Line
from service.edges import Edges
from service.feeds.opml import ListedFeed, NotOpml, parse_opml, render_opml
from service.feeds.starter import choose_starters
from service.following import Became, Wish, follow_all
from service.storage.audit import Caller
from service.storage.database import UNAVAILABLE
from service.storage.followed_feeds import FollowedFeed
from service.storage.paging import MAX_PAGE

NDJSON = "application/x-ndjson"
OPML = "text/x-opml"
LISTS_AT_ONCE = 2  # the other threads of this process are for everybody else

log = logging.getLogger(__name__)


class _Options(Form):
    tags: tuple[Line, ...] = Field(default=(), max_length=50, description="for all of them, beside their own")
    alert_existing: bool = Field(default=False, description="alert what the feeds hold already, too")


class ListedFeedForm(Form):
    """A feed to follow, with tags of its own."""

    url: str = Field(min_length=1, max_length=8000)
    tags: tuple[Line, ...] = Field(default=(), max_length=50)


class BulkForm(_Options):
    """Feeds to follow."""

    feeds: tuple[ListedFeedForm, ...] = Field(min_length=1, max_length=5000)
    discover: bool = Field(default=False, description="look at each address first, for it may be a page; slower")


class OpmlForm(_Options):
    """A list of feeds from another reader."""

    opml: str = Field(min_length=1, description="the OPML document; its folders become tags")


class OutcomeLine(View):
    """What became of one feed of a list."""

    number: int = Field(description="its place in the list, from 1")
    of: int = Field(description="how many there are")
    url: str = Field(description="as given")
    became: Became | None = Field(description="null: the database went away, and the list stops here")
    id: str | None = None
    reason: str | None = None
    candidates: list[FeedCandidate] = Field(default=[])


class StarterQuery(Query):
    """Which of the starter set."""

    tag: str | None = Field(default=None, max_length=50)
    language: str | None = Field(default=None, max_length=3)


class StarterView(View):
    """A well-known feed."""

    name: str
    url: str
    language: str
    tags: list[str]


class StartersView(View):
    """The starter set."""

    items: list[StarterView]


def feed_lists_api(edges: Edges) -> APIBlueprint:
    """The routes of lists of feeds."""
    api = nouns("feeds", "Feeds that you follow, and their health", part="feed-lists")
    _add_following(api, edges)
    _add_lists(api, edges)
    return api


def _add_following(api: APIBlueprint, edges: Edges) -> None:
    free = BoundedSemaphore(LISTS_AT_ONCE)

    @route(api, "post", "/v1/feeds/bulk", needs="write", answers={200: NDJSON})
    def follow_feeds(body: BulkForm) -> Response:
        """Follow many feeds. Each becomes a line of the answer as soon as it is done, so that you see how far it is.

        One that is refused costs the others nothing; those that you follow already stay as they are.
        """
        return _follow(
            edges,
            free,
            [ListedFeed(each.url, _union(each.tags, body.tags)) for each in body.feeds],
            Wish(body.alert_existing, body.discover),
        )

    @route(api, "post", "/v1/opml", needs="write", answers={200: NDJSON})
    def import_opml(body: OpmlForm) -> Response:
        """Follow the feeds of an OPML list; the folders that a feed lies in become its tags. Answers as for many feeds."""
        try:
            listed = parse_opml(body.opml.encode())
        except NotOpml as error:
            raise invalid([Fault(at="/opml", message=str(error))], "list") from error
        if not listed:
            raise invalid([Fault(at="/opml", message="there is no feed in this list")], "list")
        return _follow(
            edges, free, [ListedFeed(each.url, _union(each.tags, body.tags)) for each in listed], Wish(body.alert_existing, look=False)
        )


def _add_lists(api: APIBlueprint, edges: Edges) -> None:
    @route(api, "get", "/v1/opml", needs="read", answers={200: OPML})
    def export_opml() -> Response:
        """Show the feeds that you follow as an OPML 2.0 list, in a folder for each tag. Headers and passwords are not in it."""
        listed = [listed_feed(each) for each in all_feeds(edges, workspace())]
        body = render_opml(listed, title="Feeds in Wirewatch", now=edges.now())
        return Response(body, content_type=OPML, headers={"Content-Disposition": "attachment; filename=wirewatch.opml"})

    @route(api, "get", "/v1/starter-feeds", needs="read", answers={200: StartersView})
    def list_starter_feeds(query: StarterQuery) -> Response:
        """List well-known public feeds to choose from, by tag or language; follow those you want with /v1/feeds/bulk."""
        chosen = choose_starters(tag=query.tag, language=query.language)
        return answer(StartersView(items=[StarterView.model_validate(each) for each in chosen]))


def _follow(edges: Edges, free: BoundedSemaphore, listed: Sequence[ListedFeed], wish: Wish) -> Response:
    """Follow these while the answer is read, a line for each, if one of the `free` places is left."""
    if not free.acquire(blocking=False):
        raise Problem(503, "Other lists are being followed just now; try again in a minute.", headers={"Retry-After": "60"})
    key = g.key
    response = Response(stream_with_context(_lines(edges, listed, wish, lambda: _by(edges, key.workspace, key.id))), content_type=NDJSON)
    response.call_on_close(free.release)
    return response


def all_feeds(edges: Edges, workspace_id: str) -> Iterator[FollowedFeed]:
    """Every feed that a workspace follows, newest first."""
    cursor = None
    while True:
        page = edges.store.feeds.list_feeds(workspace_id, cursor=cursor, limit=MAX_PAGE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def listed_feed(feed: FollowedFeed) -> ListedFeed:
    """A followed feed as a list names it."""
    return ListedFeed(feed.url, feed.tags, feed.title or "", feed.site_url)


def _lines(edges: Edges, listed: Sequence[ListedFeed], wish: Wish, by: Callable[[], Caller]) -> Iterator[str]:
    number = 0
    try:
        for number, each in enumerate(follow_all(edges, listed, wish, by), 1):
            found = [FeedCandidate(url=one.url, title=one.title) for one in each.candidates]
            feed_id = each.feed.id if each.feed else None
            line = OutcomeLine(
                number=number, of=len(listed), url=each.url, became=each.became, id=feed_id, reason=each.reason, candidates=found
            )
            yield line.model_dump_json() + "\n"
    except UNAVAILABLE as error:
        log.error("the database does not answer", exc_info=error)
        stopped = OutcomeLine(
            number=number + 1, of=len(listed), url=listed[number].url, became=None, reason="The database does not answer just now."
        )
        yield stopped.model_dump_json() + "\n"


def _by(edges: Edges, workspace_id: str, name: str) -> Caller:
    return Caller(workspace_id, name, edges.now(), edges.new_id("au"))


def _union(own: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*own, *more]))[:50]
