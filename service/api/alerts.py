"""Alerts as they were raised: /v1/alerts."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import missing
from service.api.forms import ById, Id, PageQuery, PageView, View, answer, answer_page
from service.api.matches import EvidenceView, ScoresView
from service.api.routing import nouns, route
from service.edges import Edges


class AlertQuery(PageQuery):
    """Which alerts."""

    rule: Id | None = None


class PassageView(View):
    """A piece of an article with the words that matched."""

    field: str
    text: str
    highlights: list[tuple[int, int]] = Field(description="(start, end) offsets into `text`, in code points")


class AlertedArticleView(View):
    """What an alert says of one article."""

    id: str
    title: str
    url: str | None
    source: str
    published_at: datetime | None
    first_seen_at: datetime
    language: str | None
    passages: list[PassageView]
    evidence: list[EvidenceView]
    scores: ScoresView | None = Field(default=None, description="null: raised before scores were kept")


class AlertView(View):
    """What was told; it never changes."""

    id: str
    rule: str
    rule_name: str
    created_at: datetime
    articles: list[AlertedArticleView]


class AlertsView(PageView):
    """A page of alerts."""

    items: list[AlertView]


def alerts_api(edges: Edges) -> APIBlueprint:
    """The routes of alerts."""
    api = nouns("alerts", "What was told, word for word")
    store = edges.store.alerts

    @route(api, "get", "/v1/alerts", needs="read", answers={200: AlertsView})
    def list_alerts(query: AlertQuery) -> Response:
        """List alerts, newest first."""
        page = store.list_alerts(workspace(), rule_id=query.rule, cursor=query.cursor, limit=query.limit)
        return answer_page(AlertsView, page, AlertView.model_validate)

    @route(api, "get", "/v1/alerts/<id>", needs="read", answers={200: AlertView})
    def get_alert(path: ById) -> Response:
        """Show an alert; its deliveries are listed under /v1/deliveries?alert=..."""
        alert = store.find_alert(workspace(), path.id)
        if alert is None:
            raise missing("alert")
        return answer(AlertView.model_validate(alert))

    return api
