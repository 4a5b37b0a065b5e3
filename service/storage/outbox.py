"""The outbox at work: deliveries claimed in fair shares, and attempts stored many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Connection, Row, Table, and_, bindparam, case, select, text, update

from service.domain.alerts import Alert
from service.domain.channel_notices import DELETED, ChannelNotice, ChannelNoticeKind, why_unsent
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryState, DeliveryToSend, Outcome
from service.domain.digests import Digest
from service.domain.feed_notices import FeedNotice
from service.domain.traffic import SHARED, Traffic, after_attempts, allot, fails_for_long
from service.storage.alerts import messages_of
from service.storage.channel_notices import load_channel_notices
from service.storage.channels import disable, to_channel
from service.storage.claims import finish, in_order, is_due
from service.storage.database import Database
from service.storage.digests import load_digests
from service.storage.feed_notices import load_notices
from service.storage.outgoing import keep_closed, over_at
from service.storage.sealing import Sealer
from service.storage.tables import attempt, channel, delivery
from service.storage.traffic import choose_due, find_under_way, find_waiting, load_traffic, save_traffic
from service.storage.workspace_policies import workspace_defaults

CLAIM_LOCK = 7_723_003  # any number that nothing else in the database uses
LONG_FAILURE = "nothing could be delivered for five days; the last attempt: {}"


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt and what it makes of the delivery; `endpoint` is where it went."""

    sent: DeliveryToSend
    outcome: Outcome
    endpoint: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox in the database."""

    database: Database
    sealer: Sealer

    def claim(self, *, now: datetime, token: str, limit: int) -> tuple[DeliveryToSend, ...]:
        """Take up to `limit` due deliveries under the lease `token`, a fair share of each channel; in an ordered channel its oldest alone.

        Those whose channel is gone are ended instead. A delivery that was claimed before and never finished is claimed alone, so
        that poison takes only itself.
        """
        while True:
            with self.database.write() as connection:
                rows = self._claim(connection, now, token, limit)
                to_send = _open_ones(connection, self.sealer, rows, now)
            if to_send or not rows:
                return to_send

    def save_attempts(self, tried: Sequence[Tried], *, now: datetime, release: Collection[str] = (), token: str = "") -> frozenset[str]:
        """Store attempts that ended and what they make of their deliveries, and give back unsent the claimed ones in `release`.

        One that asked nobody only puts its delivery off. A delivery revived while the attempt was under way begins anew if that failed.
        Returns the ids of those that another worker has by now: nothing is stored of them.
        """
        with self.database.write() as connection:
            held = _lock(connection, [*(each.sent.id for each in tried), *release])
            kept = [each for each in tried if each.sent.id in held and held[each.sent.id].lease_token == each.sent.lease_token]
            if kept:
                _store(connection, kept, held, now)
                self._note_traffic(connection, [each for each in kept if each.outcome.tried], now)
            if release:
                _release(connection, release, token)
        return frozenset({each.sent.id for each in tried} - {each.sent.id for each in kept})

    def _claim(self, connection: Connection, now: datetime, token: str, limit: int) -> Sequence[Row[Any]]:
        if self.database.is_postgres:  # of two workers that claim at once, one sees what the other has taken
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLAIM_LOCK})
        waiting = find_waiting(connection, now)
        if not waiting:
            return ()
        shares = allot(waiting, find_under_way(connection, now), token=token, limit=limit)
        chosen = choose_due(connection, waiting, shares, now)
        again = next((row.id for row in chosen if row.claims), None)
        ids = [again] if again else [row.id for row in chosen]
        leased = {"lease_until": now + self.database.lease, "lease_token": token, "claims": delivery.c.claims + 1}
        # Asked anew: whoever held one longer than its lease may have ended it while this waited for him.
        still = and_(delivery.c.id.in_(ids), is_due(delivery, now))
        taken = connection.execute(update(delivery).where(in_order(delivery, still)).values(**leased).returning(*delivery.c)).all()
        return sorted(taken, key=lambda row: (row.next_at, row.created_at))

    def _note_traffic(self, connection: Connection, tried: Sequence[Tried], now: datetime) -> None:
        """How it goes at each channel now, and at the endpoints of failures that are not the channels' own."""
        places = _by_place(tried)
        before = load_traffic(connection, places)
        after = {place: _after(place, before.get(place, Traffic()), ended, now) for place, ended in places.items()}
        save_traffic(connection, self.database, {place: each for place, each in after.items() if each != before.get(place)})
        for place, reason in _to_disable(places, after, now).items():
            disable(connection, self.database, place, reason, now)


