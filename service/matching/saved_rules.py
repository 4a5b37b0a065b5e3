"""Saved rules inside queries: which rules a query names, what the names mean, and what is wrong with those that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.domain.rules import RuleSpec, Saved
from service.matching.grammar import parse_query
from service.matching.query import MOST_TERMS, In, Named, Query, QueryError, count_terms, walk
from service.matching.tokens import named_in, names_in

MOST_LEVELS = 5  # of rules inside a rule


def saved_key(written: str) -> str:
    """The same for all ways to write one name: neither capitals nor the width of spaces tell names apart."""
    return " ".join(written.split()).casefold()


class RuleNames:
    """What names mean among the rules of one workspace or one file, given as id -> name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._by_key: dict[str, list[str]] = {}
        for rule_id, name in names.items():
            self._by_key.setdefault(saved_key(name), []).append(rule_id)

    def meant(self, written: str) -> tuple[str, ...]:
        """The ids of the rules that `written` may mean: an id means its rule, whatever others are called."""
        return (written,) if written in self._names else tuple(self._by_key.get(saved_key(written), ()))


def rules_named(query: str | None) -> tuple[str, ...]:
    """The saved rules that a query names, as written; none in one that is no query."""
    return names_in(query, "rule")


def gather_saved(spec: RuleSpec, find: Callable[[str], Sequence[RuleSpec]]) -> Saved:
    """All that the query of `spec` uses, at any depth; `find` gives the rules that something written may mean."""
    saved: dict[str, RuleSpec | None] = {}
    waiting = [*rules_named(spec.query)]
    while waiting:
        written = waiting.pop()
        found = [] if saved_key(written) in saved else find(written)
        if found:
            saved[saved_key(written)] = found[0] if len(found) == 1 else None
        if len(found) == 1:
            waiting.extend(rules_named(found[0].query))
    return saved


def get_saved(written: str, saved: Saved) -> RuleSpec:
    """The rule that is meant. Raises LookupError where there is none, or several."""
    spec = saved[saved_key(written)]
    if spec is None:
        raise LookupError(written)
    return spec


def check_saved(query: str, saved: Saved) -> None:
    """Make sure that each rule in `query` can be used, and all that those use; what is no query is let be.

    Raises:
        QueryError: at the first that cannot: unknown, ambiguous, in a circle, too deep, too much in all, or with fields in a field.
    """
    named = named_in(query, "rule")
    if not named:
        return
    try:
        tree = parse_query(query, alone=False)
    except QueryError:
        return
    terms, in_fields, sizes = count_terms(tree) - len(named), _in_fields(tree), _Sizes(saved, {})
    for token, name in named:
        try:
            size = sizes.of(name)
        except _Unusable as error:
            raise QueryError(token.at, token.end, error.message, error.hint) from error
        if size.fields and name in in_fields:
            raise QueryError(token.at, token.end, *_fields_in_a_field(name))
        terms += size.terms
        if terms > MOST_TERMS:
            message = f"with the terms of its saved rules this query has more than {MOST_TERMS}"
            raise QueryError(token.at, token.end, message, "use smaller rules, or split the rule")


class _Unusable(Exception):
    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class _Size(NamedTuple):
    """What a saved rule comes to with all that it uses. An actor is one term, whatever it goes by. `fields`: it asks for some."""

    terms: int
    levels: int
    fields: bool


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The sizes of saved rules, each measured once: a rule may be used in many places."""

    saved: Saved
    known: dict[str, _Size]

    def of(self, written: str, above: tuple[str, ...] = ()) -> _Size:
        """The size of a rule inside those `above`."""
        key = saved_key(written)
        if key in map(saved_key, above):
            circle = " uses ".join(f'"{each}"' for each in (*above, written))
            raise _Unusable(f"a rule cannot use itself: {circle}", "take one of them out of the query of the one before")
        if key not in self.known:
            _check_levels(written, above, 1)
            self.known[key] = self._measure(self._spec(written, above), (*above, written))
        _check_levels(written, above, self.known[key].levels)
        return self.known[key]

    def _spec(self, written: str, above: tuple[str, ...]) -> RuleSpec:
        inside = f', which "{above[-1]}" uses' if above else ""
        try:
            return get_saved(written, self.saved)
        except KeyError:
            raise _Unusable(f'there is no rule "{written}"{inside}', "write the name or the id of a saved rule") from None
        except LookupError:
            raise _Unusable(f'several rules are named "{written}"{inside}', 'write the id of the one you mean: rule:"ru_..."') from None

    def _measure(self, spec: RuleSpec, path: tuple[str, ...]) -> _Size:
        own = len(spec.actors) + len(spec.topics) + len(spec.exclude)
        if spec.query is None:
            return _Size(own, 1, fields=False)
        try:
            tree = parse_query(spec.query, alone=False)
        except QueryError as error:
            raise _Unusable(f'the query of "{path[-1]}" cannot be used: {error.message}', "mend that rule first") from error
        used = rules_named(spec.query)
        sizes = {name: self.of(name, path) for name in used}
        for name in _in_fields(tree):
            if sizes[name].fields:
                raise _Unusable(*_fields_in_a_field(name))
        terms = own + count_terms(tree) - len(used) + sum(sizes[name].terms for name in used)
        fields = any(isinstance(each, In) for each in walk(tree)) or any(size.fields for size in sizes.values())
        return _Size(terms, 1 + max((size.levels for size in sizes.values()), default=0), fields)


def _check_levels(written: str, above: tuple[str, ...], levels: int) -> None:
    if len(above) + levels > MOST_LEVELS:
        chain = " uses ".join(f'"{each}"' for each in (*above, written))
        raise _Unusable(f"rules may use rules {MOST_LEVELS} levels deep, and here {chain}", "write out what the last of them says")


def _fields_in_a_field(name: str) -> tuple[str, str]:
    return f'the rule "{name}" asks for fields of its own, so it cannot stand in one', "take it out of the field"


def _in_fields(query: Query) -> set[str]:
    """The rules that `query` wants in one field."""
    fields = [each for each in walk(query) if isinstance(each, In)]
    return {inner.name for each in fields for inner in walk(each) if isinstance(inner, Named) and inner.kind == "rule"}
