"""What the readers of channels have muted of the messages that go out, as a whole or in part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, null, or_, select

from service.domain.mutes import Mute, say_mute
from service.storage.mutes import mutes_at
from service.storage.tables import alert, digest, digest_item
from service.storage.workspace_policies import workspace_defaults


@dataclass(frozen=True, slots=True)
class Muted:
    """`reasons`: why an alert or a digest is kept from a channel; `parts`: the alerts and updates in a digest, each with its number."""

    reasons: Mapping[tuple[str, str], str]
    parts: Mapping[str, tuple[tuple[str, int], ...]]

    def why(self, origin: str, channel: str) -> str | None:
        """Why all of this alert or digest is kept from the channel; None: it is sent."""
        reasons = [self.reasons.get((each, channel)) for each, _number in self.parts.get(origin, ())]
        return self.reasons.get((origin, channel)) or (reasons[0] if reasons and all(reasons) else None)

    def left_out(self, origin: str, channel: str) -> dict[tuple[str, int], str]:
        """What a digest that is sent to the channel goes without, and why."""
        if self.why(origin, channel):
            return {}
        found = {part: self.reasons.get((part[0], channel)) for part in self.parts.get(origin, ())}
        return {part: reason for part, reason in found.items() if reason}


NOTHING_MUTED = Muted({}, {})


def find_muted(connection: Connection, workspaces: Collection[str], origins: Collection[str], now: datetime) -> Muted:
    """What is muted at this moment of these alerts and digests."""
    mutes = mutes_at(connection, workspaces, now)
    if not mutes:
        return NOTHING_MUTED
    parts = _parts(connection, origins)
    among = {*origins, *(each for some in parts.values() for each, _number in some)}
    return Muted(_reasons(connection, among, mutes), parts)


def _parts(connection: Connection, origins: Collection[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    order = (digest_item.c.digest, digest_item.c.added_at, digest_item.c.alert, digest_item.c.number)
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for item in connection.execute(select(digest_item).where(digest_item.c.digest.in_(origins)).order_by(*order)).all():
        found[item.digest] = (*found.get(item.digest, ()), (item.alert, item.number))
    return found


def _reasons(connection: Connection, origins: Collection[str], mutes: Mapping[str, tuple[Mute, ...]]) -> dict[tuple[str, str], str]:
    """By alert or digest and channel.

    Who muted the story by the message of an alert that was joined into another hears nothing of that one.
    """
    story = alert.c.content["story"].as_string().label("story")
    alerts = select(alert.c.id, alert.c.workspace, alert.c.rule, alert.c.joined_into, story)
    digests = select(digest.c.id, digest.c.workspace, digest.c.rule, null().label("joined_into"), null().label("story"))
    told = (
        *connection.execute(alerts.where(or_(alert.c.id.in_(origins), alert.c.joined_into.in_(origins)))).all(),
        *connection.execute(digests.where(digest.c.id.in_(origins))).all(),
    )
    chosen = workspace_defaults(connection, mutes)
    return {
        (origin, each.channel): say_mute(each, chosen[row.workspace].zone)
        for row in told
        for origin in (row.id, row.joined_into)
        for each in mutes.get(row.workspace, ())
        if each.covers(rule=row.rule, story=row.story, alert=row.id)
    }
