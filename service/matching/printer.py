"""A query in its one canonical form: parse_query(print_query(query)) == query."""

from __future__ import annotations

import regex

from service.matching.query import And, In, Named, Nearby, Not, Or, Query, Times, Words
from service.matching.tokens import CAPITALS

_BARE = regex.compile(r"\w[\w.'’&/-]*+")


def print_query(query: Query) -> str:
    """The query with its operators in capitals, quotation marks only where they are needed, and no needless parentheses."""
    match query:
        case Words(written, open_end, cased):
            return "=" * cased + _quoted(written, "*" * open_end)
        case Named(kind, name):
            return f'{kind}:"{name}"'
        case And(parts):
            return " AND ".join(_group(part, And | Or) for part in parts)
        case Or(parts):
            return " OR ".join(_group(part, Or) for part in parts)
        case Not(part):
            return f"NOT {_group(part, And | Or)}"
        case Nearby(left, right, words, ordered):
            # NEAR groups from the left, so one on the right keeps its parentheses.
            return f"{_group(left, And | Or | Not)} {'O' * ordered}NEAR/{words} {_group(right, And | Or | Not | Nearby)}"
        case Times(count, part):
            return f"ATLEAST/{count} {_group(part, And | Or | Not | Nearby)}"
        case In(field, part):
            return f"{field}:{_group(part, And | Or | Not | Nearby | Times)}"


def _group(query: Query, looser: object) -> str:
    printed = print_query(query)
    return f"({printed})" if isinstance(query, looser) else printed  # type: ignore[arg-type]


def _quoted(written: str, end: str) -> str:
    if _BARE.fullmatch(written) and not CAPITALS.fullmatch(written):
        return written + end
    return f'"{written}{end}"'