def _by_place(tried: Sequence[Tried]) -> dict[str, list[Tried]]:
    """The attempts that tell how it goes: at each channel, and at each shared endpoint."""
    places: dict[str, list[Tried]] = {}
    for each in tried:
        places.setdefault(each.sent.channel.id, []).append(each)
        if each.endpoint in SHARED and (each.outcome.ours or each.outcome.delivered):
            places.setdefault(each.endpoint, []).append(each)
    return places


def _after(place: str, before: Traffic, ended: Sequence[Tried], now: datetime) -> Traffic:
    failed = [each for each in ended if not each.outcome.delivered and (place in SHARED or not each.outcome.ours)]
    return after_attempts(
        before,
        endpoint=ended[-1].endpoint,
        delivered=sum(each.outcome.delivered for each in ended),
        failed=len(failed),
        now=now,
        retry_after=max((each.outcome.retry_after for each in failed if each.outcome.retry_after), default=None),
    )


def _to_disable(places: Mapping[str, Sequence[Tried]], after: Mapping[str, Traffic], now: datetime) -> dict[str, str]:
    """The channels that are to be disabled, each with the reason."""
    reasons: dict[str, str] = {}
    for place, ended in places.items():
        last = ended[-1]
        if place != last.sent.channel.id:
            continue
        if gone := next((each.outcome.disable_channel for each in ended if each.outcome.disable_channel), None):
            reasons[place] = gone
        elif fails_for_long(after[place], now):
            reasons[place] = LONG_FAILURE.format(last.outcome.detail)
    return reasons


def _lock(connection: Connection, ids: Collection[str]) -> dict[str, Row[Any]]:
    query = select(*_HELD).where(delivery.c.id.in_(ids)).order_by(delivery.c.id).with_for_update()
    return {row.id: row for row in connection.execute(query).all()}


_HELD: tuple[Column[Any], ...] = (delivery.c.id, delivery.c.lease_token, delivery.c.next_at)
_FINISH = (
    update(delivery)
    .where(delivery.c.id == bindparam("of"))
    .values(lease_until=None, lease_token=None, claims=0)
    .values({name: bindparam(name) for name in ("state", "detail", "finished_at", "tries", "attempts", "next_at")})
)


def _store(connection: Connection, kept: Sequence[Tried], held: Mapping[str, Row[Any]], now: datetime) -> None:
    connection.execute(_FINISH, [_result(each, held[each.sent.id].next_at, now) for each in kept])
    attempts = [_attempt(each, now) for each in kept if each.outcome.tried]
    if attempts:
        connection.execute(attempt.insert(), attempts)


def _result(tried: Tried, due_at: datetime | None, now: datetime) -> dict[str, Any]:
    sent, outcome = tried.sent, tried.outcome
    values: dict[str, Any] = {"of": sent.id, "state": outcome.state, "detail": outcome.detail, "next_at": outcome.next_at}
    values |= {"tries": sent.tries + outcome.tried, "attempts": sent.number + outcome.tried}
    values["finished_at"] = None if outcome.state is DeliveryState.PENDING else now
    if not outcome.delivered and due_at is not None and due_at != sent.due_at:  # somebody has revived it meanwhile
        values |= {"state": DeliveryState.PENDING, "finished_at": None, "tries": 0, "next_at": due_at}
    return values


