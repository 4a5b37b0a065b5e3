"""The outbox: deliveries and the attempts to make them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from service.domain.alerts import Alert
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryState, DeliveryToSend, Outcome
from service.domain.feed_notices import FeedNotice
from service.storage.alerts import messages_of
from service.storage.audit import Caller, record
from service.storage.channels import disable, to_channel
from service.storage.claims import claim_due, finish, is_due, is_poison
from service.storage.database import Database
from service.storage.feed_notices import load_notices
from service.storage.paging import Page, fetch_page
from service.storage.sealing import Sealer
from service.storage.tables import attempt, channel, delivery

PER_CHANNEL = 5  # deliveries of one channel that are claimed at a time
LOOK_AHEAD = 500  # due deliveries that a claim looks at
POISON = "sending this ended its worker five times; redeliver it to try again"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert or feed notice to one channel and how it stands; without either it is a test message.

    `update_number` counts the alert's updates, each of which is a delivery of its own; 0: the alert itself.
    """

    id: str
    workspace: str
    alert: str | None
    notice: str | None
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
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Delivery]:
        """A workspace's deliveries, newest first."""
        query = select(delivery).where(delivery.c.workspace == workspace)
        for column, wanted in ((delivery.c.state, state), (delivery.c.channel, channel_id), (delivery.c.alert, alert_id)):
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

    def claim_deliveries(self, *, now: datetime, token: str, limit: int) -> tuple[DeliveryToSend, ...]:
        """Take up to `limit` due deliveries under the lease `token`; those whose channel is gone are ended instead."""
        while rows := claim_due(self.database, delivery, now=now, token=token, limit=limit, among=_fair_share(now)):
            if to_send := self._open_ones(rows, now):
                return to_send
        return ()

    def _open_ones(self, rows: Sequence[Row[Any]], now: datetime) -> tuple[DeliveryToSend, ...]:
        """Those whose channel takes messages; the others are ended."""
        with self.database.write() as connection:
            channels = {row.id: row for row in _rows(connection, channel, {row.channel for row in rows})}
            messages = messages_of(connection, {(row.alert, row.update_number) for row in rows if row.alert})
            notices = load_notices(connection, {row.notice for row in rows if row.notice})
            for row in rows:
                _end_if_closed(connection, row, channels[row.channel], now)
        return tuple(
            _to_send(row, to_channel(channels[row.channel], self.sealer), messages, notices)
            for row in rows
            if _is_open(channels[row.channel])
        )

    def save_attempt(self, sent: DeliveryToSend, outcome: Outcome, *, started_at: datetime, now: datetime) -> None:
        """Store an attempt and what it makes of the delivery.

        A delivery revived while the attempt was under way begins anew if that failed. Raises:
            LeaseLost: another worker has the delivery by now; nothing is stored.
        """
        number = sent.number + 1
        tried = {
            "workspace": sent.channel.workspace,
            "delivery": sent.id,
            "number": number,
            "delivered": outcome.delivered,
            "status": outcome.status,
            "detail": outcome.detail,
            "started_at": started_at,
            "finished_at": now,
        }
        over = None if outcome.state is DeliveryState.PENDING else now
        values: dict[str, Any] = {
            "state": outcome.state,
            "detail": outcome.detail,
            "finished_at": over,
            "tries": sent.tries + 1,
            "attempts": number,
        }
        with self.database.write() as connection:
            revived_at = None if outcome.delivered else _revived_at(connection, sent)
            if revived_at:
                values |= {"state": DeliveryState.PENDING, "finished_at": None, "tries": 0}
            finish(connection, delivery, sent.id, sent.lease_token, next_at=revived_at or outcome.next_at, **values)
            connection.execute(attempt.insert().values(**tried))
            if outcome.disable_channel:
                disable(connection, sent.channel.id, outcome.disable_channel, now)

    def quarantine(self, *, now: datetime) -> int:
        """Set aside the deliveries that ended every worker that sent them; return how many."""
        with self.database.write() as connection:
            dead = {"state": DeliveryState.DEAD, "detail": POISON, "finished_at": now, "next_at": None}
            return connection.execute(update(delivery).where(is_poison(delivery, now)).values(**dead)).rowcount


def _fair_share(now: datetime) -> ColumnElement[bool]:
    """A few deliveries of each channel that has few under way: a receiver that hangs, with thousands waiting, delays no other."""
    under_way = and_(delivery.c.next_at.is_not(None), delivery.c.lease_until > now)
    busy = select(delivery.c.channel).where(under_way).group_by(delivery.c.channel).having(func.count() >= PER_CHANNEL)
    free = select(delivery.c.id, delivery.c.channel, delivery.c.next_at).where(is_due(delivery, now), delivery.c.channel.not_in(busy))
    first = free.order_by(delivery.c.next_at).limit(LOOK_AHEAD).subquery()
    place = func.row_number().over(partition_by=first.c.channel, order_by=first.c.next_at).label("place")
    placed = select(first.c.id, place).subquery()
    return delivery.c.id.in_(select(placed.c.id).where(placed.c.place <= PER_CHANNEL))


def _rows(connection: Connection, table: Any, ids: Collection[str]) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(table.c.id.in_(ids))).all())


def _is_open(where: Row[Any]) -> bool:
    return where.disabled_at is None and where.deleted_at is None


def _end_if_closed(connection: Connection, row: Row[Any], where: Row[Any], now: datetime) -> None:
    if _is_open(where):
        return
    state = DeliveryState.CANCELLED if where.deleted_at else DeliveryState.DEAD
    detail = "the channel was deleted" if where.deleted_at else f"the channel is disabled: {where.disabled_reason}"
    finish(connection, delivery, row.id, row.lease_token, state=state, detail=detail, finished_at=now, next_at=None)


def _revived_at(connection: Connection, sent: DeliveryToSend) -> datetime | None:
    """When somebody has made a claimed delivery due anew; None if nobody has."""
    now_due: datetime | None = connection.execute(select(delivery.c.next_at).where(delivery.c.id == sent.id).with_for_update()).scalar()
    return now_due if now_due != sent.due_at else None


def _find(connection: Connection, workspace: str, delivery_id: str) -> Delivery | None:
    row = connection.execute(select(delivery).where(delivery.c.workspace == workspace, delivery.c.id == delivery_id)).one_or_none()
    return _to_delivery(row) if row else None


def _to_delivery(row: Row[Any]) -> Delivery:
    values = {name: row._mapping[name] for name in Delivery.__slots__}
    return Delivery(**{**values, "state": DeliveryState(row.state)})


def _to_send(row: Row[Any], where: Channel, messages: Mapping[tuple[str, int], Alert], notices: Mapping[str, FeedNotice]) -> DeliveryToSend:
    told = messages[row.alert, row.update_number] if row.alert else None
    notice = notices[row.notice] if row.notice else None
    return DeliveryToSend(
        row.id, where, told, row.created_at, row.lease_token, row.lease_until, row.tries, row.attempts, row.next_at, notice
    )  # fmt: skip
