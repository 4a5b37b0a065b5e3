"""Every error says what, where, what to do: as problem+json (RFC 9457), and to a browser as a page."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, TypeVar

from flask import Flask, Response, request
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException

from service.api.browsing import prefers_page, show_page
from service.storage.database import UNAVAILABLE
from service.storage.paging import BadCursor
from service.storage.rules import StaleRevision
from service.storage.saved_rules import BadUse, RuleInUse
from service.storage.sealing import NoSealingKey, Unsealable

PROBLEM = "application/problem+json"

_ON_PAGES: Mapping[int, tuple[str, str | None]] = MappingProxyType(  # heading, and the words where those for programs would not do
    {
        401: ("This needs a key", "On the page below, press Authorize, paste your key, and use Try it out."),
        404: ("There is nothing here", "The address may be mistyped, or what was here is gone."),
        405: ("This is not a page", None),
        503: ("Not available just now", None),
    }
)

T = TypeVar("T")

log = logging.getLogger(__name__)


class Fault(BaseModel):
    """One thing that is wrong, and where."""

    at: str = Field(description='a JSON pointer into the body ("/actors/0"), or "query/limit" for a parameter', examples=["/actors/0"])
    message: str


class FeedCandidate(BaseModel):
    """A feed to choose."""

    url: str
    title: str | None = Field(description="what the page or the feed calls it")


class ProblemBody(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = Field(default=[], description="each fault with its place, where the request itself is wrong")
    candidates: list[FeedCandidate] | None = Field(default=None, description="the feeds to choose from, where an address leads to several")


class Problem(Exception):
    """An answer that says no. `detail` is for the caller to read: what, where, what to do."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        candidates: Sequence[FeedCandidate] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.candidates = None if candidates is None else list(candidates)


def unknown(at: str, noun: str, given: str) -> Fault:
    """The fault of naming something that the workspace does not have."""
    return Fault(at=at, message=f'there is no {noun} "{given}" in this workspace; see GET /v1/{noun}s')


def invalid(faults: Sequence[Fault], what: str = "request") -> Problem:
    """The 422 for input that is understood and refused."""
    return Problem(422, f"The {what} is refused; errors tells what is wrong where.", faults=faults)


def missing(noun: str) -> Problem:
    """The 404 for what is not there, or belongs to another workspace."""
    return Problem(404, f"There is no such {noun} in this workspace.")


def found(value: T | None, noun: str) -> T:
    """What was looked for. Raises Problem: 404."""
    if value is None:
        raise missing(noun)
    return value


def answer_problem(problem: Problem) -> Response:
    """The response that tells a problem, in the form that whoever asks prefers."""
    response = _show(problem) if prefers_page() else _tell(problem)
    response.vary.add("Accept")
    return response


def _show(problem: Problem) -> Response:
    heading, words = _ON_PAGES.get(problem.status, (HTTPStatus(problem.status).phrase, None))
    response = show_page("problem.html", problem.status, heading=heading, detail=words or problem.detail, errors=problem.faults)
    response.headers.update(problem.headers)
    return response


def _tell(problem: Problem) -> Response:
    title = HTTPStatus(problem.status).phrase
    body = ProblemBody(
        type="about:blank",
        title=title,
        status=problem.status,
        detail=problem.detail,
        errors=list(problem.faults),
        candidates=problem.candidates,
    )
    unsaid = {"candidates"} if problem.candidates is None else None
    return Response(body.model_dump_json(exclude=unsaid), problem.status, problem.headers, content_type=PROBLEM)


def install_errors(app: Flask) -> None:
    """Make every error of this app a problem."""
    app.register_error_handler(Problem, answer_problem)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(BadCursor, _answer_cursor)
    app.register_error_handler(StaleRevision, _answer_stale)
    app.register_error_handler(RuleInUse, _answer_in_use)
    app.register_error_handler(BadUse, _answer_bad_use)
    app.register_error_handler(NoSealingKey, _answer_no_key)
    app.register_error_handler(Unsealable, _answer_unsealable)
    for error in UNAVAILABLE:
        app.register_error_handler(error, _answer_unavailable)
    app.register_error_handler(Exception, _answer_bug)


def _answer_http(error: HTTPException) -> Any:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error  # a redirect is no error
    kept = {name: value for name, value in error.get_headers() if name.lower() in {"allow", "retry-after"}}
    return answer_problem(Problem(error.code, _say_http(error, error.code), headers=kept))


def _say_http(error: HTTPException, status: int) -> str:
    match status:
        case HTTPStatus.NOT_FOUND:
            return "There is nothing at this address; GET /openapi.json lists what there is, and /docs shows it."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = sorted(set(getattr(error, "valid_methods", None) or ()) - {"HEAD"})
            return f"This address does not take {request.method}; it takes {' and '.join(allowed)}."
        case _:
            return error.description or HTTPStatus(status).description


def _answer_cursor(error: BadCursor) -> Response:
    return answer_problem(invalid([Fault(at="query/cursor", message=str(error).removeprefix("cursor: "))]))


def _answer_stale(_error: StaleRevision) -> Response:
    return answer_problem(Problem(412, "The rule has changed since you read it; read it again and repeat your change."))


def _answer_in_use(error: RuleInUse) -> Response:
    names = ", ".join(f'"{name}" ({rule_id})' for rule_id, name in error.users)
    if error.complaint is not None:
        detail = f"The query of {names} uses this rule and could not be used any more: {error.complaint}."
    else:
        advice = "Take it out of their queries first, or name the rule there by its id where only its name changes."
        detail = f"These rules use the rule, or another of this name, in their queries: {names}. {advice}"
    return answer_problem(Problem(409, detail))


def _answer_bad_use(error: BadUse) -> Response:
    return answer_problem(invalid([Fault(at="/query", message=str(error))], "rule"))


def _answer_no_key(_error: NoSealingKey) -> Response:
    detail = "Secrets and passwords cannot be stored: this service has no key to encrypt them. Its operator sets WIREWATCH_SEALING_KEYS."
    return answer_problem(Problem(409, detail))


def _answer_unsealable(error: Unsealable) -> Response:
    return answer_problem(Problem(409, f"What is stored of this cannot be opened: {error}. Give its settings anew."))


def _answer_unavailable(error: Exception) -> Response:
    log.error("the database does not answer", exc_info=error)
    return answer_problem(Problem(503, "The database does not answer just now; try again in a few seconds.", headers={"Retry-After": "5"}))


def _answer_bug(error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return answer_problem(Problem(500, "Something went wrong here, not with your request; it is in the log of the server."))
