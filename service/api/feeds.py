"""Feeds that the workspace follows, with their health: /v1/feeds."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.errors import Fault, invalid, missing
from service.api.forms import ById, Form, PageQuery, PageView, View, answer, answer_nothing, answer_page
from service.api.routing import nouns, route
from service.domain.feeds import FeedState
from service.domain.rules import Line
from service.edges import Edges
from service.outbound import UrlRefused, check_url
from service.storage.feeds import FollowedFeed

BASELINE = "The first poll is a baseline: what the feed holds by then is stored and not alerted."
NO_BASELINE = "What the feed holds at its first poll is alerted too."
FOLLOWED = "You follow this feed already; nothing has changed."

Tags = tuple[Line, ...]


class NewFeedForm(Form):
    """A feed to follow."""

    url: str = Field(min_length=1, max_length=8000, examples=["https://news.example/world.xml"])
    tags: Tags = Field(default=(), max_length=50, description='rules name them as "tag:world"')
    alert_existing: bool = Field(default=False, description="alert what the feed holds already, too")


class FeedChangeForm(Form):
    """What to change of a feed; what is left out stays."""

    paused: bool | None = None
    tags: Tags | None = Field(default=None, max_length=50)


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


class NewFeedView(FeedView):
    """A feed just followed."""

    notice: str = Field(description="what becomes of the articles that are in the feed already")


class FeedsView(PageView):
    """A page of feeds."""

    items: list[FeedView]


def feeds_api(edges: Edges) -> APIBlueprint:
    """The routes of feeds."""
    api = nouns("feeds", "Feeds that you follow, and their health")
    store = edges.store.feeds

    @route(api, "post", "/v1/feeds", needs="write", answers={201: NewFeedView, 200: NewFeedView})
    def follow_feed(body: NewFeedForm) -> Response:
        """Follow a feed. It is polled at once; 200 instead of 201 if you follow it already."""
        check_feed_url(edges, body.url)
        new_id = edges.new_id("fd")
        feed, added = store.follow(body.url, new_id=new_id, tags=body.tags, alert_existing=body.alert_existing, caller=caller(edges))
        return answer(_followed_view(feed, added), 201 if added else 200)

    @route(api, "get", "/v1/feeds", needs="read", answers={200: FeedsView})
    def list_feeds(query: FeedQuery) -> Response:
        """List the feeds that you follow, newest first."""
        page = store.list_feeds(workspace(), state=query.state, cursor=query.cursor, limit=query.limit)
        return answer_page(FeedsView, page, FeedView.model_validate)

    @route(api, "get", "/v1/feeds/<id>", needs="read", answers={200: FeedView})
    def get_feed(path: ById) -> Response:
        """Show a feed and its health."""
        return _answer_feed(store.find_feed(workspace(), path.id))

    @route(api, "patch", "/v1/feeds/<id>", needs="write", answers={200: FeedView})
    def change_feed(path: ById, body: FeedChangeForm) -> Response:
        """Pause or resume a feed, or tag it anew."""
        return _answer_feed(store.change_subscription(path.id, paused=body.paused, tags=body.tags, caller=caller(edges)))

    @route(api, "post", "/v1/feeds/<id>/poll", needs="write", answers={202: FeedView})
    def poll_feed(path: ById) -> Response:
        """Poll a feed now, also one that was given up or set aside.

        It becomes due; a worker polls it within seconds. A feed that everybody has paused is not polled.
        """
        return _answer_feed(store.poll_now(path.id, caller=caller(edges)), 202)

    @route(api, "delete", "/v1/feeds/<id>", needs="write", answers={204: None})
    def unfollow_feed(path: ById) -> Response:
        """Stop following a feed."""
        if not store.unfollow(path.id, caller=caller(edges)):
            raise missing("feed")
        return answer_nothing()

    return api


def check_feed_url(edges: Edges, url: str) -> None:
    """Refuse what would never be fetched. Raises Problem."""
    try:
        check_url(url, edges.settings.allowed_networks)
    except UrlRefused as refused:
        raise invalid([Fault(at="/url", message=refused.reason)], "feed") from refused


def _followed_view(feed: FollowedFeed, added: bool) -> NewFeedView:
    notice = FOLLOWED if not added else NO_BASELINE if feed.alert_existing else BASELINE
    return NewFeedView(**FeedView.model_validate(feed).model_dump(), notice=notice)


def _answer_feed(feed: FollowedFeed | None, status: int = 200) -> Response:
    if feed is None:
        raise missing("feed")
    return answer(FeedView.model_validate(feed), status)
