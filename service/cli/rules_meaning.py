"""What articles of a file mean, held against the rules of a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from service.cli.article_file import WrittenArticle
from service.cli.rule_file import WatchedRule
from service.embedding import Embedder, load_embedder

if TYPE_CHECKING:
    from service.matching.nearness import ArticleMeaning as Known

ArticleMeaning: TypeAlias = "Callable[[Sequence[WrittenArticle]], Sequence[Known | None]]"


def open_meaning(rules: Sequence[WatchedRule]) -> ArticleMeaning:
    """Tells how near an article's meaning is to the rules; `no_meaning` where the `meaning` extra is not installed.

    What is usual is the background that is shipped, so that a file has the same matches everywhere.
    """
    embedder = load_embedder()
    return nearness_by(embedder, rules) if embedder else no_meaning


def no_meaning(articles: Sequence[WrittenArticle]) -> Sequence[None]:
    """The meaning of no article is known: words alone decide."""
    return [None] * len(articles)


def nearness_by(embedder: Embedder, rules: Sequence[WatchedRule]) -> ArticleMeaning:
    """Tells how near an article's meaning is to the rules, by the vectors of this embedder."""
    from service.matching.meaning import article_text, load_background, load_references  # numpy comes with the extra
    from service.matching.nearness import RuleVectors, queries_of

    asked = {rule.id: queries for rule in rules if (queries := queries_of(rule.spec))}
    texts = list(dict.fromkeys(text for queries in asked.values() for text in queries.texts))
    vectors = RuleVectors(load_background(embedder.model), load_references(embedder.model))
    vector_of = dict(zip(texts, embedder.embed(texts), strict=True))
    for rule_id, queries in asked.items():
        vectors.put(rule_id, queries, vector_of)

    def meaning(articles: Sequence[WrittenArticle]) -> Sequence[Known]:
        texts = [article_text(article.title, article.summary, article.body) for article in articles]
        return vectors.of_articles(embedder.embed(texts))

    return meaning
