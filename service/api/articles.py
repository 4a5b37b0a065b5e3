"""Stored articles: /v1/articles."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import found
from service.api.forms import ById, Id, PageQuery, PageView, View, answer, answer_page
from service.api.routing import nouns, route
from service.domain.articles import Article
from service.edges import Edges
from service.storage.articles import StoredArticle


class ArticleQuery(PageQuery):
    """Which articles."""

    feed: Id | None = Field(default=None, description="only this feed's")
    story: Id | None = Field(default=None, description="only those of this story")


class ArticleSummary(View):
    """An article in a list."""

    id: str
    feed: str
    url: str | None
    title: str
    source: str
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime


class ListedArticle(ArticleSummary):
    """A stored article, and how far it has come."""

    baseline: bool = Field(description="it was in the feed before anybody followed it")
    matched_at: datetime | None = Field(description="null: it waits for the rules")
    story: str | None = Field(description="the story it is part of; null: not placed yet")
    quarantined_at: datetime | None = Field(description="set: matching it ended its worker five times; it is set aside")


class PageReadingView(View):
    """What came of reading an article's page for its full text."""

    outcome: str | None = Field(description='"read", or in words why there is no text from it; null: it waits for its first try')
    next_at: datetime | None = Field(description="when it is tried (again); null: not any more")


class ArticleView(ListedArticle):
    """A whole article, as plain text."""

    summary: str
    body: str
    author: str
    changed_at: datetime = Field(description="when its text last changed")
    page: PageReadingView | None = Field(description="what came of reading its page; null: nobody asked for full texts of its feed")


class ArticlesView(PageView):
    """A page of articles."""

    items: list[ListedArticle]


def articles_api(edges: Edges) -> APIBlueprint:
    """The routes of articles."""
    api = nouns("articles", "What the feeds brought")

    @route(api, "get", "/v1/articles", needs="read", answers={200: ArticlesView})
    def list_articles(query: ArticleQuery) -> Response:
        """List the articles of the feeds that you follow, newest first."""
        page = edges.store.articles.list_articles(
            workspace(), feed_id=query.feed, story_id=query.story, cursor=query.cursor, limit=query.limit
        )
        return answer_page(ArticlesView, page, list_article)

    @route(api, "get", "/v1/articles/<id>", needs="read", answers={200: ArticleView})
    def get_article(path: ById) -> Response:
        """Show an article with its text."""
        stored = found(edges.store.articles.find_article(workspace(), path.id), "article")
        reading = edges.store.pages.find_reading(path.id)
        return answer(_show(stored, PageReadingView.model_validate(reading) if reading else None))

    return api


def _show(stored: StoredArticle, page: PageReadingView | None) -> ArticleView:
    article = stored.article
    whole = {"summary": article.summary, "body": article.body, "author": article.author, "changed_at": article.changed_at}
    return ArticleView(**list_article(stored).model_dump(), **whole, page=page)


def summarise(article: Article) -> ArticleSummary:
    """The article as lists and previews show it."""
    return ArticleSummary.model_validate(article)


def list_article(stored: StoredArticle) -> ListedArticle:
    """A stored article as lists show it."""
    progress = {"matched_at": stored.matched_at, "quarantined_at": stored.quarantined_at, "story": stored.story}
    return ListedArticle(**summarise(stored.article).model_dump(), baseline=stored.article.baseline, **progress)
