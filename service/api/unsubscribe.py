"""The link in every mail: a page with a button, and the one-click POST of RFC 8058."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint

from service.api.auth import reader_of
from service.api.browsing import show_page
from service.api.routing import page_route
from service.delivery.unsubscribe import channel_of_token
from service.domain.channel_notices import UNSUBSCRIBED
from service.domain.channels import Channel
from service.edges import Edges


def unsubscribe_api(edges: Edges) -> APIBlueprint:
    """The routes of the link. They need no key: the link proves by its signature what it may."""
    api = APIBlueprint("unsubscribe", __name__, doc_ui=False)

    @page_route(api, "/unsubscribe/<token>")
    def show_question(token: str) -> Response:
        # Mail scanners follow links: a GET never changes anything.
        if _find(edges, token) is None:
            return show_page("unsubscribe.html", 404, state="unknown")
        return show_page("unsubscribe.html", state="asking")

    @page_route(api, "/unsubscribe/<token>", method="POST")
    def unsubscribe(token: str) -> Response:
        channel = _find(edges, token)
        if channel is None:
            return show_page("unsubscribe.html", 404, state="unknown")
        edges.store.channels.disable_channel(channel.id, UNSUBSCRIBED, caller=reader_of(edges, channel))
        return show_page("unsubscribe.html", state="done")

    return api


def _find(edges: Edges, token: str) -> Channel | None:
    channel_id = channel_of_token(token, edges.secret_key)
    return edges.store.channels.find_any_channel(channel_id) if channel_id else None
