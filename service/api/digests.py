"""Digests, those that wait and those that were sent: /v1/digests."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import found
from service.api.forms import ById, Id, PageQuery, PageView, View, answer, answer_page
from service.api.routing import nouns, route
from service.domain.digests import DigestKind
from service.edges import Edges
from service.storage.digests import ListedDigest


class DigestQuery(PageQuery):
    """Which digests."""

    rule: Id | None = None
    state: Literal["waiting", "released"] | None = None


class DigestView(View):
    """Alerts that wait to be told together, or were."""

    id: str
    kind: DigestKind = Field(description="why they wait")
    rule: str | None = Field(description="null: it is about several, as the workspace's budget makes it")
    state: Literal["waiting", "released"]
    created_at: datetime = Field(description="since when it collects")
    send_at: datetime = Field(description="when it is or was due")
    released_at: datetime | None = Field(description="when its message was made")
    alerts: list[str] = Field(description="the alerts that are new or have news in it, the oldest first, for GET /v1/alerts/{id}")
    told: list[str] = Field(
        description="those that its message has, most reported first; [] where it waits, had nothing, or went out as the one alert in it"
    )


class DigestsView(PageView):
    """A page of digests."""

    items: list[DigestView]


def digests_api(edges: Edges) -> APIBlueprint:
    """The routes of digests."""
    api = nouns("digests", "What is collected and told together")
    store = edges.store.digests

    @route(api, "get", "/v1/digests", needs="read", answers={200: DigestsView})
    def list_digests(query: DigestQuery) -> Response:
        """List digests, newest first: what waits, and what was sent."""
        waiting = None if query.state is None else query.state == "waiting"
        page = store.list_digests(workspace(), rule_id=query.rule, waiting=waiting, cursor=query.cursor, limit=query.limit)
        return answer_page(DigestsView, page, view_digest)

    @route(api, "get", "/v1/digests/<id>", needs="read", answers={200: DigestView})
    def get_digest(path: ById) -> Response:
        """Show a digest."""
        return answer(view_digest(found(store.find_digest(workspace(), path.id), "digest")))

    return api


def view_digest(listed: ListedDigest) -> DigestView:
    """A digest as it stands."""
    return DigestView(
        id=listed.id,
        kind=listed.kind,
        rule=listed.rule,
        state="waiting" if listed.released_at is None else "released",
        created_at=listed.created_at,
        send_at=listed.send_at,
        released_at=listed.released_at,
        alerts=list(listed.alerts),
        told=[alert.id for alert in listed.content.alerts] if listed.content else [],
    )
