"""Feeds that the workspace follows, with their health: /v1/feeds."""

from __future__ import annotations

from datetime import datetime
from threading import BoundedSemaphore

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.errors import Fault, FeedCandidate, Problem, found, invalid, missing
from service.api.forms import ById, Form, PageQuery, PageView, View, answer, answer_nothing, answer_page
from service.api.routing import nouns, route
from service.domain.access import FeedAccess, access_of
from service.domain.feeds import FeedState
from service.domain.rules import Line
from service.edges import Edges
from service.feeds.opml import ListedFeed
from service.following import Outcome, Wish, follow_all
from service.storage.followed_feeds import FollowedFeed

BASELINE = "The first poll is a baseline: what the feed holds by then is stored and not alerted."
NO_BASELINE = "What the feed holds at its first poll is alerted too."
SHARED = "It is a feed that all share: unfollow it, and follow it anew with its headers or password."
CHANGE_IT = "Change its headers or password with PATCH."
LOOKS_AT_ONCE = 4  # addresses looked at by this process; beyond that they are followed as they stand, for the threads serve others, too
NEWEST = 200  # articles whose pages are counted
POLLED_ON = " It is polled on."
NOT_POLLED = " It is not polled until you ask for it (/v1/feeds/{id}/poll)."
FOLLOWED = "You follow this feed already; nothing has changed."

Tags = tuple[Line, ...]


class NewFeedForm(Form):
    """A feed to follow."""

    url: str = Field(
        min_length=1, max_length=8000, description="of the feed, or of a page that has one", examples=["https://news.example/world.xml"]
    )
    tags: Tags = Field(default=(), max_length=50, description='rules name them as "tag:world"')
    alert_existing: bool = Field(default=False, description="alert what the feed holds already, too")
    full_text: bool = Field(
        default=False, description="read the pages of its articles, where the feed gives a part only, and match these, too"
    )
    discover: bool = Field(default=True, description="look at the address first, for it may be a page; false: follow it as it stands")
    access: FeedAccess | None = Field(default=None, description="headers or a password that the feed asks for; never shown again")


class FeedChangeForm(Form):
    """What to change of a feed; what is left out stays."""

    paused: bool | None = None
    tags: Tags | None = Field(default=None, max_length=50)
    full_text: bool | None = None
    access: FeedAccess | None = Field(
        default=None, description="replace the headers or the password of a feed that was followed with some; null: forget them"
    )


class FeedQuery(PageQuery):
    """Which feeds."""

    state: FeedState | None = Field(default=None, description="only feeds in this state")


class FeedView(View):
    """A feed as you follow it, with its health."""

    id: str
    url: str
    title: str | None
    site_url: str | None
    language: str | None
    tags: list[str]
    paused: bool
    alert_existing: bool
    state: FeedState
    reason: str | None = Field(description="what is wrong, in a sentence or two; null when all is well")
    failures: int = Field(description="polls that failed in a row")
    created_at: datetime = Field(description="since when you follow it")
    polled_at: datetime | None
    last_success_at: datetime | None
    next_at: datetime | None = Field(description="when it is polled next; null: not until you resume it")
    moved_to: str | None = Field(description="where it redirects to for good, which is not its address here yet; null: nowhere")
    news_at: datetime | None = Field(description="the last poll that brought something new")
    usual_gap: float | None = Field(description="seconds that usually lie between two such polls; null: not known yet")
    trusts_304: bool = Field(description='false: its server has said "not modified" when it was, so all is fetched at each poll')
    pushed_at: datetime | None = Field(
        description="when its hub (WebSub) last sent something; null: it has none, or it has sent nothing yet"
    )
    full_text: bool = Field(description="whether the pages of its articles are read; /v1/feeds/{id}/pages tells what came of it")
    has_access: bool = Field(description="whether it is polled with headers or a password of yours")


class NewFeedView(FeedView):
    """A feed just followed."""

    notice: str = Field(description="what becomes of the articles that are in the feed already")


class PageTallyView(View):
    """How many pages came to the same."""

    outcome: str | None = Field(description='"read", or in words why there is no text from them; null: they wait for their first try')
    waiting: bool = Field(description="whether they are tried (again)")
    articles: int


class FeedPagesView(View):
    """What came of reading the pages of a feed's newest articles for their full texts."""

    newest: int = Field(description="how many articles were looked at, at most")
    outcomes: list[PageTallyView] = Field(description="the commonest first; empty: no page was asked for")


class FeedsView(PageView):
    """A page of feeds."""

    items: list[FeedView]


def feeds_api(edges: Edges) -> APIBlueprint:
    """The routes of feeds."""
    api = nouns("feeds", "Feeds that you follow, and their health")
    _add_following(api, edges)
    _add_reading(api, edges)
    _add_changes(api, edges)
    return api


