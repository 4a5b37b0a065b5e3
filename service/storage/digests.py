"""Digests: what waits in them, and the messages that they became."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, or_, select, update

from service.domain.alerts import Alert
from service.domain.digests import Collected, Digest, DigestKind, say_put_off, say_told, say_told_alone
from service.domain.policies import Defaults
from service.domain.rules import Rule
from service.storage.alerts import dump_content, messages_of, to_living
from service.storage.claims import claim_due, finish, is_poison
from service.storage.database import Database
from service.storage.outgoing import Outgoing, save_deliveries
from service.storage.paging import Page, fetch_page
from service.storage.rules import to_rule
from service.storage.tables import alert, alert_update, digest, digest_item, match, rule, workspace
from service.storage.workspace_policies import to_defaults

_digest = TypeAdapter(Digest)


@dataclass(frozen=True, slots=True)
class ClaimedDigest:
    """A digest whose time has come. `channels` are those of one about several rules."""

    id: str
    workspace: str
    rule: str | None
    kind: DigestKind
    channels: tuple[str, ...] | None
    opened_at: datetime
    send_at: datetime
    lease_token: str


@dataclass(frozen=True, slots=True)
class ListedDigest:
    """A digest as it stands: something about `alerts` waits or waited in it.

    `content` is what it said; None where it waits, or sent no message of its own.
    """

    id: str
    workspace: str
    rule: str | None
    kind: DigestKind
    created_at: datetime
    send_at: datetime
    released_at: datetime | None
    alerts: tuple[str, ...]
    content: Digest | None


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests in the database."""

    database: Database

    def claim_digests(self, *, now: datetime, token: str, limit: int) -> tuple[ClaimedDigest, ...]:
        """Take up to `limit` due digests under the lease `token`."""
        return tuple(_claimed(row) for row in claim_due(self.database, digest, now=now, token=token, limit=limit))

    def list_digests(
        self, workspace_id: str, *, rule_id: str | None = None, waiting: bool | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[ListedDigest]:
        """A workspace's digests with something in them or to say, newest first: all, those that wait, or those that do not."""
        filled = or_(select(digest_item.c.alert).where(digest_item.c.digest == digest.c.id).exists(), digest.c.released_at.is_(None))
        query = select(digest).where(digest.c.workspace == workspace_id, or_(filled, _has_content()))
        if rule_id is not None:
            query = query.where(digest.c.rule == rule_id)
        if waiting is not None:
            query = query.where(digest.c.released_at.is_(None) if waiting else digest.c.released_at.is_not(None))
        with self.database.read() as connection:
            page = fetch_page(
                connection, query, moment=digest.c.created_at, key=digest.c.id, cursor=cursor, limit=limit, to_item=lambda row: row
            )
            return Page(_listed(connection, page.items), page.next_cursor)

    def find_digest(self, workspace_id: str, digest_id: str) -> ListedDigest | None:
        """A digest of this workspace."""
        with self.database.read() as connection:
            rows = connection.execute(select(digest).where(digest.c.workspace == workspace_id, digest.c.id == digest_id)).all()
            return next(iter(_listed(connection, rows)), None)

    def digests_of(self, messages: Collection[tuple[str, int]]) -> dict[tuple[str, int], ListedDigest]:
        """Where alerts (0) and their updates wait or waited, by alert and number; those that were told at once are left out."""
        wanted = select(digest_item).where(digest_item.c.alert.in_({each for each, _number in messages}))
        with self.database.read() as connection:
            items = connection.execute(wanted).all()
            rows = connection.execute(select(digest).where(digest.c.id.in_({item.digest for item in items}))).all()
            found = {each.id: each for each in _listed(connection, rows)}
        return {(item.alert, item.number): found[item.digest] for item in items if (item.alert, item.number) in messages}

    def rules_sending_empty(self) -> tuple[tuple[Rule, Defaults], ...]:
        """The live rules that send digests with nothing in them, too, each with what its workspace chose."""
        own = rule.c.definition[("alerting", "when", "send_empty")].as_boolean()
        theirs = and_(_says_nothing(), workspace.c.alerting[("when", "send_empty")].as_boolean())
        enabled = rule.c.definition["enabled"].as_boolean()
        joined = rule.join(workspace, workspace.c.id == rule.c.workspace)
        query = select(rule, workspace.c.alerting.label("chosen")).select_from(joined)
        with self.database.read() as connection:
            rows = connection.execute(query.where(rule.c.deleted_at.is_(None), enabled, or_(own, theirs)).order_by(rule.c.id)).all()
        return tuple((to_rule(row), to_defaults(row.chosen)) for row in rows)


def lock_poison(connection: Connection, now: datetime) -> ClaimedDigest | None:
    """One of the digests that ended every worker that put them together, locked; None: there is no such digest."""
    query = select(digest).where(is_poison(digest, now)).order_by(digest.c.id).limit(1).with_for_update()
    row = connection.execute(query).one_or_none()
    return _claimed(row) if row else None


def list_waiting(connection: Connection, digest_id: str) -> list[tuple[str, tuple[str, int]]]:
    """What waits in a digest, unread: the rule of each message, and the alert with the number of the update."""
    columns = (alert.c.rule, digest_item.c.alert, digest_item.c.number)
    joined = digest_item.join(alert, alert.c.id == digest_item.c.alert)
    query = select(*columns).select_from(joined).where(digest_item.c.digest == digest_id).order_by(*columns)
    return [(row.rule, (row.alert, row.number)) for row in connection.execute(query).all()]


def lock_digest(connection: Connection, claimed: ClaimedDigest) -> None:
    """Let nothing more come into a claimed digest until the transaction ends."""
    connection.execute(select(digest.c.id).where(digest.c.id == claimed.id).with_for_update()).one()


def load_collected(connection: Connection, claimed: ClaimedDigest) -> list[Collected]:
    """What waits in a claimed digest, the oldest first."""
    query = (
        select(digest_item)
        .where(digest_item.c.digest == claimed.id)
        .order_by(digest_item.c.added_at, digest_item.c.alert, digest_item.c.number)
    )
    items = connection.execute(query).all()
    messages = messages_of(connection, {(item.alert, item.number) for item in items})
    rows = connection.execute(select(alert).where(alert.c.id.in_({item.alert for item in items}))).all()
    coverage = {row.id: to_living(row).coverage for row in rows if row.living}
    return [Collected(messages[item.alert, item.number], coverage.get(item.alert)) for item in items]


def release_as_alert(
    connection: Connection, database: Database, claimed: ClaimedDigest, told: Alert, channels: Sequence[str] | None, now: datetime
) -> int:
    """End a digest with the one alert or update that was in it; return how many deliveries are due."""
    if told.update is None:
        number, saved = 0, update(alert).where(alert.c.id == told.id)
    else:
        number = told.update.number
        saved = update(alert_update).where(alert_update.c.alert == told.id, alert_update.c.number == number)
    connection.execute(saved.values(content=dump_content(told)))  # nobody has been told of it yet
    finish(connection, digest, claimed.id, claimed.lease_token, next_at=None, released_at=now)
    outgoing = Outgoing(claimed.workspace, None if channels is None else tuple(channels), alert=told.id, number=number)
    return save_deliveries(connection, database, [outgoing], now)


def release_as_digest(
    connection: Connection, database: Database, claimed: ClaimedDigest, said: Digest, channels: Sequence[str] | None, now: datetime
) -> int:
    """End a digest with its message, frozen from now on; return how many deliveries are due."""
    content = _digest.dump_python(said, mode="json")
    finish(connection, digest, claimed.id, claimed.lease_token, next_at=None, released_at=now, content=content)
    outgoing = Outgoing(claimed.workspace, None if channels is None else tuple(channels), digest=claimed.id)
    return save_deliveries(connection, database, [outgoing], now)


def release_one_by_one(
    connection: Connection, database: Database, given_up: ClaimedDigest, told: Sequence[Outgoing], now: datetime
) -> None:
    """End a digest that cannot be put together with a message for each thing that was in it."""
    save_deliveries(connection, database, told, now)
    _reword(connection, match.c.digest == given_up.id, say_told_alone)
    finish(connection, digest, given_up.id, given_up.lease_token, next_at=None, released_at=now)


def note_told(connection: Connection, claimed: ClaimedDigest, alerts: Collection[str], now: datetime, zone: ZoneInfo) -> None:
    """Have the matches that waited in a digest, all of these alerts, say that they are told."""
    _reword(
        connection, match.c.alert.in_(alerts) & (match.c.digest == claimed.id), lambda reason: say_told(reason, claimed.kind, now, zone)
    )


def note_put_off(connection: Connection, digest_id: str, until: datetime, zone: ZoneInfo) -> None:
    """Have the matches that wait in a digest say that they wait for the end of their rule's mute."""
    _reword(connection, match.c.digest == digest_id, lambda reason: say_put_off(reason, until, zone))


def drop_empty(connection: Connection, claimed: ClaimedDigest, now: datetime) -> None:
    """End a digest with nothing in it in silence."""
    finish(connection, digest, claimed.id, claimed.lease_token, next_at=None, released_at=now)


def postpone(connection: Connection, claimed: ClaimedDigest, until: datetime) -> None:
    """Look at a digest again at another time."""
    finish(connection, digest, claimed.id, claimed.lease_token, next_at=until)


def load_digests(connection: Connection, ids: Collection[str]) -> Mapping[str, Digest]:
    """What these digests say."""
    if not ids:
        return {}
    rows = connection.execute(select(digest.c.id, digest.c.content).where(digest.c.id.in_(ids))).all()
    return {row.id: _digest.validate_python(row.content) for row in rows}


def count_waiting(connection: Connection) -> dict[str, int]:
    """How many messages wait in digests, by kind."""
    joined = digest_item.join(digest, digest.c.id == digest_item.c.digest)
    query = select(digest.c.kind, func.count()).select_from(joined).where(digest.c.released_at.is_(None)).group_by(digest.c.kind)
    found = {str(kind): count for kind, count in connection.execute(query).all()}
    return {str(kind): found.get(kind, 0) for kind in DigestKind}


def _reword(connection: Connection, which: ColumnElement[bool], say: Callable[[str], str]) -> None:
    rows = connection.execute(select(match.c.id, match.c.reason).where(which, match.c.reason.is_not(None))).all()
    said = [{"of": row.id, "said": say(row.reason)} for row in rows]
    changed = [each for each, row in zip(said, rows, strict=True) if each["said"] != row.reason]
    if changed:
        connection.execute(update(match).where(match.c.id == bindparam("of")).values(reason=bindparam("said")), changed)


def _says_nothing() -> Any:
    # JSON null and no such field are different things to PostgreSQL.
    return func.coalesce(rule.c.definition[("alerting", "when")].as_string(), "null") == "null"


def _has_content() -> Any:
    return func.coalesce(digest.c.content["id"].as_string(), "") != ""


def _claimed(row: Row[Any]) -> ClaimedDigest:
    channels = None if row.channels is None else tuple(row.channels)
    return ClaimedDigest(row.id, row.workspace, row.rule, DigestKind(row.kind), channels, row.created_at, row.send_at, row.lease_token)


def _listed(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[ListedDigest, ...]:
    order = (digest_item.c.added_at, digest_item.c.alert)
    query = select(digest_item.c.digest, digest_item.c.alert).where(digest_item.c.digest.in_([row.id for row in rows])).order_by(*order)
    alerts: dict[str, dict[str, None]] = {row.id: {} for row in rows}
    for item in connection.execute(query).all():
        alerts[item.digest][item.alert] = None
    return tuple(
        ListedDigest(
            row.id, row.workspace, row.rule, DigestKind(row.kind), row.created_at, row.send_at, row.released_at, tuple(alerts[row.id]),
            _digest.validate_python(row.content) if row.content else None,
        )
        for row in rows
    )  # fmt: skip
