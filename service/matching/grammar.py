"""The query language: from text to a tree, or to an error that names the place.

query  = query OR query | query [AND] query | NOT query | near        OR binds loosest, NEAR tightest
near   = near NEAR/n near | near ONEAR/n near | ATLEAST/n field | field
field  = [title: | lede: | body: | source: | author: | url: | lang:] leaf
leaf   = word | word* | =Word | "a phrase" | actor:"name" | topic:"phrase" | rule:"name or id" | ( query )
"""

from __future__ import annotations

from dataclasses import dataclass, field
from unicodedata import normalize

from service.matching.query import (
    DEEPEST,
    LONGEST_QUERY,
    METADATA,
    MOST_TERMS,
    And,
    In,
    Named,
    Nearby,
    Not,
    Query,
    QueryError,
    Times,
    all_of,
    any_of,
    count_levels,
    count_terms,
    is_positive,
    walk,
)
from service.matching.spread import count_splits, spread
from service.matching.tokens import Token, tokens_of

_TIGHTNESS = {"OR": 1, "AND": 2, "NOT": 3, "NEAR": 4, "ONEAR": 4, "ATLEAST": 5, "field": 6}
_PREFIXES = frozenset({"NOT", "ATLEAST", "field"})


def parse_query(text: str, *, alone: bool = True) -> Query:
    """The tree of a query. `alone`: nothing else narrows the rule, so the query must say what has to be there.

    Raises:
        QueryError: where the text is no query, or one that is too long, too deep, too wide, or hopeless.
    """
    _check_length(text)
    state = _State()
    for token in tokens_of(text):
        _take(state, token)
    query = _finish(state, len(text))
    if alone and not is_positive(query):
        raise QueryError(0, len(text), "this would hold for almost every article", "add a word that has to be there")
    return query


@dataclass(frozen=True, slots=True)
class _Part:
    """A finished part of the query, where it stands, and how many levels it has."""

    query: Query
    at: int
    end: int
    levels: int = 1


@dataclass(slots=True)
class _State:
    """What has been read: finished parts, and operators (and parentheses) that wait for what follows."""

    parts: list[_Part] = field(default_factory=list)
    waiting: list[Token] = field(default_factory=list)
    before: Token | None = None
    open: int = 0
    leaves: int = 0

    @property
    def wants_part(self) -> bool:
        """Whether an operator or the beginning waits for something on its right."""
        return self.before is None or self.before.kind not in ("words", ")")


def _take(state: _State, token: Token) -> None:
    """One step of the shunting yard (Dijkstra 1961)."""
    if token.kind == ")":
        _close(state, token)
    elif token.kind in ("words", "(") or token.kind in _PREFIXES:
        if not state.wants_part:
            _take(state, Token("AND", token.at, token.end, "AND"))  # side by side
        _open(state, token)
    else:
        if state.wants_part:
            raise _nothing_there(state, token)
        while state.waiting and state.waiting[-1].kind != "(" and _TIGHTNESS[state.waiting[-1].kind] >= _TIGHTNESS[token.kind]:
            _apply(state)
        state.waiting.append(token)
    state.before = token


def _open(state: _State, token: Token) -> None:
    if token.leaf is not None:
        state.leaves += 1
        if state.leaves > MOST_TERMS:
            raise _too_many(token)
        state.parts.append(_Part(token.leaf, token.at, token.end))
        return
    if token.kind == "(":
        state.open += 1
        if state.open > DEEPEST:
            raise _too_deep(token.at, token.end)
    elif state.waiting and state.waiting[-1].kind != "(" and _TIGHTNESS[token.kind] < _TIGHTNESS[state.waiting[-1].kind]:
        raise _misplaced(state.waiting[-1], token)
    state.waiting.append(token)


def _close(state: _State, token: Token) -> None:
    if not state.open:
        raise QueryError(token.at, token.end, "this parenthesis was never opened", 'remove it, or put "(" before')
    if state.wants_part:
        raise _nothing_there(state, token)
    while state.waiting[-1].kind != "(":
        _apply(state)
    opened = state.waiting.pop()
    state.open -= 1
    inside = state.parts.pop()
    state.parts.append(_Part(inside.query, opened.at, token.end, inside.levels))


def _finish(state: _State, length: int) -> Query:
    if state.before is None:
        raise QueryError(0, length, "the query is empty", "write at least one word, or leave the query out")
    opened = next((token for token in reversed(state.waiting) if token.kind == "("), None)
    if opened is not None:
        raise QueryError(opened.at, opened.end, "this parenthesis is never closed", 'add ")" where the group ends')
    if state.wants_part:
        raise _nothing_there(state, None)
    while state.waiting:
        _apply(state)
    return state.parts.pop().query


