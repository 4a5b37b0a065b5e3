"""Due rows that are claimed and renewed as most are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Table

from service.edges import Edges
from service.storage.claims import forgive, renew_leases


class Row(Protocol):
    """A claimed row."""

    @property
    def id(self) -> str:
        """What names it."""


T = TypeVar("T", bound=Row)
T_co = TypeVar("T_co", covariant=True)


class Take(Protocol[T_co]):
    """A claim in the database."""

    def __call__(self, *, now: datetime, token: str, limit: int) -> Sequence[T_co]:
        """Take up to `limit` due rows under the lease `token`."""


@dataclass(frozen=True, slots=True)
class DueRows(Generic[T]):
    """The due rows of a table as work to be claimed under one lease token (see `rolling.Queue`)."""

    edges: Edges
    table: Table
    take: Take[T]
    token: str

    def claim(self, limit: int) -> Sequence[T]:
        """Up to `limit` of them."""
        return self.take(now=self.edges.now(), token=self.token, limit=limit)

    def renew(self) -> None:
        """Keep what is under way."""
        renew_leases(self.edges.store.database, self.table, token=self.token, now=self.edges.now())

    def forgive(self, rows: Sequence[T]) -> None:
        """Count nothing against them."""
        forgive(self.edges.store.database, self.table, token=self.token, among=[each.id for each in rows])
