"""The link by which a reader confirms that mails are welcome: a page with a button."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint

from service.api.auth import reader_of
from service.api.browsing import show_page
from service.api.routing import page_route
from service.delivery.confirmation import channel_named_in, is_confirmed_by
from service.domain.channels import Channel
from service.edges import Edges


def confirmations_api(edges: Edges) -> APIBlueprint:
    """The routes of the link. They need no key: the link proves by its signature what it may."""
    api = APIBlueprint("confirmations", __name__, doc_ui=False)

    @page_route(api, "/confirm/<token>")
    def ask_reader(token: str) -> Response:
        # Mail scanners follow links: a GET never changes anything.
        state = "asking" if _find(edges, token) else "unknown"
        return show_page("confirm.html", 200 if state == "asking" else 404, state=state)

    @page_route(api, "/confirm/<token>", method="POST")
    def confirm(token: str) -> Response:
        channel = _find(edges, token)
        if channel is None:
            return show_page("confirm.html", 404, state="unknown")
        edges.store.confirmations.confirm(channel.id, caller=reader_of(edges, channel))
        return show_page("confirm.html", state="done")

    return api


def _find(edges: Edges, token: str) -> Channel | None:
    channel = edges.store.channels.find_any_channel(channel_named_in(token))
    if channel is None or channel.kind != "email" or channel.unreadable:
        return None
    return channel if is_confirmed_by(token, channel.id, channel.settings["to"], edges.secret_key) else None
