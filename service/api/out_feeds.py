"""Alerts as feeds: /v1/out-feeds manages the links, /feeds/<token>.atom and .json are read by feed readers, or shown as a page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field
from werkzeug.exceptions import NotFound

from service.api.auth import caller, workspace
from service.api.browsing import is_opened, show_page
from service.api.errors import found, invalid, missing, unknown
from service.api.forms import ById, Form, Id, PageQuery, PageView, View, answer, answer_nothing, answer_page
from service.api.routing import nouns, page_route, route
from service.delivery.out_feed import FeedHead, ToldAlert, changed_at, render_atom, render_json_feed
from service.delivery.shown_text import clean_text
from service.delivery.telling import tell_alert
from service.domain.out_feeds import OutFeed, new_token
from service.domain.rules import Line
from service.edges import Edges

MAX_ALERTS = 50  # in a feed
ON_PAGE = 20  # of them, where a browser shows the feed
Render = Callable[[FeedHead, Sequence[ToldAlert]], bytes]


class NewOutFeedForm(Form):
    """A feed of alerts."""

    name: Line
    rule: Id | None = Field(default=None, description="only the alerts of this rule; none: of every rule")


class OutFeedView(View):
    """A feed of alerts. Its links are shown when they are made, and never again."""

    id: str
    name: str
    rule: str | None
    created_at: datetime
    renewed_at: datetime | None = Field(description="since when its links are what they are, if they were renewed")


class LinkedOutFeedView(OutFeedView):
    """A feed of alerts whose links are new."""

    atom: str = Field(description="for feed readers: who has it can read the alerts; shown this once")
    json_feed: str = Field(description="the same as JSON Feed 1.1")


class OutFeedsView(PageView):
    """A page of feeds."""

    items: list[OutFeedView]


def out_feeds_api(edges: Edges) -> APIBlueprint:
    """The routes that manage the links."""
    api = nouns("out-feeds", "Alerts as feeds for feed readers")
    _add_changes(api, edges)

    @route(api, "get", "/v1/out-feeds", needs="read", answers={200: OutFeedsView})
    def list_out_feeds(query: PageQuery) -> Response:
        """List the feeds of alerts, newest first, without their links."""
        return answer_page(
            OutFeedsView,
            edges.store.out_feeds.list_out_feeds(workspace(), cursor=query.cursor, limit=query.limit),
            OutFeedView.model_validate,
        )

    return api


def _add_changes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.out_feeds

    @route(api, "post", "/v1/out-feeds", needs="write", answers={201: LinkedOutFeedView})
    def create_out_feed(body: NewOutFeedForm) -> Response:
        """Make a feed of alerts. Its links are shown in this answer and never again."""
        by, token = caller(edges), new_token(edges.random_bytes)
        if body.rule is not None and edges.store.rules.find_rule(by.workspace, body.rule) is None:
            raise invalid([unknown("/rule", "rule", body.rule)], "feed")
        made = OutFeed(edges.new_id("of"), by.workspace, body.rule, body.name, by.now)
        store.add_out_feed(made, token, caller=by)
        return answer(_linked(edges, made, token), 201)

    @route(api, "post", "/v1/out-feeds/<id>/renew", needs="write", answers={200: LinkedOutFeedView})
    def renew_out_feed(path: ById) -> Response:
        """Give a feed new links, shown in this answer and never again; the old ones open nothing from now on."""
        token = new_token(edges.random_bytes)
        renewed = found(store.renew(path.id, token, caller=caller(edges)), "feed")
        return answer(_linked(edges, renewed, token))

    @route(api, "delete", "/v1/out-feeds/<id>", needs="write", answers={204: None})
    def delete_out_feed(path: ById) -> Response:
        """Close a feed: its links open nothing any more."""
        if not store.delete_out_feed(path.id, caller=caller(edges)):
            raise missing("feed")
        return answer_nothing()


def feed_links_api(edges: Edges) -> APIBlueprint:
    """The routes of the links. They need no key: the token cannot be guessed."""
    api = APIBlueprint("feed-links", __name__, doc_ui=False)

    @page_route(api, "/feeds/<token>.atom")
    def show_atom(token: str) -> Response:
        return _answer_feed(edges, token, render_atom, "atom", "application/atom+xml")

    @page_route(api, "/feeds/<token>.json")
    def show_json_feed(token: str) -> Response:
        return _answer_feed(edges, token, render_json_feed, "json", "application/feed+json")

    return api


def _answer_feed(edges: Edges, token: str, render: Render, ending: str, media_type: str) -> Response:
    feed = edges.store.out_feeds.find_by_token(token)
    if feed is None:
        raise NotFound
    listed = edges.store.alerts.list_alerts(feed.workspace, rule_id=feed.rule, limit=MAX_ALERTS).items
    told = [ToldAlert(each.alert, each.updates) for each in listed]
    zone = edges.store.workspaces.get_workspace(feed.workspace).alerting.zone
    head = FeedHead(feed.id, feed.name, _url(edges, token, ending), feed.created_at, zone)
    response = _show_feed(head, told) if is_opened() else _tell_feed(head, told, render, media_type)
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.add("Sec-Fetch-Dest")
    return response


def _show_feed(head: FeedHead, told: Sequence[ToldAlert]) -> Response:
    """The page for whoever opens the link in a browser: what it is for, and the newest alerts."""
    alerts = [tell_alert(each.alert, "", head.zone) for each in told[:ON_PAGE]]
    return show_page("out_feed.html", name=clean_text(head.title), address=head.url, alerts=alerts)


def _tell_feed(head: FeedHead, told: Sequence[ToldAlert], render: Render, media_type: str) -> Response:
    body = render(head, told)
    response = Response(body, content_type=f"{media_type}; charset=utf-8")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.last_modified = changed_at(head, told).astimezone(UTC)
    response.headers["Cache-Control"] = "private, max-age=60"
    response.make_conditional(request)
    return response


def _linked(edges: Edges, feed: OutFeed, token: str) -> LinkedOutFeedView:
    shown = OutFeedView.model_validate(feed).model_dump()
    return LinkedOutFeedView(**shown, atom=_url(edges, token, "atom"), json_feed=_url(edges, token, "json"))


def _url(edges: Edges, token: str, ending: str) -> str:
    base = edges.settings.public_url or request.host_url
    return f"{base.rstrip('/')}/feeds/{token}.{ending}"
