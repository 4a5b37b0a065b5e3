"""A file of rules, as a team keeps it under version control: each in the API's form, with an `id` and `examples` if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import click
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from service.cli.article_file import WrittenArticle
from service.cli.rule_text import TextError, WrittenText, parse_json, parse_yaml
from service.cli.screen import printable
from service.domain.faults import faults_in
from service.domain.rules import Line, Rule, RuleSpec, Saved
from service.matching.query import QueryError
from service.matching.rules import check_terms
from service.matching.saved_rules import RuleNames, check_saved, gather_saved

LARGEST = 50_000_000  # bytes
SHOWN = 20  # faults
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_BESIDE = ("id", "examples")  # what a rule in a file has and the API's has not


@dataclass(frozen=True, slots=True)
class Example:
    """An article that a rule must match, or must not."""

    article: WrittenArticle
    wanted: bool


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A rule of a file; where the file gives it no id, its name is its id. `saved`: those of the file that its query uses."""

    id: str
    spec: RuleSpec
    examples: tuple[Example, ...]
    saved: Saved = field(default_factory=dict)

    @property
    def stored(self) -> Rule:
        """The rule as the index takes it."""
        return Rule(self.id, "", self.spec, 1, _LONG_AGO, _LONG_AGO, saved=self.saved)


class _ExampleArticle(WrittenArticle):
    model_config = ConfigDict(extra="forbid")


class _Examples(BaseModel):
    model_config = ConfigDict(extra="forbid")

    match: tuple[Annotated[str, StringConstraints(min_length=1)] | _ExampleArticle, ...] = ()
    no_match: tuple[Annotated[str, StringConstraints(min_length=1)] | _ExampleArticle, ...] = ()


class _InFile(RuleSpec):
    """A rule with what may stand beside it in a file: the names that people may have meant."""

    id: str
    examples: _Examples


@dataclass(frozen=True, slots=True)
class _Fault:
    at: str
    message: str


def read_rules(path: Path) -> tuple[WatchedRule, ...]:
    """The rules of the file. Raises ClickException with every fault: in which rule, on which line if it is YAML, what to do."""
    try:
        written = _parse(path)
    except TextError as error:
        raise click.ClickException(printable(f"{path}: {error}")) from error
    found = list(_rules(written))
    faults = [each for each in found if isinstance(each, _Fault)]
    rules = tuple(each for each in found if isinstance(each, WatchedRule))
    faults += _repeated(rules)
    if not faults:  # every rule of the file is there, in its place
        rules = _with_saved(rules)
        faults += _saved_faults(rules, "/rules" if isinstance(written.value, Mapping) else "")
    if faults or not rules:
        raise click.ClickException("\n".join(_told(path, written, faults)) if faults else f"{path}: there is no rule in it")
    return rules


def get_rule(rules: Sequence[WatchedRule], wanted: str) -> WatchedRule:
    """The rule of this id, or of this name. Raises ClickException."""
    of_id = [rule for rule in rules if rule.id == wanted]
    of_name = [rule for rule in rules if rule.spec.name.casefold() == wanted.casefold()]
    if len(of_id or of_name) == 1:
        return (of_id or of_name)[0]
    if of_name:
        raise click.ClickException(f'there are {len(of_name)} rules "{wanted}"; give an id: {", ".join(rule.id for rule in of_name)}')
    raise click.ClickException(f'there is no rule "{wanted}" in the file; give the id or the name of one')


def _parse(path: Path) -> WrittenText:
    if path.stat().st_size > LARGEST:
        raise TextError(f"this is larger than {LARGEST // 1_000_000} MB; split it")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(f"this is not UTF-8 (byte {error.start + 1})") from error
    is_json = path.suffix.lower() == ".json" or (path.suffix.lower() not in (".yaml", ".yml") and text.lstrip()[:1] in ("[", "{"))
    return parse_json(text) if is_json else parse_yaml(text)


def _rules(written: WrittenText) -> Iterator[WatchedRule | _Fault]:
    """The rules and the faults in the order of the file."""
    value, at = written.value, ""
    if isinstance(value, Mapping) and "rules" in value:
        yield from (_Fault(f"/{name}", "unknown field; beside the rules there is nothing to say") for name in value if name != "rules")
        value, at = value["rules"], "/rules"
    if not isinstance(value, list):
        yield _Fault(at, 'a list of rules is wanted here, or {"rules": [...]}')
        return
    for number, raw in enumerate(value):
        yield from _rule(raw, f"{at}/{number}")


