"""Quiet polls, which brought nothing: one row each to write, many in a transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, case, update

from service.storage.articles import PollToSave, SavedPoll, feed_values
from service.storage.database import Database
from service.storage.feed_hosts import rest_hosts
from service.storage.tables import feed


def save_quiet_polls(database: Database, polls: Sequence[PollToSave]) -> list[SavedPoll]:
    """Write what became of these feeds, and let their hosts rest, in one transaction.

    Where a lease was lost there is nothing to lose: its row stays as it is.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for poll in sorted(polls, key=lambda one: one.feed.id):
        values = {**feed_values(poll.outcome, poll.now), "lease_until": None, "lease_token": None, "claims": 0}
        row = {f"new_{name}": value for name, value in values.items()}
        alike[tuple(values)].append({**row, "its_id": poll.feed.id, "its_token": poll.feed.lease_token, "its_due_at": poll.feed.due_at})
    if alike:
        with database.write() as connection:
            for names, rows in alike.items():
                connection.execute(_update(names), rows)
            rest_hosts(connection, _free_at(polls))
    return [SavedPoll(0, 0, poll.outcome) for poll in polls]


def _free_at(polls: Sequence[PollToSave]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for poll in polls:
        if poll.host_free_at is not None:
            found[poll.feed.host] = max(poll.host_free_at, found.get(poll.feed.host, poll.host_free_at))
    return found


def _update(names: Sequence[str]) -> Update:
    """The update of one row by bound values; one that somebody has made due (or put to rest) meanwhile stays so."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=feed.c[name].type) for name in names}
    due_at = bindparam("its_due_at", type_=feed.c.next_at.type)
    values["next_at"] = case((feed.c.next_at == due_at, values["next_at"]), else_=feed.c.next_at)
    ours = (feed.c.id == bindparam("its_id")) & (feed.c.lease_token == bindparam("its_token"))
    return update(feed).where(ours).values(values)
