"""What rules and workspaces have sent, kept with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, update

from service.domain.tallies import NONE_SENT, Tally

_tally = TypeAdapter(Tally)


def to_tally(value: Any) -> Tally:
    """A tally from its column."""
    return _tally.validate_python(value) if value else NONE_SENT


def save_tallies(connection: Connection, table: Table, tallies: Mapping[str, Tally]) -> None:
    """Keep the tallies of these rules or workspaces, which must be locked."""
    for row_id, tally in sorted(tallies.items()):
        connection.execute(update(table).where(table.c.id == row_id).values(sent=_tally.dump_python(tally, mode="json")))
