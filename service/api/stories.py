"""Stories, each the articles that report one event: /v1/stories."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.articles import ListedArticle, list_article
from service.api.auth import caller, workspace
from service.api.coverage_views import CoverageView, view_coverage
from service.api.errors import Fault, found, invalid
from service.api.forms import ById, Form, Id, PageQuery, PageView, View, answer, answer_page
from service.api.routing import nouns, route
from service.domain.written_times import Moment
from service.edges import Edges
from service.matching.credits import credits_of
from service.storage.stories import MOST, BadSplit, Story, StoryFilter, UnknownStory

RECENT = timedelta(days=7)


class StoryQuery(PageQuery):
    """Which stories."""

    since: Moment | None = Field(default=None, description="only articles first seen since then; none: in the last seven days")
    articles: int = Field(default=1, ge=1, le=MOST, description="at least so many articles")
    rule: Id | None = Field(default=None, description="only those with an article that this rule matched")


class MergeForm(Form):
    """What else is the same story."""

    stories: tuple[Id, ...] = Field(min_length=1, max_length=100, description="stories that become part of this one")


class SplitForm(Form):
    """What is another story."""

    articles: tuple[Id, ...] = Field(min_length=1, max_length=MOST, description="articles of this story that report another event")


class StorySummary(View):
    """A story in a list."""

    id: str
    first_seen_at: datetime
    last_seen_at: datetime
    coverage: CoverageView = Field(description=f"of the articles of the feeds that you follow, the newest {MOST} at most")


class StoryView(StorySummary):
    """A story with its articles."""

    articles: list[ListedArticle] = Field(description=f"newest first, {MOST} at most; /v1/articles?story=... has all")


class StoriesView(PageView):
    """A page of stories."""

    items: list[StorySummary]


def stories_api(edges: Edges) -> APIBlueprint:
    """The routes of stories."""
    api = nouns("stories", "Which articles report one event")
    _add_reading(api, edges)
    _add_changes(api, edges)
    return api


def _add_reading(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.stories

    @route(api, "get", "/v1/stories", needs="read", answers={200: StoriesView})
    def list_stories(query: StoryQuery) -> Response:
        """List the stories in the feeds that you follow, the one with the newest article first."""
        wanted = StoryFilter(query.since or edges.now() - RECENT, query.articles, query.rule)
        page = store.list_stories(workspace(), wanted, credits_of, cursor=query.cursor, limit=query.limit)
        return answer_page(StoriesView, page, _summarise)

    @route(api, "get", "/v1/stories/<id>", needs="read", answers={200: StoryView})
    def get_story(path: ById) -> Response:
        """Show a story with its articles. The id of a story that has become part of another one shows that one."""
        return _answer_story(store.find_story(workspace(), path.id, credits_of))


def _add_changes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.stories

    @route(api, "post", "/v1/stories/<id>/merge", needs="write", answers={200: StoryView})
    def merge_stories(path: ById, body: MergeForm) -> Response:
        """Say that other stories are part of this one: all their articles, and those to come.

        It holds in your workspace alone. Alerts about them are alerts about this story from now on; of those of one rule the oldest
        goes on, and the others are joined into it. Nothing is told again.
        """
        try:
            merged = store.merge(path.id, body.stories, caller=caller(edges))
        except UnknownStory as error:
            raise invalid([Fault(at=f"/stories/{error.number}", message="there is no such story in this workspace")], "merger") from error
        return _answer_story(store.find_story(workspace(), found(merged, "story"), credits_of))

    @route(api, "post", "/v1/stories/<id>/split", needs="write", answers={201: StoryView})
    def split_story(path: ById, body: SplitForm) -> Response:
        """Say that these articles report another event: they become a story of their own, with later ones that are most like them.

        It holds in your workspace alone. The answer is the new story.
        """
        try:
            new = store.split(path.id, body.articles, credits_of, caller=caller(edges))
        except BadSplit as error:
            raise invalid([_fault(error)], "split") from error
        return _answer_story(store.find_story(workspace(), found(new, "story"), credits_of), 201)


def _fault(error: BadSplit) -> Fault:
    if error.number is None:
        return Fault(at="/articles", message="these are all articles of the story: leave at least one in it")
    return Fault(at=f"/articles/{error.number}", message="this article is not in the story; see its `story` at /v1/articles")


def _answer_story(stored: Story | None, status: int = 200) -> Response:
    story = found(stored, "story")
    articles = [list_article(each) for each in story.articles]
    return answer(StoryView(**_summarise(story).model_dump(), articles=articles), status)


def _summarise(story: Story) -> StorySummary:
    return StorySummary(
        id=story.id,
        first_seen_at=story.first_seen_at,
        last_seen_at=story.last_seen_at,
        coverage=view_coverage(story.coverage),
    )
