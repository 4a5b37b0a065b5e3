"""What articles mean beside the rules, where the `meaning` extra is installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock

import numpy as np
import structlog

from service.domain.articles import Article
from service.domain.rules import Rule
from service.edges import Edges
from service.embedding import FAILURES, Embedder
from service.matching.meaning import WIDTH, Vectors, article_text, checked, get_background, load_references, pack, unpack
from service.matching.nearness import ArticleMeaning, Queries, RuleVectors, queries_of
from service.pipeline.learning import LEARNED, Sample

log = structlog.get_logger()

SOME = 64  # texts of rules embedded before each batch of articles; rules beyond that wait for the next, and go by words meanwhile
REST = timedelta(minutes=5)  # after a failure: words alone tell about an article now, which is better than its meaning never


class Meanings:
    """The vectors of the rules in one process, shared by its threads, and how near articles are to them."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._lock = Lock()
        self._absent = False  # no embedder, as long as this process lives
        self._rests_until: datetime | None = None
        self._embedder: Embedder | None = None
        self._vectors: RuleVectors | None = None
        self._fresh: dict[str, Queries] = {}  # by rule id: their vectors may be stored
        self._waiting: dict[str, Queries] = {}  # by rule id: their vectors have to be made
        self._sample = Sample()

    def take_in(self, rules: Iterable[Rule]) -> None:
        """Rules that are new, changed or gone; their vectors are fetched or made when articles are next looked at."""
        with self._lock:
            for rule in rules:
                self._fresh.pop(rule.id, None)
                self._waiting.pop(rule.id, None)
                if self._vectors is not None:
                    self._vectors.drop(rule.id)  # until it has new vectors it goes by words, not by what it meant before
                queries = queries_of(rule.spec) if rule.live and not self._absent else None
                if queries is not None:
                    self._fresh[rule.id] = queries

    def ready(self) -> bool:
        """Whether meaning can be told: some rule asks for it, and there is an embedder, which is loaded at the first call."""
        with self._lock:
            if self._absent or self._rests() or not self._has_rules():
                return False
            try:
                return self._open()
            except FAILURES as error:
                self._rest(error)
                return False

    def of(self, articles: Sequence[Article], others: Sequence[Article] = ()) -> Mapping[str, ArticleMeaning]:
        """What each article means, by its id; nothing where that cannot be told. New vectors are stored.

        `others` are those that came with them and that no rule wants: a few are looked at, to learn what is usual.
        """
        if not (articles or others) or not self.ready():
            return {}
        try:
            with self._lock:
                chosen = self._sample.choose(others, self._edges.now())
            vectors = self._embed(articles)  # without the lock: it takes long, and several threads can do it side by side
            beside = self._vectors_of(_texts_of(chosen))
            with self._lock:
                meanings = self._hold_against_rules(vectors) if articles else ()
                self._sample.add(vectors, beside, len(others))
                self._learn()
        except FAILURES as error:
            with self._lock:
                self._rest(error)
            return {}
        return {article.id: meaning for article, meaning in zip(articles, meanings, strict=True)}

    def _has_rules(self) -> bool:
        return bool(self._fresh or self._waiting) or (self._vectors is not None and len(self._vectors) > 0)

    def _open(self) -> bool:
        if self._vectors is None:
            self._embedder = self._edges.embedder()
            if self._embedder is None:
                self._absent = True
                self._fresh.clear()
                return False
            stored = self._edges.store.vectors.find_background(self._embedder.model)
            self._vectors = RuleVectors(get_background(stored, self._embedder.model), load_references(self._embedder.model))
        return True

    def _rests(self) -> bool:
        return self._rests_until is not None and self._edges.now() < self._rests_until

    def _rest(self, error: Exception) -> None:
        if not self._rests():  # other threads have failed just so
            self._rests_until = self._edges.now() + REST
            log.error("no meaning can be told, so words decide alone; tried again later", error=type(error).__name__, detail=str(error))

    def _embed(self, articles: Sequence[Article]) -> Vectors:
        vectors = self._vectors_of(_texts_of(articles))
        packed = {article.id: pack(vector) for article, vector in zip(articles, vectors, strict=True)}
        self._edges.store.vectors.save_articles(self._model, packed)
        return vectors

    def _hold_against_rules(self, vectors: Vectors) -> Sequence[ArticleMeaning]:
        assert self._vectors is not None
        self._embed_rules(self._vectors)
        return self._vectors.of_articles(vectors)

    def _embed_rules(self, rules: RuleVectors) -> None:
        fresh, self._fresh = self._fresh, {}
        self._waiting |= fresh
        self._put(rules, fresh, self._stored(_missing(rules, fresh)))
        some = self._next(rules)
        if not some:
            return
        texts = _missing(rules, some)
        known = self._stored(texts)  # by now another worker may have made them
        new = sorted(texts - known.keys())
        if new:
            made = dict(zip(new, self._vectors_of(new), strict=True))
            self._edges.store.vectors.save_queries(self._model, {text: pack(vector) for text, vector in made.items()})
            known |= made
        self._put(rules, some, known)
        if self._waiting:
            log.info("rules wait for their meaning and go by words", rules=len(self._waiting))

    def _next(self, rules: RuleVectors) -> Mapping[str, Queries]:
        """The rules that have waited longest, with about `SOME` texts together."""
        some: dict[str, Queries] = {}
        texts: set[str] = set()
        for rule_id, queries in self._waiting.items():
            if len(texts) >= SOME:
                break
            some[rule_id] = queries
            texts.update(rules.missing(queries))
        return some

    def _put(self, rules: RuleVectors, some: Mapping[str, Queries], known: Mapping[str, Vectors]) -> None:
        for rule_id, queries in some.items():
            if all(text in known for text in rules.missing(queries)):
                rules.put(rule_id, queries, known)
                del self._waiting[rule_id]

    def _stored(self, texts: set[str]) -> dict[str, Vectors]:
        return {text: unpack(vector) for text, vector in self._edges.store.vectors.of_queries(self._model, texts).items()}

    def _learn(self) -> None:
        """Recent articles are the background; every worker adds what it sees to the one that is stored."""
        assert self._vectors is not None
        if len(self._sample) < LEARNED:
            return
        vectors, weights = self._sample.take()
        stored = self._edges.store.vectors.find_background(self._model)
        background = get_background(stored, self._model).with_articles(vectors, weights=weights)
        self._edges.store.vectors.save_background(self._model, background.dump(), self._edges.now())
        self._vectors.measure_against(background)

    def _vectors_of(self, texts: Sequence[str]) -> Vectors:
        assert self._embedder is not None
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        return checked(self._embedder.embed(texts), len(texts))

    @property
    def _model(self) -> str:
        assert self._embedder is not None
        return self._embedder.model


def _missing(rules: RuleVectors, some: Mapping[str, Queries]) -> set[str]:
    return {text for queries in some.values() for text in rules.missing(queries)}


def _texts_of(articles: Iterable[Article]) -> list[str]:
    return [article_text(each.title, each.summary, each.body) for each in articles]
