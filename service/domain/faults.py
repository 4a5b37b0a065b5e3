"""What pydantic found wrong with a value, as places that point into it and sentences that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, RootModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

MOST_TOLD = 100  # faults
WRONG_SHAPE = "this is not written as it must be"
_PLAIN = {  # where pydantic speaks of Python
    "tuple_type": "a list is wanted here, as in [...]",
    "string_pattern_mismatch": WRONG_SHAPE,
    "model_type": "an object is wanted here, as in {...}",
    "time_delta_parsing": 'a duration is wanted here, as ISO 8601 writes it: "PT30M", "PT4H", "P1D"',
    **dict.fromkeys(
        ("datetime_parsing", "datetime_from_date_parsing", "datetime_type", "datetime_object_invalid"),
        'a time is wanted here, as ISO 8601 writes it, with its time zone: "2026-03-02T08:00:00Z"',
    ),
    **dict.fromkeys(
        ("date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact", "date_type"),
        'a date is wanted here, as ISO 8601 writes it: "2026-12-25"',
    ),
    **dict.fromkeys(("float_type", "float_parsing"), "a number is wanted here, as in 0.5"),
    "timezone_aware": 'the time zone is missing: end with "Z" for UTC, or with one as in "+01:00"',
}
_LENGTH = re.compile(r"(?:tuple|list|frozenset) should have (at \w+ \d+) items? after validation, not (\d+|more)")
_SPAN = re.compile(r"datetime\.timedelta\((\w+)=(\d+)\)")  # how pydantic writes a bound
_OTHER_KIND = {"string_type", "model_type"}  # "this is not even the right kind of value": one branch of a union
_ECHO = {"too_short"}  # a list in which what is wrong does not count


def faults_in(error: ValidationError, value: Any, form: Any) -> list[tuple[str, str]]:
    """The faults of `value` that is to have this `form`, each as (JSON pointer into it, message), one for each place.

    Of very many, the first: whoever sends a hundred thousand is told no more for it, and others wait no longer.
    """
    found: dict[str, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False, include_context=False)[:MOST_TOLD]:
        found.setdefault(_pointer(each, value), []).append(each)
    faults = []
    for at, errors in found.items():
        deeper = any(other.startswith(f"{at}/") for other in found)
        meant = [each for each in errors if not _is_beside_the_point(each, deeper=deeper)]
        if meant or not deeper:
            faults.append((at, "; or: ".join(message_of(each, form) for each in meant or errors)))
    return faults


def _is_beside_the_point(error: ErrorDetails, *, deeper: bool) -> bool:
    """Whether it speaks of another branch of a union than the one that was meant, or only echoes what is wrong `deeper` inside."""
    if error["type"] == "literal_error":
        return isinstance(error["input"], Mapping)
    return error["type"] in _OTHER_KIND or (deeper and error["type"] in _ECHO)


def message_of(error: ErrorDetails, form: Any = None) -> str:
    """What is wrong, in words that need no Python; of an unknown field, too, which of the form's may be meant."""
    if error["type"] == "extra_forbidden":
        alike = get_close_matches(str(error["loc"][-1]), _fields_at(form, error["loc"][:-1]), 1)
        return f"unknown field; did you mean `{alike[0]}`?" if alike else "unknown field"
    if plain := _PLAIN.get(error["type"]):
        return plain
    text = _SPAN.sub(r"\2 \1", error["msg"].removeprefix("Value error, "))
    text = text[:1].lower() + text[1:]
    return _LENGTH.sub(r"a list of \1 is wanted here, not of \2", text)


def _fields_at(form: Any, path: Sequence[int | str]) -> list[str]:
    """The names of the fields that there are at this place of a form, in whatever may stand there."""
    models = list(_models_in(form))
    for step in path:
        fields = [field for model in models for name, field in _named(model) if name == step]
        if fields:
            models = [inner for field in fields for inner in _models_in(field.annotation)]
        else:  # a place in a list, or the name of a union's branch
            models = [model for model in models if model.__name__ == step] or models
    return sorted({name for model in models for name, _field in _named(model)})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        annotation = annotation.model_fields["root"].annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _named(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _pointer(error: ErrorDetails, value: Any) -> str:
    """A JSON pointer (RFC 6901) to the place, without the names of union branches that pydantic puts between."""
    pointer = ""
    last = len(error["loc"]) - 1
    for number, step in enumerate(error["loc"]):
        if isinstance(value, Mapping) and (step in value or (number == last and error["type"] == "missing")):
            value = value.get(step)
        elif isinstance(value, Sequence) and not isinstance(value, str) and isinstance(step, int):
            value = value[step] if step < len(value) else None
        else:
            continue
        pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
    return pointer
