"""What a query says, as a tree, and what is wrong with one that says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

LONGEST_QUERY = 4_000  # characters, after NFKC and casefolding
DEEPEST = 32  # levels of the tree, and of parentheses
MOST_TERMS = 500
WIDEST = 50  # words between the operands of NEAR
MOST_TIMES = 100  # of ATLEAST
USUAL_DISTANCE = 4  # of NEAR without a number
SHORTEST_STEM = 3  # letters before *

TEXT_FIELDS = frozenset({"title", "lede", "body"})
METADATA = frozenset({"source", "author", "url", "lang"})


class QueryError(Exception):
    """A query that cannot be used: which characters, from `at` up to `end`, what is wrong, and what to do."""

    def __init__(self, at: int, end: int, message: str, hint: str) -> None:
        super().__init__(f"{message} (character {at + 1}); {hint}")
        self.at, self.end, self.message, self.hint = at, end, message, hint


@dataclass(frozen=True, slots=True)
class Words:
    """A word or a phrase. `open_end`: the last word may go on (written `term*`); `cased`: only in these capitals (`=US`)."""

    written: str
    open_end: bool = False
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An actor or a topic, by all that it is found by, or a saved rule by its name or id."""

    kind: Literal["actor", "topic", "rule"]
    name: str


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: Query


@dataclass(frozen=True, slots=True)
class Nearby:
    """Both in one field with at most `words` words between; `ordered`: the left one first."""

    left: Query
    right: Query
    words: int = USUAL_DISTANCE
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """A term, or any of several, `count` times or more."""

    count: int
    part: Query


@dataclass(frozen=True, slots=True)
class In:
    """In one field of the article, of the text or of what is known about it."""

    field: str
    part: Query


Query = Words | Named | And | Or | Not | Nearby | Times | In


def parts_of(query: Query) -> tuple[Query, ...]:
    """What `query` is directly made of."""
    match query:
        case Words() | Named():
            return ()
        case And(parts) | Or(parts):
            return parts
        case Not(part) | Times(_, part) | In(_, part):
            return (part,)
        case Nearby(left, right):
            return (left, right)


def walk(query: Query) -> Iterator[Query]:
    """`query` and everything in it, from the left."""
    waiting = [query]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(parts_of(each)))


def count_terms(query: Query) -> int:
    """How many terms, actors, topics and saved rules `query` has."""
    return sum(isinstance(each, Words | Named) for each in walk(query))


def count_levels(query: Query) -> int:
    """How deep `query` is; 1 for a term."""
    levels, row = 0, [query]
    while row:
        levels, row = levels + 1, [inner for each in row for inner in parts_of(each)]
    return levels


def is_positive(query: Query) -> bool:
    """Whether something must be there for `query` to hold: more than the lack of something, and more than a language."""
    match query:
        case Words() | Named() | Nearby() | Times():
            return True
        case And(parts):
            return any(map(is_positive, parts))
        case Or(parts):
            return all(map(is_positive, parts))
        case In(field, part):
            return field != "lang" and is_positive(part)
        case Not():
            return False


def all_of(parts: Iterable[Query]) -> Query:
    """And without needless levels."""
    flat = tuple(inner for each in parts for inner in (each.parts if isinstance(each, And) else (each,)))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Query]) -> Query:
    """Or without needless levels."""
    flat = tuple(inner for each in parts for inner in (each.parts if isinstance(each, Or) else (each,)))
    return flat[0] if len(flat) == 1 else Or(flat)
