"""One way to declare a route: what it needs, what it answers, and so its place in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal, TypeVar

from flask import Flask, Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel

from service.api.auth import Need
from service.api.errors import PROBLEM, ProblemBody

Method = Literal["get", "post", "put", "patch", "delete"]
Handler = TypeVar("Handler", bound=Callable[..., Response])
SECURITY = "key"


def nouns(name: str, about: str, *, part: str = "") -> APIBlueprint:
    """The routes of one noun (or a `part` of them), to be filled by `route`."""
    return APIBlueprint(part or name, __name__, abp_tags=[Tag(name=name, description=about)])


def route(
    api: APIBlueprint,
    method: Method,
    path: str,
    *,
    needs: Need,
    answers: Mapping[int, type[BaseModel] | str | None],
    problems: Sequence[int] = (),
) -> Callable[[Handler], Handler]:
    """Serve `path` with the decorated function; its docstring becomes the operation's summary and description.

    `answers` gives the view of each good status (a string: another media type; None: no content), `problems` the
    refusals beyond those that every route of its kind has.
    """

    def declare(handler: Handler) -> Handler:
        handler.needs = needs  # type: ignore[attr-defined]  # read before each request, see auth
        security: list[dict[str, list[Any]]] | None = None if needs == "nothing" else [{SECURITY: []}]
        refusals = sorted({*problems, *_usual_problems(method, path, needs)})
        responses: dict[str, Any] = {str(status): _describe(status, view) for status, view in answers.items()}
        responses |= {str(status): _problem(HTTPStatus(status).phrase) for status in refusals}
        responses["default"] = _problem("Any other error")
        declared = getattr(api, method)(path, operation_id=handler.__name__, security=security, responses=responses)
        declared(handler)
        return handler

    return declare


def page_route(app: Flask | APIBlueprint, path: str, *, method: str = "GET") -> Callable[[Handler], Handler]:
    """Serve `path` with the decorated function, without a key and outside the OpenAPI document: for browsers."""

    def declare(handler: Handler) -> Handler:
        handler.needs = "nothing"  # type: ignore[attr-defined]
        app.add_url_rule(path, view_func=handler, methods=[method])
        return handler

    return declare


def _usual_problems(method: Method, path: str, needs: Need) -> set[int]:
    usual = {422, 503}
    if needs != "nothing":
        usual |= {401, 403}
    if "<" in path:
        usual.add(404)
    if method in ("post", "put", "patch"):
        usual |= {400, 413, 415}
    return usual


def _describe(status: int, view: type[BaseModel] | str | None) -> Any:
    if isinstance(view, str):
        return {"description": HTTPStatus(status).phrase, "content": {view: {"schema": {"type": "string"}}}}
    return view


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemBody.__name__}"}
    return {"description": description, "content": {PROBLEM: {"schema": schema}}}