def _apply(state: _State) -> None:
    """Make one part of the last waiting operator and what it stands before, or between."""
    operator, right = state.waiting.pop(), state.parts.pop()
    if operator.kind in _PREFIXES:
        made = _Part(_prefixed(operator, right), operator.at, right.end, right.levels + 1)
    else:
        left = state.parts.pop()
        query = _joined(operator, left, right)
        made = _Part(query, left.at, right.end, _levels(operator, query, left, right))
    if made.levels > DEEPEST:
        raise _too_deep(made.at, made.end)
    state.parts.append(made)


def _levels(operator: Token, query: Query, left: _Part, right: _Part) -> int:
    if operator.kind in ("NEAR", "ONEAR"):
        return count_levels(query)  # groups were taken apart
    return 1 + max(part.levels - (type(part.query) is type(query)) for part in (left, right))


def _prefixed(operator: Token, right: _Part) -> Query:
    if operator.kind == "NOT":
        return Not(right.query)
    if operator.kind == "ATLEAST":
        _refuse_inside(right, And | Not | Nearby | Times, f"{operator.text} counts a term, or any of several", "move the rest outside")
        _refuse_rules(right, operator)
        return Times(operator.number, right.query)
    _refuse_inside(right, In, "there is a field inside a field", "name one field for each term")
    if operator.field in METADATA:
        _refuse_inside(right, Named, f"{operator.text} takes words as they are written", f'write {operator.text}"..."')
    return In(operator.field, right.query)


def _joined(operator: Token, left: _Part, right: _Part) -> Query:
    if operator.kind == "AND":
        return all_of((left.query, right.query))
    if operator.kind == "OR":
        return any_of((left.query, right.query))
    for part in (left, right):
        hint = f"write: peace {operator.text} deal NOT football"
        _refuse_inside(part, Not, f"{operator.text} needs words that are there, and NOT says that they are not", hint)
        _refuse_inside(part, Times, f"{operator.text} cannot be combined with ATLEAST", "join the two with AND")
        _refuse_rules(part, operator)
    splits = count_splits(left.query), count_splits(right.query)
    if count_terms(left.query) * splits[1] + count_terms(right.query) * splits[0] > MOST_TERMS:
        raise _too_many(operator)
    return spread(left.query, right.query, lambda a, b: Nearby(a, b, operator.number, operator.kind == "ONEAR"))


def _refuse_inside(part: _Part, kinds: type | object, message: str, hint: str) -> None:
    if any(isinstance(each, kinds) for each in walk(part.query)):  # type: ignore[arg-type]
        raise QueryError(part.at, part.end, message, hint)


def _refuse_rules(part: _Part, operator: Token) -> None:
    if any(isinstance(each, Named) and each.kind == "rule" for each in walk(part.query)):
        raise QueryError(part.at, part.end, f"{operator.text} needs words, and a saved rule holds or does not", "join the two with AND")


def _nothing_there(state: _State, token: Token | None) -> QueryError:
    before = state.before
    if before is not None and before.kind != "(":
        side = "behind it" if before.kind in _PREFIXES else "on its right"
        return QueryError(
            before.at, before.end, f"{before.text} needs something {side}", f'write a term there, or "{before.text}" in quotes'
        )
    assert token is not None, "an open parenthesis at the end is told before"
    if token.kind == ")":
        return QueryError(token.at, token.end, "there is nothing in these parentheses", "write a term inside, or remove them")
    return QueryError(token.at, token.end, f"{token.text} needs something on its left", f'write a term there, or "{token.text}" in quotes')


def _misplaced(outer: Token, token: Token) -> QueryError:
    if token.kind == "NOT" and outer.kind in ("NEAR", "ONEAR"):
        return QueryError(token.at, token.end, f"{outer.text} needs words that are there", f"write: peace {outer.text} deal NOT football")
    return QueryError(token.at, token.end, f"{token.text} cannot follow {outer.text}", f"write {token.text} before {outer.text}")


def _too_many(token: Token) -> QueryError:
    return QueryError(token.at, token.end, f"a query may have {MOST_TERMS} terms", "split it into several rules")


def _too_deep(at: int, end: int) -> QueryError:
    return QueryError(at, end, f"a query may be {DEEPEST} levels deep", "use fewer parentheses, or split it into several rules")


def _check_length(text: str) -> None:
    length = len(text) if len(text) > 4 * LONGEST_QUERY else len(normalize("NFKC", text).casefold())
    if length > LONGEST_QUERY:
        at = min(LONGEST_QUERY, len(text) - 1)
        raise QueryError(at, len(text), f"a query may have {LONGEST_QUERY} characters", "split it into several rules")
