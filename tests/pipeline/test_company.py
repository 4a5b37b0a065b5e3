"""An article in the company of those before it: what its nearest neighbours matched makes its own match likelier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.api.nearness import Nearnesses
from service.edges import Edges
from service.matching.explain import explain
from service.matching.meaning import WIDTH, Background, Vectors, load_background
from tests.conftest import Clock
from tests.pipeline.test_match import Desk
from tests.pipeline.test_meaning import Studio, with_embedder
from tests.world import WordEmbedder

USUAL = load_background("multilingual-e5-small-q4").mean
BACKGROUND = Background(4000.0, USUAL, np.eye(WIDTH, dtype=np.float32) * 0.0002)
TOLD = [f"NATO zorbing championship at the harbour of Skagen, {each}" for each in ("day one", "round two", "final", "results")]
SPHERING = "NATO sphering championship at the harbour of Skagen"


class NewsEmbedder(WordEmbedder):
    """Its texts have in common what all news have, and beside that their words."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = USUAL + 0.4 * super().embed(texts)
        unit: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return unit


@pytest.fixture
def studio(edges_on_both: Edges, clock: Clock) -> Studio:
    embedder = NewsEmbedder()
    desk = Desk(with_embedder(edges_on_both, embedder, BACKGROUND), clock)
    alerting = {"stories": "every_article"}
    desk.watch(name="NATO zorbing", actors=["NATO"], topics=["zorbing"], precision="broad", alerting=alerting)
    return Studio(desk, embedder, desk.follow("https://gazette.example/feed"))


def comes_up(studio: Studio, title: str) -> float:
    """How probable the workers find it of an article that comes now; 0 where it does not match."""
    studio.publish(title)
    studio.desk.match()
    scores = dict(studio.found()).get(title)
    return scores.comes_up if scores else 0.0


def odds(probability: float) -> float:
    return probability / (1 - probability)


def test_in_the_company_of_matches_an_article_is_likelier_to_match(studio: Studio) -> None:
    alone = comes_up(studio, SPHERING)
    for title in TOLD:
        comes_up(studio, title)
    assert odds(comes_up(studio, f"{SPHERING}, again")) > 2 * odds(alone)


def test_company_is_of_articles_before_it_alone(studio: Studio) -> None:
    store = studio.desk.edges.store
    comes_up(studio, SPHERING)
    for title in TOLD:
        comes_up(studio, title)
    ids = {each.article.title: each.article.id for each in store.articles.list_articles("ws_1", limit=200).items}
    neighbours = store.vectors.find_neighbours(ids.values())
    assert ids[SPHERING] not in neighbours
    assert [other for other, _ in neighbours[ids[TOLD[0]]]] == [ids[SPHERING]]
    assert {other for other, _ in neighbours[ids[TOLD[-1]]]} == {ids[SPHERING], *(ids[title] for title in TOLD[:-1])}


def test_an_explanation_tells_what_the_workers_scored(studio: Studio) -> None:
    for title in (*TOLD, SPHERING):
        comes_up(studio, title)
    edges = studio.desk.edges
    (rule,) = edges.store.rules.changes_since(0).rules
    (article,) = (each.article for each in edges.store.articles.list_articles("ws_1", limit=200).items if each.article.title == SPHERING)
    nearnesses = Nearnesses(replace(edges, settings=edges.settings.model_copy(update={"meaning": "auto"})))
    told = nearnesses.in_company(nearnesses.of(rule.spec, [article], may_embed=False), rule.id)
    explained = explain(rule.spec, article.fields, article.day, told.near[article.id])
    assert explained.verdict.scores.comes_up == pytest.approx(dict(studio.found())[SPHERING].comes_up, abs=0.01)
    assert "what the articles nearest to it matched" in explained.reason
