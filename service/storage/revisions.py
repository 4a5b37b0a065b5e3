"""The revision of all rules, by which an index learns what changed."""

from __future__ import annotations

from sqlalchemy import Connection

from service.storage.database import Database
from service.storage.tables import counter

REVISION = "rules"


def next_revision(database: Database, connection: Connection) -> int:
    """A revision greater than all before, and the lock that keeps changes of rules apart until the commit.

    Take it before any other lock: whoever changes rules waits here and nowhere else.
    """
    # The counter's row stays locked until the commit, so revisions become visible in their order: an index
    # that has seen revision 7 can never find a 6 that committed late.
    step = database.insert(counter).values(name=REVISION, value=1)
    raised = step.on_conflict_do_update(index_elements=["name"], set_={"value": counter.c.value + 1}).returning(counter.c.value)
    return int(connection.execute(raised).scalar_one())
