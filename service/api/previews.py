"""What a rule would have matched, among the stored articles, and why: /v1/rules/preview."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.alerts import PassageView
from service.api.articles import ArticleSummary, summarise
from service.api.auth import workspace
from service.api.forms import Form, View, answer
from service.api.matches import EvidenceView, ScoresView
from service.api.nearness import Nearnesses, Told
from service.api.routing import nouns, route
from service.api.rule_checks import check_rule
from service.domain.alerts import quote_article
from service.domain.articles import Article
from service.domain.rules import NONE_SAVED, RuleSpec, Saved
from service.edges import Edges
from service.matching.explain import Explanation, explain
from service.matching.rules import sees
from service.matching.verdict import Verdict, compile_rule

NEAR_MISSES = 20
SECONDS = 5.0  # of CPU that one preview takes; what it has found by then is the answer


class PreviewForm(Form):
    """A rule to try out."""

    rule: RuleSpec
    limit: int = Field(default=200, ge=1, le=500, description="how many of the newest articles to look at")


class PreviewedMatch(View):
    """An article that the rule matches."""

    article: ArticleSummary
    scores: ScoresView
    passages: list[PassageView]
    evidence: list[EvidenceView]


class PartView(View):
    """A part of the rule, and which of its terms the article has and lacks."""

    part: str = Field(description="a JSON pointer into the rule", examples=["/topics/0"])
    found: list[str]
    missing: list[str]


class NearMiss(View):
    """An article that has some of the rule's terms and is not matched. A found term of an exclusion is why."""

    article: ArticleSummary
    reason: str = Field(description="what decided", examples=['the topic "Ukraine peace deal" lacks "peace deal"'])
    parts: list[PartView]


class PreviewView(View):
    """What the rule would have done."""

    looked_at: int = Field(description="articles held against the rule")
    passed_over: int = Field(description="articles of other feeds or languages than the rule wants")
    not_reached: int = Field(description=f"the oldest of the articles, for which the {SECONDS:.0f} seconds of a preview did not suffice")
    words_only: str | None = Field(
        description="why words decided alone about all of them; null where meaning did, too",
        examples=["the workers have not looked at what these articles mean"],
    )
    matches: list[PreviewedMatch]
    near_misses: list[NearMiss] = Field(description=f"the newest {NEAR_MISSES} at most")


def previews_api(edges: Edges) -> APIBlueprint:
    """The route of the preview."""
    api = nouns("rules", "What you watch", part="previews")
    nearnesses = Nearnesses(edges)

    @route(api, "post", "/v1/rules/preview", needs="read", answers={200: PreviewView})
    def preview_rule(body: PreviewForm) -> Response:
        """Try a rule on the newest stored articles of your feeds: what it matches and why, and what it just misses. Nothing is stored."""
        check_rule(edges, workspace(), body.rule, under="/rule")
        articles = edges.store.articles.list_articles(workspace(), limit=body.limit).items
        tags = edges.store.feeds.tags_of(workspace())
        seen = [
            each.article for each in articles if sees(body.rule, each.article.feed, tags.get(each.article.feed, ()), each.article.language)
        ]
        spec = edges.store.actors.as_matched(workspace(), body.rule)
        saved = edges.store.actors.saved_as_matched(workspace(), edges.store.rules.saved_for(workspace(), body.rule))
        shown = preview(spec, seen, nearnesses.of(spec, seen, may_embed=True), saved=saved)
        return answer(shown.model_copy(update={"passed_over": len(articles) - len(seen)}))

    return api


def preview(
    spec: RuleSpec,
    articles: Sequence[Article],
    told: Told,
    *,
    saved: Saved = NONE_SAVED,
    clock: Callable[[], float] = time.thread_time,
) -> PreviewView:
    """Hold `spec` against the articles, in their order, until `clock` has gone on by `SECONDS`.

    `told` is how near they are to it in meaning, where that is known.
    """
    until = clock() + SECONDS
    compiled = compile_rule(spec, saved)
    matches: list[PreviewedMatch] = []
    near_misses: list[NearMiss] = []
    looked_at = 0
    for article in itertools.takewhile(lambda _: clock() < until, articles):
        looked_at += 1
        explained = explain(spec, article.fields, article.day, told.near.get(article.id), compiled, saved=saved)
        if explained.verdict.matches:
            matches.append(_matched(article, explained.verdict))
        elif any(part.found for part in explained.parts) and len(near_misses) < NEAR_MISSES:
            near_misses.append(_near_miss(article, explained))
    return PreviewView(
        looked_at=looked_at,
        passed_over=0,
        not_reached=len(articles) - looked_at,
        words_only=told.words_only,
        matches=matches,
        near_misses=near_misses,
    )


def _near_miss(article: Article, explained: Explanation) -> NearMiss:
    parts = [PartView.model_validate(part) for part in explained.parts]
    return NearMiss(article=summarise(article), reason=explained.reason, parts=parts)


def _matched(article: Article, verdict: Verdict) -> PreviewedMatch:
    quoted = quote_article(article, verdict.evidence)
    return PreviewedMatch(
        article=summarise(article),
        scores=ScoresView.model_validate(verdict.scores),
        passages=[PassageView.model_validate(passage) for passage in quoted.passages],
        evidence=[EvidenceView.model_validate(each) for each in verdict.evidence],
    )
