"""Puts the API together over one set of edges."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.info import Info
from flask_openapi.openapi import OpenAPI

from service.api.actors import actors_api
from service.api.alert_links import alert_links_api
from service.api.alerts import alerts_api
from service.api.articles import articles_api
from service.api.auth import install_auth
from service.api.bodies import MAX_BODY, JsonRequest, refuse
from service.api.channel_kinds import channel_kinds_api
from service.api.channel_previews import channel_previews_api
from service.api.channels import channels_api
from service.api.confirmations import confirmations_api
from service.api.deliveries import deliveries_api
from service.api.digests import digests_api
from service.api.errors import ProblemBody, install_errors
from service.api.explanations import explanations_api
from service.api.feed_lists import feed_lists_api
from service.api.feedback import feedback_api
from service.api.feeds import feeds_api
from service.api.forms import answer_value
from service.api.health import health_api
from service.api.keys import keys_api
from service.api.matches import matches_api
from service.api.metrics import install_metrics
from service.api.mutes import mutes_api
from service.api.out_feeds import feed_links_api, out_feeds_api
from service.api.pages import pages_api
from service.api.previews import previews_api
from service.api.replays import replays_api
from service.api.routing import SECURITY, page_route
from service.api.rule_feedback import rule_feedback_api
from service.api.rules import rules_api
from service.api.silences import silences_api
from service.api.stories import stories_api
from service.api.streams import streams_api
from service.api.unsubscribe import unsubscribe_api
from service.api.volumes import volumes_api
from service.api.websub import websub_api
from service.api.workspaces import workspaces_api
from service.edges import Edges

VERSION = "0.1.0"
ABOUT = """Wirewatch polls feeds, matches your rules against each new article, and tells your channels.

Every call needs a key: `Authorization: Bearer ww_...`. Lists come newest first, a page at a time: give `next_cursor` as `cursor`.
Errors are problem+json (RFC 9457); `errors` names each fault's place."""
STRICT_POLICY = "default-src 'none'; frame-ancestors 'none'"


def create_app(edges: Edges) -> Flask:
    """The WSGI app; everything it touches comes from `edges`."""
    app = _new_app()
    install_errors(app)
    install_auth(app, edges)
    registry = install_metrics(app, edges)
    app.after_request(_secure)
    for api in _all_apis(edges):
        app.register_api(api)
    app.register_api(health_api(edges, registry))
    _publish_document(app)
    return app


def _new_app() -> OpenAPI:
    app = OpenAPI(
        "service.api",
        info=Info(title="Wirewatch", version=VERSION, description=ABOUT),
        security_schemes={SECURITY: {"type": "http", "scheme": "bearer", "description": "an API key: ww_..."}},
        validation_error_model=ProblemBody,
        validation_error_callback=refuse,
        doc_ui=False,
        static_folder=None,
    )
    app.openapi_version = "3.1.0"
    app.request_class = JsonRequest
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    return app


def _all_apis(edges: Edges) -> list[APIBlueprint]:
    watching = (keys_api, feeds_api, feed_lists_api, rules_api, previews_api, rule_feedback_api, volumes_api, actors_api)
    nouns = (
        *watching,
        channels_api,
        channel_kinds_api,
        channel_previews_api,
        replays_api,
        workspaces_api,
        articles_api,
        stories_api,
        explanations_api,
        matches_api,
        alerts_api,
        feedback_api,
        digests_api,
        silences_api,
        mutes_api,
        deliveries_api,
        out_feeds_api,
        streams_api,
    )
    linked = (unsubscribe_api, confirmations_api, alert_links_api, websub_api, feed_links_api)
    return [*(noun(edges) for noun in nouns), *(each(edges) for each in linked), pages_api()]


def _publish_document(app: OpenAPI) -> None:
    document: dict[str, Any] = app.api_doc  # built now: threads would build it at once, and into each other

    @page_route(app, "/openapi.json")
    def show_document() -> Response:
        return answer_value(document)


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("Content-Security-Policy", STRICT_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
