"""Matches, alerted or not, with their evidence: /v1/matches."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import found
from service.api.forms import ById, Id, PageQuery, PageView, View, answer, answer_page
from service.api.routing import nouns, route
from service.edges import Edges


class MatchQuery(PageQuery):
    """Which matches."""

    rule: Id | None = None
    article: Id | None = None


class EvidenceView(View):
    """One term of a rule found at one place."""

    part: str = Field(description="a JSON pointer into the rule", examples=["/actors/0"])
    term: str = Field(description="as you wrote it")
    field: str = Field(description="title, lede or body; source, author, url or lang where a query asks for them")
    start: int = Field(description="offset into the article's field, in code points")
    end: int
    text: str = Field(description="what stands there")


class ScoresView(View):
    """How sure a match is, as probabilities; a query alone is sure."""

    comes_up: float = Field(description="that what the rule watches comes up in the article")
    is_about: float = Field(description="that the article is about it")
    nearness: float | None = Field(
        description="how near its meaning is to the rule's, in standard deviations above recent articles; null: judged by its words alone"
    )


class MatchView(View):
    """One rule satisfied by one article."""

    id: str
    rule: str
    rule_revision: int
    article: str
    evidence: list[EvidenceView]
    scores: ScoresView | None = Field(description="null: matched before scores were kept")
    held: str | None = Field(description="why it sent no message; null where it did", examples=["cooling_down", "silenced"])
    alert: str | None = Field(description="the alert that it is in")
    reason: str | None = Field(
        description="of a story that had an alert: what it brought, or that it joined in silence; when it is told, if not at once; "
        "what was said of the silence that holds it",
        examples=["new actor: Kim Jong Un", "collected for the digest of Mon 2 Mar 2026, 08:00 Europe/Brussels"],
    )
    digest: str | None = Field(description="in which it is told; null: it is told at once, or not")
    silence: str | None = Field(description="the silence that holds it")
    created_at: datetime


class MatchesView(PageView):
    """A page of matches."""

    items: list[MatchView]


def matches_api(edges: Edges) -> APIBlueprint:
    """The routes of matches."""
    api = nouns("matches", "Which rules matched which articles, and why that did or did not alert")
    store = edges.store.matches

    @route(api, "get", "/v1/matches", needs="read", answers={200: MatchesView})
    def list_matches(query: MatchQuery) -> Response:
        """List matches, newest first, also those that raised no alert."""
        page = store.list_matches(workspace(), rule_id=query.rule, article_id=query.article, cursor=query.cursor, limit=query.limit)
        return answer_page(MatchesView, page, MatchView.model_validate)

    @route(api, "get", "/v1/matches/<id>", needs="read", answers={200: MatchView})
    def get_match(path: ById) -> Response:
        """Show a match with its evidence."""
        return answer(MatchView.model_validate(found(store.find_match(workspace(), path.id), "match")))

    return api
