"""How rules that alert on volume stand, and the alerts about their spikes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, literal, select, update

from service.domain.alerting import AlertDraft
from service.domain.spikes import KnownUsual, OpenSpike
from service.domain.telling import Hold
from service.storage.database import Database
from service.storage.decisions import save_message, send_or_collect
from service.storage.sightings import Frame
from service.storage.tables import Moment, alert, alert_item, match, sighting, volume

_usual = TypeAdapter(KnownUsual)
_spike = TypeAdapter(OpenSpike)


@dataclass(frozen=True, slots=True)
class Volume:
    """How a rule stands: the revision up to which its earlier matches are counted, what is usual now, and the spike that goes on."""

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


def find_volume(connection: Connection, workspace: str, rule_id: str) -> Volume:
    """How a rule stands. Whoever means to change that has its rule locked."""
    row = connection.execute(select(volume).where(volume.c.rule == rule_id)).one_or_none()
    if row is None:
        return Volume(rule_id, workspace)
    usual = _usual.validate_python(row.usual) if row.usual else None
    return Volume(rule_id, workspace, row.revision, usual, _spike.validate_python(row.spike) if row.spike else None)


def save_volume(connection: Connection, database: Database, stands: Volume) -> None:
    """Store how a rule stands."""
    values: dict[str, Any] = {
        "revision": stands.revision,
        "usual": stands.usual and _usual.dump_python(stands.usual, mode="json"),
        "spike": stands.spike and _spike.dump_python(stands.spike, mode="json"),
    }
    insert = database.insert(volume).values(rule=stands.rule, workspace=stands.workspace, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=[volume.c.rule], set_=values))


def save_fate(connection: Connection, matches: Collection[str], fate: Fate) -> None:
    """Note what became of these matches."""
    values = {"held": fate.held, "reason": fate.reason, "alert": fate.alert, "digest": fate.digest}
    connection.execute(update(match).where(match.c.id.in_(matches)).values(**values))


def save_spike(connection: Connection, database: Database, draft: AlertDraft, frame: Frame, now: datetime) -> tuple[str | None, int]:
    """Store the alert about a spike, or an update of it, with all that counted; return the digest it waits in, and the deliveries due."""
    save_message(connection, database, draft, now)
    connection.execute(update(alert).where(alert.c.id == draft.alert.id).values(updated_at=now))
    join_spike(connection, database, draft.alert.id, frame, now)
    digests, due = send_or_collect(connection, database, [draft], now)
    return digests.get(draft.message), due


def join_spike(connection: Connection, database: Database, alert_id: str, frame: Frame, now: datetime) -> None:
    """Put what counted in this frame into the alert about it."""
    counted = select(sighting.c.match).where(frame.holds)
    columns = (match.c.workspace, literal(alert_id), match.c.id, literal(now, Moment))
    rows = select(*columns).where(match.c.id.in_(counted))
    connection.execute(database.insert(alert_item).from_select(["workspace", "alert", "match", "added_at"], rows).on_conflict_do_nothing())
    connection.execute(update(match).where(match.c.id.in_(counted), match.c.alert.is_(None)).values(alert=alert_id))
