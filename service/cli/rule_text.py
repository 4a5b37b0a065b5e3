"""The text of a rule file, JSON or YAML, as a value whose parts know their lines.

Of YAML only what a list of rules needs is read: every plain word is text, but for true, false and null, so that the
language `no`, the year 2024 and a date mean what they say. Its anchors, aliases and tags are refused: with them a
file of ten lines can stand for gigabytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

MAX_DEPTH = 32
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built so: ten times as fast
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class TextError(ValueError):
    """The text is no JSON, no YAML, or YAML that is not read here; says where."""


@dataclass(frozen=True, slots=True)
class WrittenText:
    """What a text says, and the line on which each part of it begins, by JSON pointer; JSON tells no lines."""

    value: Any
    lines: Mapping[str, int]

    def line(self, pointer: str) -> int | None:
        """The line of the part, or of the nearest part around it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)


def parse_json(text: str) -> WrittenText:
    """Raises TextError; also where an object says the same thing twice, of which one would be lost."""
    try:
        return WrittenText(json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_once), {})
    except json.JSONDecodeError as error:
        raise TextError(f"this is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise TextError("this is nested too deep to be a list of rules") from error
    except TextError:
        raise
    except ValueError as error:  # an integer of thousands of digits
        raise TextError("this contains a number that is too long") from error


def parse_yaml(text: str) -> WrittenText:
    """Raises TextError."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        place = f" at line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}" if error.problem_mark else ""
        raise TextError(f"this is not YAML: {error.problem or error.context}{place}") from error
    except yaml.YAMLError as error:
        raise TextError(f"this is not YAML: {' '.join(str(error).split())}") from error
    return WrittenText(builder.root, builder.lines)


def _refuse_constant(name: str) -> NoReturn:
    raise TextError(f"{name} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise TextError(f'"{next(name for name in found if names.count(name) > 1)}" is said twice in one object; say it once')
    return found


@dataclass(slots=True)
class _Open:
    """A list or a mapping that has begun and not ended; `key` is the mapping's key whose value comes next."""

    value: list[Any] | dict[str, Any]
    at: str
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds the value as the events come, without recursion: nesting costs no stack."""

    root: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    _open: list[_Open] = field(default_factory=list)
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise TextError(f"line {line}: a second document begins here; write all rules into one list")
            case yaml.AliasEvent():
                raise TextError(f"line {line}: an alias (*{event.anchor}) is not read here; write it out")
            case yaml.ScalarEvent() | yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                _refuse_marks(event, line)
                self._begin(event, line)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()

    def _begin(self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent, line: int) -> None:
        top = self._open[-1] if self._open else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._take_key(top, event, line)
            return
        value: Any = _text(event) if isinstance(event, yaml.ScalarEvent) else [] if isinstance(event, yaml.SequenceStartEvent) else {}
        at = self._place(top, value)
        self.lines.setdefault(at, line)
        if isinstance(value, list | dict):
            self._open.append(_Open(value, at))
            if len(self._open) > MAX_DEPTH:
                raise TextError(f"line {line}: this is nested too deep to be a list of rules")

    def _take_key(self, top: _Open, event: yaml.Event, line: int) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise TextError(f"line {line}: a list or a mapping cannot be the name of a field; put the text in quotes")
        if event.value in top.value:
            raise TextError(f'line {line}: "{event.value}" is said twice; say it once')
        top.key = event.value
        self.lines[f"{top.at}/{_step(event.value)}"] = line

    def _place(self, top: _Open | None, value: Any) -> str:
        """Put the value where it belongs; its JSON pointer."""
        if top is None:
            self.root = value
            return ""
        if isinstance(top.value, list):
            top.value.append(value)
            return f"{top.at}/{len(top.value) - 1}"
        key, top.key = top.key or "", None
        top.value[key] = value
        return f"{top.at}/{_step(key)}"


def _refuse_marks(event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent, line: int) -> None:
    if event.anchor is not None:
        raise TextError(f"line {line}: an anchor (&{event.anchor}) is not read here; write out what it stands for")
    if event.tag is not None:
        raise TextError(f"line {line}: a tag ({event.tag}) is not read here; leave it out")


def _text(event: yaml.ScalarEvent) -> str | bool | None:
    plain = not event.style
    if plain and event.value.lower() in _WORDS:
        return _WORDS[event.value.lower()]
    return str(event.value)


def _step(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
