"""Mutes: for some time one channel hears nothing of a rule or of a story, as its reader wishes; all others do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.ids import derived_id
from service.domain.local_time import say_moment


class Muted(StrEnum):
    """What a reader mutes."""

    RULE = "rule"
    STORY = "story"


MUTED_FOR = {Muted.RULE: timedelta(days=1), Muted.STORY: timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class Mute:
    """Keeps the messages of `rule`, or those about `story`, from one channel.

    `alert` is by whose message it was muted: its updates are kept back even if the story becomes part of another.
    """

    id: str
    workspace: str
    channel: str
    rule: str | None
    story: str | None
    alert: str
    since: datetime
    ends_at: datetime

    def covers(self, *, rule: str | None, story: str | None = None, alert: str | None = None) -> bool:
        """Whether it keeps back a message of this rule, about this story, of this alert."""
        if self.rule is not None:
            return self.rule == rule
        return self.alert == alert or (self.story is not None and self.story == story)


def make_mute(muted: Muted, *, workspace: str, channel: str, rule: str, story: str | None, alert: str, now: datetime) -> Mute:
    """The mute that a reader asks for by the message of an alert; asked for again, it is the same one, which ends later."""
    made_of = rule if muted is Muted.RULE else (story or alert)
    return Mute(
        derived_id("mu", channel, muted, made_of), workspace, channel,
        rule if muted is Muted.RULE else None, story if muted is Muted.STORY else None, alert,
        now, now + MUTED_FOR[muted],
    )  # fmt: skip


def say_mute(mute: Mute, zone: ZoneInfo) -> str:
    """Why a message was not sent, for people in this zone."""
    what = "the rule" if mute.rule else "the story"
    return f"the reader of this channel muted {what} until {say_moment(mute.ends_at, zone, exact=True)} ({mute.id})"
