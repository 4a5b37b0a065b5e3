"""Silences: /v1/silences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from service.api.auth import caller, workspace
from service.api.errors import Fault, found, invalid, unknown
from service.api.forms import ById, Form, Id, PageQuery, PageView, View, answer, answer_page
from service.api.routing import nouns, route
from service.domain.rules import Line
from service.domain.silences import Silence
from service.domain.written_times import Cooldown, Moment
from service.edges import Edges

MAX_MATCHERS = 100


class SilenceForm(Form):
    """What to say nothing of, and how long. A match must have one of each that is given."""

    comment: Line = Field(description="why, for whoever wonders where an alert is")
    actors: tuple[Line, ...] = Field(default=(), max_length=MAX_MATCHERS, description="as the rules name them, or in words that were found")
    sources: tuple[Line, ...] = Field(
        default=(),
        max_length=MAX_MATCHERS,
        description='outlets: what they call themselves, their host ("gazette.example"), or a feed\'s id',
    )
    rules: tuple[Id, ...] = Field(default=(), max_length=MAX_MATCHERS, description="ids of rules")
    starts_at: Moment | None = Field(default=None, description="null: now")
    ends_at: Moment | None = Field(default=None, description="this, or a duration")
    duration: Cooldown | None = Field(default=None, description="ISO 8601, up to P30D", examples=["PT4H"])

    @model_validator(mode="wrap")
    @classmethod
    def _is_whole(cls, given: Any, check: ModelWrapValidatorHandler[SilenceForm]) -> SilenceForm:
        """Check the fields, and name what is missing beside their faults."""
        lacks = _lacks(given) if isinstance(given, Mapping) else []
        try:
            form = check(given)
        except ValidationError as error:
            faults = cast("list[InitErrorDetails]", error.errors())
            raise ValidationError.from_exception_data(error.title, [*faults, *lacks]) from None
        if lacks:
            raise ValidationError.from_exception_data(cls.__name__, lacks)
        return form


def _lacks(given: Mapping[str, Any]) -> list[InitErrorDetails]:
    lacks = []
    if not any(given.get(name) for name in ("actors", "sources", "rules")):
        lacks.append("a silence needs an actor, a source or a rule; it would hold everything")
    if (given.get("ends_at") is None) == (given.get("duration") is None):
        lacks.append("say when it ends: with `ends_at` or with `duration`")
    said = PydanticCustomError("incomplete", "; ".join(lacks))
    return [InitErrorDetails(type=said, loc=(), input=given)] if lacks else []


class SilenceQuery(PageQuery):
    """Which silences."""

    ended: bool = Field(default=False, description="those that have ended, too")


class SilenceView(View):
    """A silence."""

    id: str
    comment: str
    actors: list[str]
    sources: list[str]
    rules: list[str]
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    created_by: str = Field(description="the key that made it")


class SilencesView(PageView):
    """A page of silences."""

    items: list[SilenceView]


def silences_api(edges: Edges) -> APIBlueprint:
    """The routes of silences."""
    api = nouns("silences", "What nothing is told of for some time")
    _add_reading(api, edges)
    _add_changes(api, edges)
    return api


def _add_reading(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.silences

    @route(api, "get", "/v1/silences", needs="read", answers={200: SilencesView})
    def list_silences(query: SilenceQuery) -> Response:
        """List silences that have not ended, newest first."""
        after = None if query.ended else edges.now()
        page = store.list_silences(workspace(), ends_after=after, cursor=query.cursor, limit=query.limit)
        return answer_page(SilencesView, page, SilenceView.model_validate)

    @route(api, "get", "/v1/silences/<id>", needs="read", answers={200: SilenceView})
    def get_silence(path: ById) -> Response:
        """Show a silence, one that has ended, too."""
        return _answer(store.find_silence(workspace(), path.id))


def _add_changes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.silences

    @route(api, "post", "/v1/silences", needs="write", answers={201: SilenceView})
    def create_silence(body: SilenceForm) -> Response:
        """Silence actors, sources or rules for some time.

        What matches meanwhile is held, with the silence as its reason, and not told later.
        """
        by = caller(edges)
        _check_rules(edges, body)
        made = Silence(
            edges.new_id("sl"), by.workspace, body.comment, body.actors, body.sources, body.rules, *_times(body, by.now), by.now, by.name
        )  # fmt: skip
        store.add_silence(made, caller=by)
        return answer(SilenceView.model_validate(made), 201)

    @route(api, "delete", "/v1/silences/<id>", needs="write", answers={200: SilenceView})
    def expire_silence(path: ById) -> Response:
        """End a silence now. It stays to be seen, so that what it held can be explained."""
        return _answer(store.expire(path.id, caller=caller(edges)))


def _check_rules(edges: Edges, body: SilenceForm) -> None:
    find = edges.store.rules.find_rule
    faults = [unknown(f"/rules/{number}", "rule", each) for number, each in enumerate(body.rules) if find(workspace(), each) is None]
    if faults:
        raise invalid(faults, "silence")


def _times(body: SilenceForm, now: datetime) -> tuple[datetime, datetime]:
    starts_at = body.starts_at or now
    ends_at = body.ends_at or starts_at + (body.duration or timedelta(0))
    if ends_at <= max(starts_at, now):
        at = "/ends_at" if body.ends_at else "/duration"
        raise invalid([Fault(at=at, message="it would have ended before it begins to hold")], "silence")
    return starts_at, ends_at


def _answer(silence: Silence | None) -> Response:
    return answer(SilenceView.model_validate(found(silence, "silence")))
