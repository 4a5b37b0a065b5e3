"""The outbox: deliveries and the attempts to make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from service.domain.deliveries import DeliveryState
from service.storage.audit import Caller, record
from service.storage.claims import is_poison, untouched
from service.storage.database import Database
from service.storage.outbox import Outbox
from service.storage.paging import Page, fetch_page
from service.storage.sealing import Sealer
from service.storage.tables import attempt, delivery

POISON = "sending this ended its worker five times; redeliver it to try again"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert, digest or notice to one channel and how it stands; without any of them it is a test message.

    `update_number` counts the alert's updates, each of which is a delivery of its own; 0: the alert itself.
    """

    id: str
    workspace: str
    alert: str | None
    notice: str | None
    digest: str | None
    channel_notice: str | None
    update_number: int
    channel: str
    state: DeliveryState
    detail: str | None
    tries: int
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, and what the other side said."""

    number: int
    delivered: bool
    status: int | None
    detail: str
    started_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Deliveries in the database; `sealer` opens what their channels keep secret."""

    database: Database
    sealer: Sealer

    def list_deliveries(
        self,
        workspace: str,
        *,
        state: str | None = None,
        channel_id: str | None = None,
        alert_id: str | None = None,
        digest_id: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Delivery]:
        """A workspace's deliveries, newest first."""
        query = select(delivery).where(delivery.c.workspace == workspace)
        named = ((delivery.c.channel, channel_id), (delivery.c.alert, alert_id), (delivery.c.digest, digest_id))
        for column, wanted in ((delivery.c.state, state), *named):
            if wanted:
                query = query.where(column == wanted)
        with self.database.read() as connection:
            return fetch_page(
                connection, query, moment=delivery.c.created_at, key=delivery.c.id, cursor=cursor, limit=limit, to_item=_to_delivery
            )

    def find_delivery(self, workspace: str, delivery_id: str) -> Delivery | None:
        """A delivery of this workspace."""
        with self.database.read() as connection:
            return _find(connection, workspace, delivery_id)

    def list_attempts(self, workspace: str, delivery_id: str) -> tuple[Attempt, ...]:
        """The attempts of a delivery, oldest first."""
        query = select(attempt).where(attempt.c.workspace == workspace, attempt.c.delivery == delivery_id).order_by(attempt.c.number)
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Attempt(row.number, row.delivered, row.status, row.detail, row.started_at, row.finished_at) for row in rows)

    def add_test(self, channel_id: str, *, new_id: str, caller: Caller) -> Delivery:
        """A delivery of a test message, due now."""
        values = {
            "id": new_id,
            "workspace": caller.workspace,
            "channel": channel_id,
            "state": DeliveryState.PENDING,
            "created_at": caller.now,
            "next_at": caller.now,
        }
        with self.database.write() as connection:
            connection.execute(delivery.insert().values(**values))
            record(connection, caller, "channel.test", channel_id)
            found = _find(connection, caller.workspace, new_id)
        assert found is not None, "inserted above"
        return found

    def redeliver(self, delivery_id: str, *, caller: Caller) -> Delivery | None:
        """Revive a finished delivery with all its tries, or make a waiting one due now; its id stays the same."""
        mine = and_(delivery.c.workspace == caller.workspace, delivery.c.id == delivery_id)
        revived = {"state": DeliveryState.PENDING, "next_at": caller.now, "tries": 0, "claims": 0, "finished_at": None, "detail": None}
        with self.database.write() as connection:
            connection.execute(update(delivery).where(mine).values(**revived))
            found = _find(connection, caller.workspace, delivery_id)
            if found:
                record(connection, caller, "delivery.redeliver", delivery_id)
        return found

    @property
    def outbox(self) -> Outbox:
        """What waits, as the workers claim it."""
        return Outbox(self.database, self.sealer)

    def quarantine(self, *, now: datetime) -> int:
        """Set aside the deliveries that ended every worker that sent them; return how many."""
        with self.database.write() as connection:
            dead = {"state": DeliveryState.DEAD, "detail": POISON, "finished_at": now, "next_at": None}
            return connection.execute(update(delivery).where(untouched(delivery, is_poison(delivery, now))).values(**dead)).rowcount


def _find(connection: Connection, workspace: str, delivery_id: str) -> Delivery | None:
    row = connection.execute(select(delivery).where(delivery.c.workspace == workspace, delivery.c.id == delivery_id)).one_or_none()
    return _to_delivery(row) if row else None


def _to_delivery(row: Row[Any]) -> Delivery:
    values = {name: row._mapping[name] for name in Delivery.__slots__}
    return Delivery(**{**values, "state": DeliveryState(row.state)})
