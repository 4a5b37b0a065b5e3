"""The audit trail: who changed what, when. Written in the transaction of the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.storage.tables import audit


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, in which workspace, when. `name` is a key's id, or "cli", or "worker"; `entry` the audit row's new id."""

    workspace: str
    name: str
    now: datetime
    entry: str


def record(connection: Connection, caller: Caller, action: str, thing: str) -> None:
    """Note that `caller` did `action` ("rule.create") to the thing of this id."""
    connection.execute(
        audit.insert().values(id=caller.entry, workspace=caller.workspace, caller=caller.name, action=action, object=thing, at=caller.now)
    )
