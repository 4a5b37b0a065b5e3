"""What requests and answers have in common: strict forms, ids, pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.storage.paging import MAX_PAGE, Page

T = TypeVar("T")
JSON = "application/json"

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_]{1,64}$")]


class Form(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Query(BaseModel):
    """Query parameters: unknown ones are refused. The title tells a fault's place, see `bodies.refuse`."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="query")


class PageQuery(Query):
    """Which page of a list."""

    cursor: str | None = Field(default=None, max_length=300, description="`next_cursor` of the page before; none: the first page")
    limit: int = Field(default=50, ge=1, le=MAX_PAGE, description="how many at most")


class ById(BaseModel):
    """The path of one thing."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="path")

    id: Id


class View(BaseModel):
    """Something as the API shows it, read off a value of the domain by name."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PageView(View):
    """One page of a list, newest first."""

    next_cursor: str | None = Field(description="give it as `cursor` for the next page; null at the end")


def answer(body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`body` as JSON."""
    return Response(body.model_dump_json(), status, headers, content_type=JSON)


def answer_value(value: Any) -> Response:
    """A value of JSON's own kinds."""
    return Response(json.dumps(value), content_type=JSON)


def answer_nothing() -> Response:
    """The 204 of something that is gone now."""
    return Response(status=204)


def answer_page(view: Callable[..., PageView], page: Page[T], show: Callable[[T], Any]) -> Response:
    """A page of what `show` makes of each item, with a Link to the next (RFC 8288)."""
    body = view(items=[show(item) for item in page.items], next_cursor=page.next_cursor)
    if page.next_cursor is None:
        return answer(body)
    following = urlencode({**request.args.to_dict(), "cursor": page.next_cursor})
    return answer(body, headers={"Link": f'<{request.path}?{following}>; rel="next"'})
