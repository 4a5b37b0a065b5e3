"""Putting messages that wait into digests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from service.domain.alerting import AlertDraft
from service.domain.digests import Collect, DigestKind
from service.domain.ids import digest_id
from service.storage.database import Database
from service.storage.tables import alert, digest, digest_item, match


@dataclass(frozen=True, slots=True)
class Place:
    """Which digest something goes into: of one rule, or of all that a workspace tells to the same `channels`."""

    workspace: str
    rule: str | None
    channels: tuple[str, ...] | None
    kind: DigestKind
    send_at: datetime

    @property
    def scope(self) -> str:
        """What it shares with others of its kind and time."""
        if self.rule is not None:
            return self.rule
        return f"{self.workspace}:{'*' if self.channels is None else ','.join(sorted(self.channels))}"


def place_of(draft: AlertDraft, collect: Collect) -> Place:
    """Where a message waits."""
    told = draft.alert
    if collect.kind is DigestKind.BUDGET:
        return Place(told.workspace, None, draft.channels, collect.kind, collect.send_at)
    return Place(told.workspace, told.rule, None, collect.kind, collect.send_at)


def collect_all(connection: Connection, database: Database, drafts: Sequence[AlertDraft], now: datetime) -> dict[tuple[str, int], str]:
    """Put the messages that wait into their digests, which none can leave; the digest of each, by alert and number of the update."""
    waiting = [(place_of(draft, draft.collected), draft) for draft in drafts if draft.collected is not None]
    # In one order everywhere, so that two workers never wait for each other in a circle.
    places = sorted({place for place, _draft in waiting}, key=lambda place: (place.scope, place.kind, place.send_at))
    digests = {place: _open(connection, database, place, now) for place in places}
    into = {draft.message: digests[place] for place, draft in waiting}
    for place, draft in waiting:
        alert, number = draft.message
        item = {"workspace": place.workspace, "alert": alert, "number": number, "digest": into[draft.message], "added_at": now}
        connection.execute(database.insert(digest_item).values(**item).on_conflict_do_nothing())
    return into


def open_first(connection: Connection, database: Database, place: Place, now: datetime) -> None:
    """Have a digest of this place, empty unless something comes. One that there is or was is left as it is."""
    _insert(connection, database, place, 0, now)


def move_apart(connection: Connection, database: Database, shared: str, place: Place, look_at: datetime, now: datetime) -> str:
    """Take what the digest `shared` has of one rule into a digest of its own, which is looked at first then; return that one's id."""
    into = _open(connection, database, place, now)
    connection.execute(update(digest).where(digest.c.id == into).values(next_at=look_at))
    of_rule = select(alert.c.id).where(alert.c.rule == place.rule)
    connection.execute(update(digest_item).where(digest_item.c.digest == shared, digest_item.c.alert.in_(of_rule)).values(digest=into))
    connection.execute(update(match).where(match.c.digest == shared, match.c.rule == place.rule).values(digest=into))
    return into


def groups_waiting(connection: Connection, rules: Collection[str], now: datetime) -> dict[str, datetime]:
    """By rule, when those of its alerts that wait for each other are told."""
    waits = (digest.c.kind == DigestKind.GROUP_WAIT) & digest.c.released_at.is_(None) & (digest.c.send_at > now)
    query = (
        select(digest.c.rule, func.max(digest.c.send_at).label("send_at")).where(digest.c.rule.in_(rules), waits).group_by(digest.c.rule)
    )
    return {row.rule: row.send_at for row in connection.execute(query).all()}


def _open(connection: Connection, database: Database, place: Place, now: datetime) -> str:
    """The digest of this place that is not released, locked, so that it cannot be before the transaction ends."""
    last = _last(connection, place)
    while last is None or last.released_at is not None:
        _insert(connection, database, place, 0 if last is None else last.round + 1, now)
        last = _last(connection, place)
    found: str = last.id
    return found


def _last(connection: Connection, place: Place) -> Row[Any, Any, Any] | None:
    mine = (digest.c.scope == place.scope) & (digest.c.kind == place.kind) & (digest.c.send_at == place.send_at)
    query = select(digest.c.id, digest.c.round, digest.c.released_at).where(mine).order_by(digest.c.round.desc()).limit(1)
    return connection.execute(query.with_for_update()).one_or_none()


def _insert(connection: Connection, database: Database, place: Place, number: int, now: datetime) -> None:
    values = {
        "id": digest_id(place.scope, place.kind, place.send_at.isoformat(), number),
        "workspace": place.workspace,
        "rule": place.rule,
        "scope": place.scope,
        "kind": place.kind,
        "send_at": place.send_at,
        "round": number,
        "channels": place.channels,
        "created_at": now,
        "next_at": place.send_at,
    }
    connection.execute(database.insert(digest).values(**values).on_conflict_do_nothing())
