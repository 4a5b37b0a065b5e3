"""Alerts as they were raised, and what became of them: /v1/alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.coverage_views import CoverageView, view_coverage
from service.api.errors import found
from service.api.forms import ById, Id, PageQuery, PageView, View, answer, answer_page
from service.api.matches import EvidenceView, ScoresView
from service.api.routing import nouns, route
from service.api.spike_views import SpikeView, view_spike
from service.domain.alerts import Alert
from service.domain.developments import Development, say
from service.domain.digests import DigestKind
from service.edges import Edges
from service.storage.alerts import ListedAlert
from service.storage.digests import ListedDigest


class AlertQuery(PageQuery):
    """Which alerts."""

    rule: Id | None = None
    story: Id | None = Field(default=None, description="only those about this story")


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


class NewsView(View):
    """One thing that was new."""

    kind: Development
    what: str = Field(description="the actor's name, the number of outlets, the headline, or the hours of quiet")
    text: str = Field(description="the same in a few words")


class CollectedView(View):
    """Why something is or was not told at once."""

    digest: str = Field(description="what it waits or waited in, for GET /v1/digests/{id}")
    kind: DigestKind
    send_at: datetime
    released_at: datetime | None = Field(description="when it was sent; null: it waits")


class UpdateView(View):
    """An update of an alert, as it was told."""

    number: int
    created_at: datetime
    news: list[NewsView]
    articles: list[AlertedArticleView]
    spike: SpikeView | None = Field(description="null: the rule alerts on articles")
    collected: CollectedView | None = Field(description="null: it was told at once")


class AlertView(View):
    """What was told, and what became of it. `articles` and `updates` never change once told; `coverage` grows.

    Where the stories of two alerts of a rule turn out to be one, the older alert goes on for both.
    """

    id: str
    rule: str
    rule_name: str
    created_at: datetime
    articles: list[AlertedArticleView] = Field(description="what raised it; of a spike, one of each of its top stories")
    story: str | None = Field(description="what it is about; null: a spike, or an article that was put into no story")
    coverage: CoverageView | None = Field(
        description="of the articles that raised or joined it or an alert that was joined into it; "
        "null: a spike, or the rule tells of every article"
    )
    updated_at: datetime | None = Field(description="when the last of them joined")
    joined_into: str | None = Field(
        description="the alert that goes on for this one: its `coverage` has the articles of both; null: this one goes on itself"
    )
    updates: list[UpdateView] = Field(description="the oldest first")
    spike: SpikeView | None = Field(description="the numbers of a spike, as first told; null: the rule alerts on articles")
    collected: CollectedView | None = Field(description="null: it was told at once")


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
        page = store.list_alerts(workspace(), rule_id=query.rule, story_id=query.story, cursor=query.cursor, limit=query.limit)
        collected = edges.store.digests.digests_of({message for listed in page.items for message in listed.messages})
        return answer_page(AlertsView, page, lambda listed: view_alert(listed, collected))

    @route(api, "get", "/v1/alerts/<id>", needs="read", answers={200: AlertView})
    def get_alert(path: ById) -> Response:
        """Show an alert; its deliveries are listed under /v1/deliveries?alert=..."""
        alert = found(store.find_alert(workspace(), path.id), "alert")
        return answer(view_alert(alert, edges.store.digests.digests_of(set(alert.messages))))

    return api


def view_alert(listed: ListedAlert, collected: Mapping[tuple[str, int], ListedDigest]) -> AlertView:
    """An alert with its updates; `collected` has the digests of those that were not told at once."""
    told = listed.alert
    return AlertView(
        id=told.id,
        rule=told.rule,
        rule_name=told.rule_name,
        created_at=told.created_at,
        articles=_articles(told),
        story=listed.story,
        coverage=view_coverage(listed.coverage) if listed.coverage else None,
        updated_at=listed.updated_at,
        joined_into=listed.joined_into,
        updates=[_update(each, collected) for each in listed.updates],
        spike=told.spike and view_spike(told.spike),
        collected=_collected(collected.get((told.id, 0))),
    )


def _update(told: Alert, collected: Mapping[tuple[str, int], ListedDigest]) -> UpdateView:
    assert told.update is not None, "stored as an update"
    digest = _collected(collected.get((told.id, told.update.number)))
    news = [NewsView(kind=each.kind, what=each.what, text=say(each)) for each in told.update.news]
    return UpdateView(
        number=told.update.number,
        created_at=told.update.created_at,
        news=news,
        articles=_articles(told),
        spike=told.spike and view_spike(told.spike),
        collected=digest,
    )


def _collected(digest: ListedDigest | None) -> CollectedView | None:
    if digest is None:
        return None
    return CollectedView(digest=digest.id, kind=digest.kind, send_at=digest.send_at, released_at=digest.released_at)


def _articles(told: Alert) -> list[AlertedArticleView]:
    return [AlertedArticleView.model_validate(each) for each in told.articles]
