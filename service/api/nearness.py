"""How near stored articles are to a rule in meaning, as the workers count it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from service.domain.articles import Article
from service.domain.rules import RuleSpec
from service.edges import Edges
from service.matching.calibration import Nearness
from service.matching.meaning import get_background, unpack
from service.matching.nearness import RuleVectors, queries_of

_RULE = "the rule"


def nearness_of(edges: Edges, spec: RuleSpec, articles: Sequence[Article]) -> Mapping[str, Nearness]:
    """The nearness of each article whose meaning the workers have learned, by its id; of none without the `meaning` extra."""
    queries = queries_of(spec)
    embedder = edges.embedder() if queries is not None and articles else None
    if queries is None or embedder is None:
        return {}
    store = edges.store.vectors
    stored = store.of_articles(embedder.model, [article.id for article in articles])
    if not stored:
        return {}
    vectors = RuleVectors(get_background(store.find_background(embedder.model), embedder.model))
    texts = list(queries.texts)
    vectors.put(_RULE, queries, dict(zip(texts, embedder.embed(texts), strict=True)))
    meanings = vectors.of_articles(np.stack([unpack(vector) for vector in stored.values()]))
    return {article: near for article, meaning in zip(stored, meanings, strict=True) if (near := meaning.near(_RULE))}