def _attempt(tried: Tried, now: datetime) -> dict[str, Any]:
    sent, outcome = tried.sent, tried.outcome
    return {
        "workspace": sent.channel.workspace,
        "delivery": sent.id,
        "number": sent.number + 1,
        "delivered": outcome.delivered,
        "status": outcome.status,
        "detail": outcome.detail,
        "started_at": tried.started_at,
        "finished_at": now,
    }


def _release(connection: Connection, ids: Collection[str], token: str) -> None:
    free = {"lease_until": None, "lease_token": None, "claims": case((delivery.c.claims > 0, delivery.c.claims - 1), else_=0)}
    connection.execute(update(delivery).where(delivery.c.id.in_(ids), delivery.c.lease_token == token).values(**free))


def _open_ones(connection: Connection, sealer: Sealer, rows: Sequence[Row[Any]], now: datetime) -> tuple[DeliveryToSend, ...]:
    """Those whose channel takes messages; the others are ended. One whose channel is being changed just now waits for its lease."""
    # Without waiting: who deletes a channel waits for these rows himself.
    found = keep_closed(connection, _rows(connection, channel, {row.channel for row in rows}), wait=False)
    channels = {row.id: row for row in found}
    rows = [row for row in rows if row.channel in channels]
    messages = messages_of(connection, {(row.alert, row.update_number) for row in rows if row.alert})
    notices = load_notices(connection, {row.notice for row in rows if row.notice})
    digests = load_digests(connection, {row.digest for row in rows if row.digest})
    of_channels = load_channel_notices(connection, {row.channel_notice for row in rows if row.channel_notice})
    open_ones = [row for row in rows if _is_open(channels[row.channel], of_channels.get(row.channel_notice))]
    ended = {row.id for row in rows} - {row.id for row in open_ones}
    for row in rows:
        if row.id in ended:
            _end(connection, row, channels[row.channel], now)
    chosen = workspace_defaults(connection, {row.workspace for row in open_ones})
    return tuple(
        _to_send(row, to_channel(channels[row.channel], sealer), chosen[row.workspace].zone, messages, notices, digests, of_channels)
        for row in open_ones
    )


def _rows(connection: Connection, table: Table, ids: Collection[str]) -> list[Row[Any]]:
    return list(connection.execute(select(table).where(table.c.id.in_(ids))).all()) if ids else []


def _is_open(where: Row[Any], notice: ChannelNotice | None) -> bool:
    """Whether it may be sent there. The question whether messages are welcome is all that goes to who has not answered it."""
    if notice is not None and notice.kind is ChannelNoticeKind.CONFIRM:
        return bool(where.unconfirmed) and where.deleted_at is None
    return where.disabled_at is None and where.deleted_at is None


def _end(connection: Connection, row: Row[Any], where: Row[Any], now: datetime) -> None:
    state = DeliveryState.CANCELLED if where.deleted_at else DeliveryState.DEAD
    detail = DELETED if where.deleted_at else why_unsent(where.disabled_reason)
    finish(connection, delivery, row.id, row.lease_token, state=state, detail=detail, finished_at=over_at(where, now), next_at=None)


def _to_send(
    row: Row[Any],
    where: Channel,
    zone: ZoneInfo,
    messages: Mapping[tuple[str, int], Alert],
    notices: Mapping[str, FeedNotice],
    digests: Mapping[str, Digest],
    of_channels: Mapping[str, ChannelNotice],
) -> DeliveryToSend:
    return DeliveryToSend(
        id=row.id,
        channel=where,
        alert=messages[row.alert, row.update_number] if row.alert else None,
        created_at=row.created_at,
        lease_token=row.lease_token,
        lease_until=row.lease_until,
        tries=row.tries,
        number=row.attempts,
        zone=zone,
        due_at=row.next_at,
        notice=notices[row.notice] if row.notice else None,
        digest=digests[row.digest].without(row.left_out or ()) if row.digest else None,
        channel_notice=of_channels[row.channel_notice] if row.channel_notice else None,
    )
