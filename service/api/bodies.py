"""Request bodies at the door: JSON that any database can hold, and faults that point into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, get_type_hints

from flask import Request, current_app, request
from pydantic import ValidationError

from service.api.errors import Fault, Problem, invalid, missing
from service.domain.faults import MOST_TOLD, faults_in, message_of

MAX_BODY = 1_000_000  # bytes
MAX_DEPTH = 32
JSON_TYPES = ("application/json", "application/merge-patch+json")


class JsonRequest(Request):
    """A request whose JSON is an object of modest depth, in UTF-8, without NUL and lone surrogates."""

    def get_json(self, *_args: Any, **_options: Any) -> Any:
        """The body; an absent one is `{}`. Raises Problem: 400 malformed, 413 too large, 415 another type."""
        raw = self.get_data()
        if not raw:
            return {}
        if self.mimetype not in JSON_TYPES:
            raise Problem(415, f"The body must be JSON: send Content-Type: {JSON_TYPES[0]}.")
        value = _parse(raw)
        _check_values(value)
        return value


def refuse(error: ValidationError) -> NoReturn:
    """Turn what pydantic found into a problem; forms name themselves by their title (see `forms`)."""
    if error.title == "path":
        raise missing("thing")
    forms = get_type_hints(current_app.view_functions[str(request.endpoint)])
    if error.title == "query":
        faults = [(each["loc"], message_of(each, forms["query"])) for each in error.errors()[:MOST_TOLD]]
        raise invalid([Fault(at=f"query/{'/'.join(map(str, at))}", message=message) for at, message in faults])
    raise invalid(faults_of(error, request.get_json(), forms["body"]))


def faults_of(error: ValidationError, value: Any, form: Any, under: str = "") -> list[Fault]:
    """The faults of a `value` that stands at the JSON pointer `under` and is to have this `form`, one for each place."""
    return [Fault(at=under + at, message=message) for at, message in faults_in(error, value, form)]


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise Problem(400, "The body is not UTF-8.") from error
    except json.JSONDecodeError as error:
        raise Problem(400, f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # NaN, or an integer of thousands of digits
        raise Problem(400, "The body is not JSON: it contains a number that JSON or this service does not know.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_values(value: Any) -> None:
    if not isinstance(value, dict):
        raise invalid([Fault(at="", message="a JSON object is wanted here")])
    waiting: list[tuple[int, Any]] = [(1, value)]
    while waiting:
        depth, each = waiting.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(each, str):
            _check_text(each)
        elif isinstance(each, Mapping):
            waiting.extend((depth + 1, part) for pair in each.items() for part in pair)
        elif isinstance(each, Sequence):
            waiting.extend((depth + 1, part) for part in each)


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Problem(400, "The body contains NUL or half of a surrogate pair, which is not text.")


def _too_deep() -> Problem:
    return Problem(400, f"The body is nested more than {MAX_DEPTH} levels deep.")
