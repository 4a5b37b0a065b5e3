"""Channels whose reader is asked first whether messages are welcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from service.domain.channel_notices import UNCONFIRMED, ChannelNoticeKind
from service.storage.audit import Caller, record
from service.storage.channel_notices import add_notice, last_notice_at
from service.storage.database import Database
from service.storage.tables import channel

ASK_AGAIN_AFTER = timedelta(hours=1)  # nobody's mailbox is filled with questions


@dataclass(frozen=True, slots=True)
class Confirmations:
    """The questions and their answers in the database."""

    database: Database

    def ask_again(self, channel_id: str, *, caller: Caller) -> bool:
        """Send the question once more; False if the last one is not an hour old."""
        with self.database.write() as connection:
            last = last_notice_at(connection, ChannelNoticeKind.CONFIRM, channel_id)
            if last is not None and caller.now - last < ASK_AGAIN_AFTER:
                return False
            ask_reader(connection, self.database, channel_id, caller.now)
            record(connection, caller, "channel.ask", channel_id)
            return True

    def confirm(self, channel_id: str, *, caller: Caller) -> None:
        """The reader has said yes: the channel is used from now on. What came before stays dead until somebody replays it."""
        said_yes = {"unconfirmed": False, "disabled_at": None, "disabled_reason": None}
        with self.database.write() as connection:
            waits = update(channel).where(channel.c.id == channel_id, channel.c.unconfirmed).values(**said_yes)
            if connection.execute(waits).rowcount:
                record(connection, caller, "channel.confirm", channel_id)


def ask_reader(connection: Connection, database: Database, channel_id: str, now: datetime) -> None:
    """Send nothing to the channel but the question whether messages are welcome, inside the caller's transaction."""
    asked = {"unconfirmed": True, "disabled_at": now, "disabled_reason": UNCONFIRMED}
    connection.execute(update(channel).where(channel.c.id == channel_id).values(**asked))
    row = connection.execute(select(channel).where(channel.c.id == channel_id)).one()
    add_notice(connection, database, ChannelNoticeKind.CONFIRM, row, UNCONFIRMED, to=channel_id, now=now)
