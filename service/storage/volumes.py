"""How rules that alert on volume stand, and the alerts about their spikes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, select, update

from service.domain.alerting import AlertDraft
from service.domain.policies import SpikePlan, policy_of
from service.domain.rules import Rule
from service.domain.spike_times import REACH
from service.domain.spikes import KnownUsual, OpenSpike, Usual, least_of, still_open
from service.domain.telling import Hold
from service.storage.database import Database
from service.storage.decisions import lock_rules, save_message, send_or_collect
from service.storage.frames import IN_FRAME, MOST, Frame
from service.storage.gauge import Gauge
from service.storage.sightings import refill
from service.storage.tables import alert, alert_item, match, sighting, volume, workspace
from service.storage.workspace_policies import to_defaults

_usual = TypeAdapter(KnownUsual)
_spike = TypeAdapter(OpenSpike)


@dataclass(frozen=True, slots=True)
class Volume:
    """How a rule stands: its revision when its earlier matches were counted (0: they are not), what is usual, the spike that goes on."""

    rule: str
    workspace: str
    revision: int = 0
    usual: KnownUsual | None = None
    spike: OpenSpike | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of matches that count: why they were not told, and the alert that they are in."""

    held: Hold | None
    reason: str
    alert: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What there is of a rule's volume at this moment. `ready_at`: from when on it is known what is usual, where it is not."""

    plan: SpikePlan
    count: int
    usual: Usual | None
    least: int | None
    ready_at: datetime | None
    spike: str | None


@dataclass(frozen=True, slots=True)
class Volumes:
    """The volumes of rules in the database."""

    database: Database

    def look(self, rule: Rule, now: datetime) -> Look | None:
        """How a rule stands now; None: it alerts on articles. Unless it has only just begun to, it waits for nobody and holds up nobody."""
        with self.database.read() as connection:
            chosen = connection.execute(select(workspace.c.alerting).where(workspace.c.id == rule.workspace)).scalar_one()
        policy = policy_of(rule.spec.alerting, to_defaults(chosen))
        if policy.spike is None:
            return None
        gauge, stands = Gauge(rule.id, policy.spike, policy.zone_of(policy.spike)), self._up_to_date(rule, now)
        with self.database.read() as connection:
            measured = gauge.measure(connection, gauge.know_usual(connection, now, stands.usual), now)
            ready = gauge.ready_at(connection, now) if measured.usual is None else None
        spike = still_open(stands.spike, now, gauge.length)
        least = least_of(measured.usual, policy.spike.sensitivity) if measured.usual else None
        return Look(policy.spike, measured.count, measured.usual, least, ready, spike.alert if spike else None)

    def _up_to_date(self, rule: Rule, now: datetime) -> Volume:
        with self.database.read() as connection:
            stands = _stored(connection, rule)
        if stands.revision:
            return stands
        with self.database.write() as connection:
            locked = lock_rules(connection, [rule.id]).get(rule.id)
            return find_volume(connection, self.database, locked.rule, now) if locked else stands


def find_volume(connection: Connection, database: Database, rule: Rule, now: datetime) -> Volume:
    """How a rule, which is locked, stands; what it matched while it did not alert on volume is counted from now on.

    What it matches while it does is counted as it comes, however the rule is edited.
    """
    stands = _stored(connection, rule)
    if stands.revision:
        return stands
    refill(connection, database, rule.id, now - REACH)
    stands = replace(stands, revision=rule.revision, usual=None)
    save_volume(connection, database, stands)
    return stands


def save_volume(connection: Connection, database: Database, stands: Volume) -> None:
    """Store how a rule stands."""
    values: dict[str, Any] = {
        "revision": stands.revision,
        "usual": stands.usual and _usual.dump_python(stands.usual, mode="json"),
        "spike": stands.spike and _spike.dump_python(stands.spike, mode="json"),
    }
    insert = database.insert(volume).values(rule=stands.rule, workspace=stands.workspace, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=[volume.c.rule], set_=values))


def _stored(connection: Connection, rule: Rule) -> Volume:
    row = connection.execute(select(volume).where(volume.c.rule == rule.id)).one_or_none()
    return Volume(rule.id, rule.workspace) if row is None else _to_volume(row)


def _to_volume(row: Row[Any]) -> Volume:
    usual = _usual.validate_python(row.usual) if row.usual else None
    return Volume(row.rule, row.workspace, row.revision, usual, _spike.validate_python(row.spike) if row.spike else None)


def save_fate(connection: Connection, matches: Collection[str], fate: Fate) -> None:
    """Note what became of these matches."""
    values = {"held": fate.held, "reason": fate.reason, "alert": fate.alert, "digest": fate.digest}
    connection.execute(update(match).where(match.c.id.in_(matches)).values(**values))


def save_spike(
    connection: Connection, database: Database, draft: AlertDraft, frame: Frame, reason: str, now: datetime
) -> tuple[str | None, int]:
    """Store the alert about a spike, or an update of it, with all that counted, each of which has the reason.

    Returns the digest it waits in, and the deliveries due.
    """
    save_message(connection, database, draft, now)
    connection.execute(update(alert).where(alert.c.id == draft.alert.id).values(updated_at=now))
    counted = select(sighting.c.match).where(IN_FRAME).order_by(sighting.c.at.desc()).limit(MOST)
    matches = list(connection.execute(counted, frame.values).scalars())
    join_spike(connection, database, draft.alert.workspace, draft.alert.id, matches, reason, now)
    digests, due = send_or_collect(connection, database, [draft], now)
    return digests.get(draft.message), due


def join_spike(
    connection: Connection, database: Database, workspace: str, alert_id: str, matches: Sequence[str], reason: str, now: datetime
) -> None:
    """Put these matches into the alert about the spike for which they count; one that was in another stays there, too."""
    items = [{"workspace": workspace, "alert": alert_id, "match": each, "added_at": now} for each in matches]
    connection.execute(database.insert(alert_item).on_conflict_do_nothing(), items)
    connection.execute(update(match).where(match.c.id.in_(matches), match.c.alert.is_(None)).values(alert=alert_id, reason=reason))
