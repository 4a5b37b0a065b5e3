"""What pydantic found wrong with a value, as places that point into it and sentences that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

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
    **dict.fromkeys(("float_type", "float_parsing"), "a number is wanted here, as in 0.5"),
    "timezone_aware": 'the time zone is missing: end with "Z" for UTC, or with one as in "+01:00"',
}
_LENGTH = re.compile(r"(?:tuple|list|frozenset) should have (at \w+ \d+) items? after validation, not (\d+|more)")
_SPAN = re.compile(r"datetime\.timedelta\((\w+)=(\d+)\)")  # how pydantic writes a bound
_OTHER_KIND = {"string_type", "model_type"}  # "this is not even the right kind of value": one branch of a union
_ECHO = {"too_short"}  # a list in which what is wrong does not count


def faults_in(error: ValidationError, value: Any) -> list[tuple[str, str]]:
    """The faults of `value`, each as (JSON pointer into it, message), one for each place."""
    found: dict[str, list[ErrorDetails]] = {}
    for each in error.errors(include_url=False, include_context=False):
        found.setdefault(_pointer(each, value), []).append(each)
    faults = []
    for at, errors in found.items():
        deeper = any(other.startswith(f"{at}/") for other in found)
        meant = [each for each in errors if not _is_beside_the_point(each, deeper=deeper)]
        if meant or not deeper:
            faults.append((at, "; or: ".join(message_of(each) for each in meant or errors)))
    return faults


def _is_beside_the_point(error: ErrorDetails, *, deeper: bool) -> bool:
    """Whether it speaks of another branch of a union than the one that was meant, or only echoes what is wrong `deeper` inside."""
    if error["type"] == "literal_error":
        return isinstance(error["input"], Mapping)
    return error["type"] in _OTHER_KIND or (deeper and error["type"] in _ECHO)


def message_of(error: ErrorDetails) -> str:
    """What is wrong, in words that need no Python."""
    if error["type"] == "extra_forbidden":
        return "unknown field"
    if plain := _PLAIN.get(error["type"]):
        return plain
    text = _SPAN.sub(r"\2 \1", error["msg"].removeprefix("Value error, "))
    text = text[:1].lower() + text[1:]
    return _LENGTH.sub(r"a list of \1 is wanted here, not of \2", text)


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
