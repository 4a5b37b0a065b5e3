"""What tables are made of: types that are the same on both engines, and columns and indexes that many tables have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

MAX_CLAIMS = 5  # claims that never finished, after which a row is set aside

Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both engines; SQLite itself would forget the zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "times are aware"
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def own_id() -> Column[str]:
    """The key of a table whose rows have ids."""
    return Column("id", Text, primary_key=True)


def ref(name: str, *, nullable: bool = False, index: bool = False, key: bool = False) -> Column[Any]:
    """The row of the table `name` that this one belongs to, and goes with."""
    return Column(name, Text, ForeignKey(f"{name}.id", ondelete="CASCADE"), nullable=nullable, index=index, primary_key=key)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    """A point in time."""
    return Column(name, Moment, nullable=nullable)


def queue() -> tuple[Column[Any], ...]:
    """Work that waits: due from `next_at` (NULL: nothing to do), taken by a lease, `claims` counted before the work begins."""
    return (
        moment("next_at", nullable=True),
        moment("lease_until", nullable=True),
        Column("lease_token", Text),
        Column("claims", Integer, nullable=False, server_default="0"),
    )


def due_index(table: str) -> Index:
    """Finds the work of a table that waits, by when it is due."""
    return partial_index(f"ix_{table}_due", "next_at", where="next_at IS NOT NULL")


def poison_index(table: str) -> Index:
    """Finds the few rows of a table that have ended every worker that took them."""
    return partial_index(f"ix_{table}_poison", "next_at", where=f"claims >= {MAX_CLAIMS}")


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of the rows for which `where` holds alone."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))
