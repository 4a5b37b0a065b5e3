"""Why a rule matches an article, or does not: /v1/articles/{id}/explain."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import found
from service.api.forms import ById, Id, Query, View, answer
from service.api.matches import EvidenceView, ScoresView
from service.api.nearness import Nearnesses, Told
from service.api.previews import PartView
from service.api.routing import nouns, route
from service.domain.articles import Article
from service.domain.rules import RuleSpec, Saved
from service.domain.telling import Hold, say_hold
from service.edges import Edges
from service.matching.explain import explain
from service.matching.rules import speaks
from service.storage.matches import Match


class ExplainQuery(Query):
    """Which rule."""

    rule: Id


class ExplanationView(View):
    """What the rule makes of the article as both are now."""

    matches: bool
    reason: str = Field(
        description="what decided", examples=['the topic "Ukraine peace deal" lacks "peace deal"; words alone give 0.21, ...']
    )
    scores: ScoresView
    least: float = Field(description="what the rule's precision asks for: of is_about where it is strict, else of comes_up")
    parts: list[PartView]
    evidence: list[EvidenceView]
    words_only: str | None = Field(
        description="why words decided alone; null where meaning did, too",
        examples=["the workers have not learned yet what the rule means"],
    )
    held: str | None = Field(
        description="why its stored match raised no alert; null where it did, or there is none", examples=["cooling_down"]
    )
    alert: str | None = Field(description="the alert that its stored match is in")
    joined_into: str | None = Field(description="the alert that goes on for that one; null: it goes on itself, or there is none")
    digest: str | None = Field(description="in which its stored match is told; null: at once, or not")
    silence: str | None = Field(description="the silence that holds its stored match")
    outcome: str | None = Field(
        description="what became of its stored match, in a sentence; null: there is none",
        examples=["collected for the digest of Mon 2 Mar 2026, 08:00 Europe/Brussels", 'silenced by sl_1: "strike week"'],
    )


def explanations_api(edges: Edges) -> APIBlueprint:
    """The route of explanations."""
    api = nouns("articles", "What the feeds brought", part="explanations")
    nearnesses = Nearnesses(edges)

    @route(api, "get", "/v1/articles/<id>/explain", needs="read", answers={200: ExplanationView})
    def explain_article(path: ById, query: ExplainQuery) -> Response:
        """Tell why a rule matches an article, or what it lacks; and what became of the match."""
        stored = found(edges.store.articles.find_article(workspace(), path.id), "article")
        rule = found(edges.store.rules.find_rule(workspace(), query.rule), "rule")
        tags = edges.store.feeds.tags_of(workspace()).get(stored.article.feed, ())
        spec = edges.store.actors.as_matched(workspace(), rule.spec)
        matches = edges.store.matches.list_matches(workspace(), rule_id=rule.id, article_id=stored.article.id, limit=1).items
        saved = edges.store.actors.saved_as_matched(workspace(), edges.store.rules.saved_for(workspace(), rule.spec, rule.id))
        told = nearnesses.in_company(nearnesses.of(spec, [stored.article], may_embed=False), rule.id)
        view = _explained(spec, saved, stored.article, told, _unseen(spec, stored.article, tags))
        return answer(view.model_copy(update=_fate(edges, matches[0]) if matches else {}))

    return api


def _fate(edges: Edges, match: Match) -> dict[str, Any]:
    said = match.reason or (say_hold(Hold(match.held)) if match.held else "told at once")
    into = edges.store.alerts.find_joined_into(match.workspace, match.alert) if match.alert else None
    if into:
        said = f"{said}; its alert {match.alert} was joined into {into}, as their stories turned out to be one"
    named = ("held", "alert", "digest", "silence")
    return {**{name: getattr(match, name) for name in named}, "joined_into": into, "outcome": said}


def _unseen(spec: RuleSpec, article: Article, tags: tuple[str, ...]) -> str | None:
    """Why the rule never looks at the article."""
    if not speaks(spec, article.language):
        return f'the rule asks for articles in {", ".join(spec.languages)}, and this one is in "{article.language}"'
    named = not spec.feeds or article.feed in spec.feeds or any(f"tag:{tag}" in spec.feeds for tag in tags)
    return None if named else "the rule asks for other feeds than this article's"


def _explained(spec: RuleSpec, saved: Saved, article: Article, told: Told, unseen: str | None) -> ExplanationView:
    explained = explain(spec, article.fields, article.day, told.near.get(article.id), saved=saved)
    verdict = explained.verdict
    return ExplanationView(
        matches=verdict.matches and unseen is None,
        reason=unseen or explained.reason,
        scores=ScoresView.model_validate(verdict.scores),
        least=verdict.least,
        parts=[PartView.model_validate(part) for part in explained.parts],
        evidence=[EvidenceView.model_validate(each) for each in verdict.evidence],
        words_only=told.words_only,
        held=None,
        alert=None,
        joined_into=None,
        digest=None,
        silence=None,
        outcome=None,
    )
