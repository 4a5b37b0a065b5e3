"""How near stored articles are to a rule in meaning, as the workers count it, or why that is not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
import structlog

from service.domain.articles import Article
from service.domain.rules import RuleSpec
from service.edges import Edges
from service.embedding import FAILURES
from service.matching.calibration import Nearness
from service.matching.company import Neighbour, company_of
from service.matching.meaning import Vectors, checked, get_background, load_references, unpack
from service.matching.nearness import Queries, RuleVectors, queries_of

log = structlog.get_logger()

REST = timedelta(minutes=5)  # after a failure
OFF = "meaning is switched off, or not installed"
QUERY_ALONE = "the rule asks for no actor and no topic, and a query says exactly what it wants"
UNREAD = "the workers have not looked at what these articles mean; without the extra `meaning` they never do"
WAITING = "the workers have not learned yet what the rule means"
FAILED = "the model of meaning failed; it is tried again after five minutes"

_RULE = "the rule"


@dataclass(frozen=True, slots=True)
class Told:
    """The nearness of articles by their id. `words_only` is why there is none, so that words decide alone."""

    near: Mapping[str, Nearness]
    words_only: str | None = None


class Nearnesses:
    """What the threads of one API process share: a model that failed rests for all of them, and one embeds at a time."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._embedding = Lock()
        self._rests_until: datetime | None = None

    def of(self, spec: RuleSpec, articles: Sequence[Article], *, may_embed: bool) -> Told:
        """The nearness of each article that the workers have looked at.

        A rule that they know needs no model. What a new one means is embedded here, if it `may_embed`: 13 short texts at most.
        """
        queries = queries_of(spec)
        if queries is None:
            return Told({}, QUERY_ALONE)
        if self._edges.settings.meaning == "off":
            return Told({}, OFF)
        model, stored = self._edges.store.vectors.newest_of_articles([article.id for article in articles])
        if not stored:
            return Told({}, UNREAD)
        known = {text: unpack(each) for text, each in self._edges.store.vectors.of_queries(model, list(queries.texts)).items()}
        try:
            return self._told(model, queries, known, stored, may_embed)
        except FAILURES as error:
            self._rest(error)
            return Told({}, FAILED)

    def _told(self, model: str, queries: Queries, known: dict[str, Vectors], stored: Mapping[str, bytes], may_embed: bool) -> Told:
        missing = [text for text in queries.texts if text not in known]
        if missing and not may_embed:
            return Told({}, WAITING)
        if missing:
            with self._embedding:
                if self._rests():
                    return Told({}, FAILED)
                embedder = self._edges.embedder()
                if embedder is None or embedder.model != model:
                    return Told({}, OFF)
                known |= zip(missing, checked(embedder.embed(missing), len(missing)), strict=True)
        vectors = RuleVectors(get_background(self._edges.store.vectors.find_background(model), model), load_references(model))
        vectors.put(_RULE, queries, known)
        meanings = vectors.of_articles(np.stack([unpack(vector) for vector in stored.values()]))
        return Told({article: near for article, meaning in zip(stored, meanings, strict=True) if (near := meaning.near(_RULE))})

    def in_company(self, told: Told, rule: str) -> Told:
        """The same with what the neighbours of the articles matched of a stored rule."""
        neighbours = self._edges.store.vectors.find_neighbours(told.near)
        others = {other for near in neighbours.values() for other, _ in near}
        matched = self._edges.store.matches.comes_up(others, rule)
        company = {each: company_of([Neighbour(*other) for other in near], matched) for each, near in neighbours.items()}
        near = {each: nearness._replace(company=company.get(each, {}).get(rule, 0.0)) for each, nearness in told.near.items()}
        return replace(told, near=near)

    def _rests(self) -> bool:
        return self._rests_until is not None and self._edges.now() < self._rests_until

    def _rest(self, error: Exception) -> None:
        with self._embedding:
            if not self._rests():
                self._rests_until = self._edges.now() + REST
                log.error("no meaning can be told of a rule, so words decide alone", error=type(error).__name__, detail=str(error))
