"""Feedback on alerts: /v1/alerts/{id}/feedback and /v1/feedback."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from service.api.auth import caller, workspace
from service.api.errors import found, missing
from service.api.forms import ById, Form, Id, PageQuery, PageView, View, answer, answer_nothing, answer_page
from service.api.routing import nouns, route
from service.domain.feedback import MAX_NOTE, Via, judge_alert
from service.domain.rules import printable
from service.edges import Edges

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NOTE), AfterValidator(printable)]


class FeedbackForm(Form):
    """What you say of an alert."""

    relevant: StrictBool = Field(description="true: you wanted it; false: a false alarm")
    note: Note = Field(default="", description="why, in a line", examples=["another Jordan"])


class FeedbackQuery(PageQuery):
    """Which feedback."""

    rule: Id | None = None
    relevant: bool | None = None


class FeedbackView(View):
    """One party's last word on an alert."""

    id: str
    alert: str
    rule: str
    relevant: bool
    note: str
    via: Via = Field(description="key: by the API; link: by the link in a message")
    given_by: str = Field(description="the key's id, or the id of the channel whose message had the link")
    given_at: datetime


class FeedbacksView(PageView):
    """A page of feedback."""

    items: list[FeedbackView]


class AlertFeedbackView(View):
    """All that is said of an alert."""

    relevant: bool | None = Field(description="what the majority says, of a tie who spoke last; null: nobody has said anything")
    items: list[FeedbackView] = Field(description="the last word of each, the latest first")


def feedback_api(edges: Edges) -> APIBlueprint:
    """The routes of feedback."""
    api = nouns("feedback", "Whether alerts were relevant")
    _add_words(api, edges)
    _add_reading(api, edges)
    return api


def _add_words(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.feedback

    @route(api, "put", "/v1/alerts/<id>/feedback", needs="write", answers={200: FeedbackView})
    def give_feedback(path: ById, body: FeedbackForm) -> Response:
        """Say whether an alert was relevant. Your key's last word counts."""
        by = caller(edges)
        given = store.give(path.id, relevant=body.relevant, note=body.note, via=Via.KEY, given_by=by.name, caller=by)
        return answer(FeedbackView.model_validate(found(given, "alert")))

    @route(api, "delete", "/v1/alerts/<id>/feedback", needs="write", answers={204: None})
    def withdraw_feedback(path: ById) -> Response:
        """Take back what your key has said of an alert."""
        by = caller(edges)
        if not store.withdraw(path.id, given_by=by.name, caller=by):
            raise missing("feedback")
        return answer_nothing()


def _add_reading(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.feedback

    @route(api, "get", "/v1/alerts/<id>/feedback", needs="read", answers={200: AlertFeedbackView})
    def show_feedback(path: ById) -> Response:
        """Show what keys and readers say of an alert."""
        found(edges.store.alerts.find_alert(workspace(), path.id), "alert")
        said = store.of_alert(workspace(), path.id)
        views = [FeedbackView.model_validate(each) for each in said]
        return answer(AlertFeedbackView(relevant=judge_alert(said) if said else None, items=views))

    @route(api, "get", "/v1/feedback", needs="read", answers={200: FeedbacksView})
    def list_feedback(query: FeedbackQuery) -> Response:
        """List feedback, the latest first."""
        page = store.list_feedback(workspace(), rule_id=query.rule, relevant=query.relevant, cursor=query.cursor, limit=query.limit)
        return answer_page(FeedbacksView, page, FeedbackView.model_validate)