def _rule(raw: Any, at: str) -> Iterator[WatchedRule | _Fault]:
    if not isinstance(raw, dict):
        yield _Fault(at, 'a rule is wanted here: {"name": ..., "actors": [...], "topics": [...]}')
        return
    given = _said(raw)
    if isinstance(given.get("actors"), list):
        given["actors"] = [_said(actor) if isinstance(actor, dict) else actor for actor in given["actors"]]
    spec = _checked(RuleSpec, {name: value for name, value in given.items() if name not in _BESIDE}, at, _InFile)
    examples = _checked(_Examples, given.get("examples", {}), f"{at}/examples")
    rule_id = _checked(Line, given["id"], f"{at}/id") if "id" in given else None
    for each in (spec, examples, rule_id):
        yield from each if isinstance(each, list) else ()
    if isinstance(spec, RuleSpec):
        faults = [_Fault(at + place, message) for place, message in check_terms(spec)]
        yield from faults
        if not faults and isinstance(examples, _Examples) and not isinstance(rule_id, list):
            yield WatchedRule(rule_id or spec.name, spec, tuple(_examples(examples)))


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is not null, which is as if it were not said."""
    return {name: value for name, value in fields.items() if value is not None}


def _checked(form: Any, value: Any, at: str, known: Any = None) -> Any:
    """The value in its form, or the list of its faults; `known` has all fields that may be meant, if those are more than the form's."""
    try:
        return TypeAdapter(form).validate_python(value)
    except ValidationError as error:
        return [_Fault(at + place, message + _hint(value, place, message)) for place, message in faults_in(error, value, known or form)]


def _hint(value: Any, pointer: str, message: str) -> str:
    """What stands in the place of a text may have been meant as one."""
    if "valid string" not in message:
        return ""
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value.get(step, {}) if isinstance(value, dict) else {}
    if value is None or isinstance(value, bool | int | float):
        return f" (this is {'empty or null' if value is None else str(value).lower()}; if it is meant as a word, put it in quotes)"
    return ""


def _examples(written: _Examples) -> Iterator[Example]:
    for wanted, articles in ((True, written.match), (False, written.no_match)):
        for each in articles:
            yield Example(WrittenArticle(title=each) if isinstance(each, str) else each, wanted)


def _repeated(rules: Sequence[WatchedRule]) -> Iterator[_Fault]:
    met: set[str] = set()
    for rule in rules:
        if rule.id in met:
            yield _Fault("", f'two rules go by "{rule.id}"; give each an id of its own')
        met.add(rule.id)


def _with_saved(rules: Sequence[WatchedRule]) -> tuple[WatchedRule, ...]:
    by_id, names = {rule.id: rule for rule in rules}, RuleNames({rule.id: rule.spec.name for rule in rules})

    def find(written: str) -> list[RuleSpec]:
        return [by_id[each].spec for each in names.meant(written)]

    return tuple(replace(rule, saved=gather_saved(rule.spec, find)) for rule in rules)


def _saved_faults(rules: Sequence[WatchedRule], at: str) -> Iterator[_Fault]:
    for number, rule in enumerate(rules):
        try:
            check_saved(rule.spec.query or "", rule.saved)
        except QueryError as error:
            yield _Fault(f"{at}/{number}/query", str(error))


def _told(path: Path, written: WrittenText, faults: Sequence[_Fault]) -> Iterator[str]:
    for fault in faults[:SHOWN]:
        line = written.line(fault.at)
        place = [str(path), f"line {line}" if line else "", *_place(written.value, fault.at)]
        yield printable(f"{', '.join(filter(None, place))}: {fault.message}")
    if len(faults) > SHOWN:
        yield f"and {len(faults) - SHOWN} more"


def _place(value: Any, pointer: str) -> Iterator[str]:
    """The rule by number and name, and the pointer into it."""
    steps = pointer.split("/")[1:]
    if isinstance(value, Mapping) and steps[:1] == ["rules"]:
        value, steps = value["rules"], steps[1:]
    if isinstance(value, list) and steps:
        rule = value[int(steps[0])]
        name = rule.get("name") if isinstance(rule, Mapping) else None
        yield f'rule {int(steps[0]) + 1} "{name}"' if isinstance(name, str) else f"rule {int(steps[0]) + 1}"
        steps = steps[1:]
    yield "".join(f"/{step}" for step in steps)
