"""Quiet polls, which brought nothing: one row each to write, many in a transaction."""

from __future__ import annotations

from collections.abc import Sequence

from service.storage.database import Database
from service.storage.feed_hosts import rest_hosts
from service.storage.poll_rows import PolledFeed, feed_values, write_feeds
from service.storage.polls import PollToSave, SavedPoll, rests_of


def save_quiet_polls(database: Database, polls: Sequence[PollToSave]) -> list[SavedPoll]:
    """Write what became of these feeds, and let their hosts rest, in one transaction.

    Where a lease was lost there is nothing to lose: its row stays as it is.
    """
    if polls:
        with database.write() as connection:
            write_feeds(connection, [PolledFeed(poll.feed, feed_values(poll.outcome, poll.now)) for poll in polls])
            rest_hosts(connection, rests_of(polls))
    return [SavedPoll(0, 0, poll.outcome) for poll in polls]