def _add_following(api: APIBlueprint, edges: Edges) -> None:
    looks = BoundedSemaphore(LOOKS_AT_ONCE)

    @route(api, "post", "/v1/feeds", needs="write", answers={201: NewFeedView, 200: NewFeedView}, problems=[409])
    def follow_feed(body: NewFeedForm) -> Response:
        """Follow a feed, by its own address or by that of a page that has one. It is polled at once.

        200 instead of 201 if you follow it already. Where a page has several feeds, the 422 lists them as `candidates`.
        An address that cannot be reached now is followed as it stands, and the notice says so.
        """
        look = body.discover and looks.acquire(blocking=False)
        try:
            wish = Wish(body.alert_existing, look, body.access, body.full_text)
            [outcome] = follow_all(edges, [ListedFeed(body.url, body.tags)], wish, lambda: caller(edges))
        finally:
            if look:
                looks.release()
        return _answer_outcome(outcome, given_access=body.access is not None)

    @route(api, "delete", "/v1/feeds/<id>", needs="write", answers={204: None})
    def unfollow_feed(path: ById) -> Response:
        """Stop following a feed."""
        if not edges.store.feeds.unfollow(path.id, caller=caller(edges)):
            raise missing("feed")
        return answer_nothing()


def _add_reading(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.feeds

    @route(api, "get", "/v1/feeds", needs="read", answers={200: FeedsView})
    def list_feeds(query: FeedQuery) -> Response:
        """List the feeds that you follow, newest first."""
        page = store.list_feeds(workspace(), state=query.state, cursor=query.cursor, limit=query.limit)
        return answer_page(FeedsView, page, FeedView.model_validate)

    @route(api, "get", "/v1/feeds/<id>", needs="read", answers={200: FeedView})
    def get_feed(path: ById) -> Response:
        """Show a feed and its health."""
        return _answer_feed(store.find_feed(workspace(), path.id))

    @route(api, "get", "/v1/feeds/<id>/pages", needs="read", answers={200: FeedPagesView})
    def get_feed_pages(path: ById) -> Response:
        """Show what came of reading the pages of a feed's newest articles, for their full texts."""
        found(store.find_feed(workspace(), path.id), "feed")
        outcomes = [PageTallyView.model_validate(each) for each in edges.store.pages.tally(path.id, NEWEST)]
        return answer(FeedPagesView(newest=NEWEST, outcomes=outcomes))


def _add_changes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.feeds

    @route(api, "patch", "/v1/feeds/<id>", needs="write", answers={200: FeedView}, problems=[409])
    def change_feed(path: ById, body: FeedChangeForm) -> Response:
        """Pause or resume a feed, tag it anew, or replace the headers or the password it is polled with."""
        if "access" in body.model_fields_set:
            _change_access(edges, path.id, body.access)
        changed = store.change_subscription(path.id, paused=body.paused, tags=body.tags, full_text=body.full_text, caller=caller(edges))
        return _answer_feed(changed)

    @route(api, "post", "/v1/feeds/<id>/poll", needs="write", answers={202: FeedView})
    def poll_feed(path: ById) -> Response:
        """Poll a feed now, also one that was given up or set aside.

        It becomes due; a worker polls it within seconds. A feed that everybody has paused is not polled.
        """
        return _answer_feed(store.poll_now(path.id, caller=caller(edges)), 202)


def _answer_outcome(outcome: Outcome, *, given_access: bool) -> Response:
    feed, added = outcome.feed, outcome.became == "followed"
    if feed is None:
        raise _refusal(outcome)
    if given_access and not added:
        raise Problem(409, f"You follow this feed already, as {feed.id}. {SHARED if not feed.has_access else CHANGE_IT}")
    notice = FOLLOWED if not added else NO_BASELINE if feed.alert_existing else BASELINE
    notice = f"{notice} {outcome.reason}{POLLED_ON if feed.next_at else NOT_POLLED}" if outcome.reason else notice
    return answer(NewFeedView(**FeedView.model_validate(feed).model_dump(), notice=notice), 201 if added else 200)


def _refusal(outcome: Outcome) -> Problem:
    reason = outcome.reason or "it cannot be followed"
    if outcome.became == "refused":
        return invalid([Fault(at="/url", message=reason)], "feed")
    if outcome.became == "no_feed":
        detail = f'No feed was found there. {reason} To follow the address as it stands, say "discover": false.'
        return Problem(422, detail, faults=[Fault(at="/url", message=reason)], candidates=[])
    candidates = [FeedCandidate(url=each.url, title=each.title) for each in outcome.candidates]
    return Problem(422, f"{reason} They are in candidates.", faults=[Fault(at="/url", message=reason)], candidates=candidates)


def _change_access(edges: Edges, feed_id: str, access: FeedAccess | None) -> None:
    by = caller(edges)
    found(edges.store.feeds.find_feed(by.workspace, feed_id), "feed")
    sealed = edges.sealer.seal(access.model_dump_json(), about=access_of(by.workspace)) if access else None
    if not edges.store.feeds.set_access(feed_id, sealed, caller=by) and access is not None:
        raise Problem(409, SHARED)


def _answer_feed(feed: FollowedFeed | None, status: int = 200) -> Response:
    return answer(FeedView.model_validate(found(feed, "feed")), status)
