"""When there is something to tell: at once, later with others, or not at all, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from service.domain.digest_times import next_digest
from service.domain.digests import Collect, DigestKind
from service.domain.local_time import next_day, next_hour
from service.domain.policies import NOTHING_CHOSEN, Defaults, Policy
from service.domain.quiet_hours import quiet_until
from service.domain.silences import Silence, say_silence
from service.domain.tallies import NONE_SENT, Tally


class Hold(StrEnum):
    """Why a match raises no alert. Stored with the match, so that "why did I not get this?" has an answer."""

    BASELINE = "baseline"  # it was there before the workspace followed the feed
    OLDER_THAN_RULE = "older_than_rule"  # the article had come before the rule was made
    RULE_CHANGED = "rule_changed"  # the rule was disabled or deleted while it matched
    MUTED = "muted"
    SILENCED = "silenced"
    COOLING_DOWN = "cooling_down"
    ALREADY_ALERTED = "already_alerted"  # the same page came by another feed before
    JOINED = "joined"  # its story has an alert, which it joined without a message
    COUNTED = "counted"  # its rule alerts on volume, for which it counts


_HOLDS: Mapping[Hold, str] = MappingProxyType(
    {
        Hold.BASELINE: "it was there before you followed the feed",
        Hold.OLDER_THAN_RULE: "the article had come before the rule was made",
        Hold.RULE_CHANGED: "the rule was disabled or deleted just then",
        Hold.MUTED: "the rule was muted",
        Hold.SILENCED: "a silence held it",
        Hold.COOLING_DOWN: "the rule had alerted less than its cooldown before",
        Hold.ALREADY_ALERTED: "the same page had come by another feed",
        Hold.JOINED: "it joined the alert of its story in silence",
        Hold.COUNTED: "the rule alerts on spikes, for which it counts",
    }
)


def say_hold(hold: Hold) -> str:
    """Why there was no alert, for people."""
    return _HOLDS[hold]


@dataclass(frozen=True, slots=True)
class Silent:
    """Tell nothing."""

    hold: Hold
    silence: Silence | None = None

    @property
    def text(self) -> str:
        """Why, for people."""
        return say_silence(self.silence) if self.silence else str(self.hold)


@dataclass(frozen=True, slots=True)
class Pace:
    """What telling depends on, beside the rule: its workspace's defaults and silences, and what was sent.

    `alerted_at`: when the rule last sent something; `group_until`: when those that wait for each other are told, if some do; `sent`: the
    messages of the rule, `spent`: of the whole workspace.
    """

    defaults: Defaults = NOTHING_CHOSEN
    silences: tuple[Silence, ...] = ()
    group_until: datetime | None = None
    sent: Tally = NONE_SENT
    spent: Tally = NONE_SENT


NO_HASTE = Pace()


def tell_when(
    policy: Policy, pace: Pace, now: datetime, *, alerted_at: datetime | None = None, silence: Silence | None = None, corrects: bool = False
) -> Silent | Collect | None:
    """None: now. A correction of what was told does not wait for a cooldown."""
    if policy.mute_until is not None and now < policy.mute_until:
        return Silent(Hold.MUTED)
    if silence is not None:
        return Silent(Hold.SILENCED, silence)
    later = _by_the_clock(policy, pace, now)
    if later is not None:
        return later
    # `alerted_at` may lie after `now`: another worker alerted between our look at the clock and our turn.
    if policy.cooldown and not corrects and alerted_at is not None and now < alerted_at + policy.cooldown:
        return Silent(Hold.COOLING_DOWN)
    return _too_much(policy, pace, now) or _wait(policy, now)


def wake(policy: Policy, at: datetime) -> datetime:
    """The first moment from `at` on when it is not quiet."""
    if policy.quiet is None or policy.urgent:
        return at
    return quiet_until(policy.quiet, policy.zone_of(policy.quiet), policy.holidays, at) or at


def digest_due(policy: Policy, now: datetime) -> datetime | None:
    """When what is collected now comes as the rule's digest; None: it has none."""
    if policy.plan is None:
        return None
    return wake(policy, next_digest(policy.plan, policy.zone_of(policy.plan), now))


def _by_the_clock(policy: Policy, pace: Pace, now: datetime) -> Collect | None:
    due = digest_due(policy, now)
    if due is not None and policy.plan is not None:
        return Collect(DigestKind.DIGEST, due, policy.zone_of(policy.plan))
    awake = wake(policy, now)
    if awake > now and policy.quiet is not None:
        return Collect(DigestKind.QUIET_HOURS, awake, policy.zone_of(policy.quiet))
    if pace.group_until is not None and now < pace.group_until:
        return Collect(DigestKind.GROUP_WAIT, pace.group_until, policy.zone)
    return None


def _too_much(policy: Policy, pace: Pace, now: datetime) -> Collect | None:
    cap, zone = policy.cap, policy.zone
    if cap is not None and cap.day is not None and pace.sent.today(now, zone) >= cap.day:
        return Collect(DigestKind.CAP, wake(policy, next_day(now, zone)), zone)
    if cap is not None and cap.hour is not None and pace.sent.this_hour(now, zone) >= cap.hour:
        return Collect(DigestKind.CAP, wake(policy, next_hour(now, zone)), zone)
    if policy.budget is not None and not policy.urgent and pace.spent.today(now, zone) >= policy.budget:
        return Collect(DigestKind.BUDGET, wake(policy, next_day(now, zone)), zone)
    return None


def _wait(policy: Policy, now: datetime) -> Collect | None:
    if not policy.group_wait:
        return None
    return Collect(DigestKind.GROUP_WAIT, wake(policy, now + policy.group_wait), policy.zone)
