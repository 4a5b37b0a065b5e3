"""Keyset pagination: pages that stay right while rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, Row, Select, tuple_

T = TypeVar("T")
MAX_PAGE = 200


class BadCursor(ValueError):
    """The cursor is none of ours."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, newest first, and the cursor of the next page; None at the end."""

    items: tuple[T, ...]
    next_cursor: str | None


def fetch_page(
    connection: Connection,
    query: Select[Any],
    *,
    moment: Column[Any],
    key: Column[Any],
    cursor: str | None,
    limit: int,
    to_item: Callable[[Row[Any]], T],
) -> Page[T]:
    """One page of `query` by (`moment`, `key`) descending; both must be among its columns under their own names.

    Raises:
        BadCursor: `cursor` was not made here.
    """
    if cursor is not None:
        at, last = _read(cursor)
        # Compared as a pair: with OR, both engines would read every row before the page again.
        query = query.where(tuple_(moment, key) < (at, last))
    rows: Sequence[Row[Any]] = connection.execute(query.order_by(moment.desc(), key.desc()).limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    following = _write(rows[-1]._mapping[moment], rows[-1]._mapping[key]) if more else None
    return Page(tuple(to_item(row) for row in rows), following)


def _write(at: datetime, last: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {last}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, last = text.split(" ", 1)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or "\0" in last:
            raise ValueError("not a position")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise BadCursor("cursor: take it from the page before, unchanged") from error
    return moment, last
