"""NEAR over groups: what stands near a group of several stands near each of them."""

from __future__ import annotations

from collections.abc import Callable

from service.matching.query import And, In, Or, Query, all_of, any_of, walk


def count_splits(query: Query) -> int:
    """How many parts `spread` makes of an operand."""
    if not any(isinstance(each, And) for each in walk(query)):
        return 1
    match query:
        case And(parts) | Or(parts):
            return sum(map(count_splits, parts))
        case In(_, part):
            return count_splits(part)
        case _:
            return 1


def spread(left: Query, right: Query, make: Callable[[Query, Query], Query]) -> Query:
    """`(a AND b) NEAR c` as `(a NEAR c) AND (b NEAR c)`: each of the group must be near."""
    if count_splits(left) > 1:
        return _over(left, lambda part: spread(part, right, make))
    if count_splits(right) > 1:
        return _over(right, lambda part: make(left, part))
    return make(left, right)


def _over(query: Query, make: Callable[[Query], Query]) -> Query:
    if count_splits(query) == 1:
        return make(query)
    match query:
        case And(parts):
            return all_of([_over(part, make) for part in parts])
        case Or(parts):
            return any_of([_over(part, make) for part in parts])
        case In(name, part):
            return _over(part, lambda inner: make(In(name, inner)))
        case _:
            return make(query)
