"""Deliveries sent again under their own ids, many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, update

from service.domain.deliveries import DeliveryState
from service.storage.audit import Caller, record
from service.storage.claims import in_order
from service.storage.database import Database
from service.storage.tables import delivery


@dataclass(frozen=True, slots=True)
class Replays:
    """The outbox, to be sent again."""

    database: Database

    def replay(self, channel_id: str, *, since: datetime, until: datetime | None, states: Collection[DeliveryState], caller: Caller) -> int:
        """Revive the channel's deliveries in these states made from `since` to before `until` (None: to the newest); return how many."""
        made = and_(delivery.c.created_at >= since, delivery.c.state.in_(states))
        if until is not None:
            made = and_(made, delivery.c.created_at < until)
        return self._revive(channel_id, made, caller)

    def replay_missed(self, channel_id: str, *, since: datetime, caller: Caller) -> int:
        """Revive the channel's deliveries that died at `since` or later; return how many."""
        return self._revive(channel_id, and_(delivery.c.state == DeliveryState.DEAD, delivery.c.finished_at >= since), caller)

    def _revive(self, channel_id: str, which: ColumnElement[bool], caller: Caller) -> int:
        mine = and_(delivery.c.workspace == caller.workspace, delivery.c.channel == channel_id, which)
        revived = {"state": DeliveryState.PENDING, "next_at": caller.now, "tries": 0, "claims": 0, "finished_at": None, "detail": None}
        with self.database.write() as connection:
            count = connection.execute(update(delivery).where(in_order(delivery, mine)).values(**revived)).rowcount
            record(connection, caller, "channel.replay", channel_id)
        return count
