"""Users' own words for a message: a small part of Jinja2 that cannot run long, grow large, or reach anything but its values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any

from jinja2 import Environment, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment
from pydantic import AfterValidator, Field

Escape = Callable[[str], str]

MAX_SUBJECT, MAX_BODY = 500, 5_000  # characters of a template
MAX_OUTPUT = 20_000  # characters that one may write
MAX_LOOPS = 2  # one inside the other

FILTERS = ("upper", "lower", "capitalize", "trim", "truncate", "default", "length", "first", "last")
_OF_THE_FIRST_ARTICLE = ("title", "link", "source", "time", "why", "passages")
_OF_THE_MESSAGE = ("event", "rule", "channel", "subject", "news", "articles", "more", "coverage", "outlets", "reports", "spike")
VARIABLES = frozenset((*_OF_THE_FIRST_ARTICLE, *_OF_THE_MESSAGE, "loop"))
ATTRIBUTES = frozenset((*_OF_THE_FIRST_ARTICLE, "index", "first", "last", "length"))

# No calls, arithmetic, assignments, macros or imports: loops run over lists of ours, so a template's size bounds its cost.
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.Filter, nodes.Keyword,
    nodes.If, nodes.CondExpr, nodes.For, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand,
)  # fmt: skip
_FAILURES = (TemplateError, AssertionError, TypeError, ValueError, ArithmeticError, LookupError)


class _Narrow(SandboxedEnvironment):
    """Finds names in our values only: no method and no attribute of an object is within reach."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, LoopContext) and attribute in ("index", "first", "last", "length"):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)


@lru_cache(maxsize=256)  # a channel's settings are read, and so checked, with each of its messages
def check_template(source: str) -> str:
    """The template, if it may be used. Raises ValueError with the line and what is wrong there."""
    try:
        tree = _environment(str).parse(source)
    except TemplateSyntaxError as error:
        raise ValueError(f"line {error.lineno}: {error.message}") from None
    for line, fault in _faults(tree, frozenset(), 0):
        raise ValueError(f"line {line}: {fault}")
    _try_out(source)
    return source


def fill_template(source: str, values: Mapping[str, Any], escape: Escape) -> str | None:
    """What the template makes of the values, each escaped, cut at 20,000 characters; None where it fails with these."""
    written, room = [], MAX_OUTPUT
    try:
        for piece in _compiled(source, escape).generate(values):
            written.append(piece[:room])
            room -= len(piece)
            if room <= 0:
                break
    except _FAILURES:
        return None
    return "".join(written)


SubjectTemplate = Annotated[
    str, Field(max_length=MAX_SUBJECT, description="a template of the first line; none: the headline"), AfterValidator(check_template)
]
BodyTemplate = Annotated[
    str, Field(max_length=MAX_BODY, description="a template of what follows; none: as usual"), AfterValidator(check_template)
]


@lru_cache(maxsize=16)
def _environment(escape: Escape) -> Environment:
    def finish(value: object) -> str:
        return "" if value is None else escape(" ".join(str(value).split()))

    made = _Narrow(finalize=finish, trim_blocks=True, lstrip_blocks=True)
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.globals.clear()
    made.policies["truncate.leeway"] = 0
    return made


@lru_cache(maxsize=256)
def _compiled(source: str, escape: Escape) -> Template:
    return _environment(escape).from_string(source)


def _faults(node: nodes.Node, known: frozenset[str], loops: int) -> Iterator[tuple[int, str]]:
    fault = _fault(node, known)
    if fault:
        yield node.lineno, fault
        return
    if isinstance(node, nodes.For):
        known, loops = known | {name.name for name in node.find_all(nodes.Name) if name.ctx == "store"}, loops + 1
        if loops > MAX_LOOPS or node.recursive or node.test is not None:
            yield node.lineno, f"at most {MAX_LOOPS} loops may stand one inside the other, without conditions of their own or recursion"
            return
    for child in node.iter_child_nodes():
        yield from _faults(child, known, loops)


def _fault(node: nodes.Node, known: frozenset[str]) -> str | None:
    match node:
        case nodes.Name(ctx="load", name=name) if name not in VARIABLES and name not in known:
            return f'there is no "{name}"; there are {", ".join(sorted(VARIABLES))}'
        case nodes.Getattr(attr=name) if name not in ATTRIBUTES:
            return f'nothing here has a "{name}"; there are {", ".join(sorted(ATTRIBUTES))}'
        case nodes.Filter(name=name) if name not in FILTERS:
            return f'the filter "{name}" is not allowed; there are {", ".join(FILTERS)}'
        case _ if not isinstance(node, _ALLOWED):
            return f"{type(node).__name__.lower()} is not allowed; use values, filters, if and for"
    return None


def _try_out(source: str) -> None:
    item = {"title": "A title", "link": "https://gazette.example/1", "source": "The Gazette", "time": "noon", "why": "title"}
    one = {**item, "passages": ["A passage"]}
    texts = {name: name for name in ("event", "rule", "channel", "subject", "coverage", "spike")}
    values = {**one, **texts, "news": ["a"], "articles": [one, one], "reports": [item], "more": 1, "outlets": 2}
    try:
        for _piece in _compiled(source, str).generate(values):
            pass
    except _FAILURES as error:
        raise ValueError(f"line {_line_of(error)}: it fails with a real alert ({type(error).__name__})") from None


def _line_of(error: BaseException) -> int:
    """Jinja rewrites the traceback, so that its last entry is the template's own line."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
