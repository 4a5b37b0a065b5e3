"""What waits to be told together, and the one message that it becomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.alerts import Alert, AlertedArticle
from service.domain.coverage import Coverage
from service.domain.local_time import say_moment

MAX_ALERTS = 200  # that one digest says; of more it tells how many


class DigestKind(StrEnum):
    """Why alerts are collected."""

    DIGEST = "digest"  # the rule tells by the hour, day or week
    QUIET_HOURS = "quiet_hours"
    GROUP_WAIT = "group_wait"  # for others of the rule
    CAP = "cap"  # the rule has told as much as it may
    BUDGET = "budget"  # all rules of the workspace have


# Whoever set these wants alerts, only not at once: one that is alone comes as what it is.
POSTPONES = frozenset({DigestKind.QUIET_HOURS, DigestKind.GROUP_WAIT})


@dataclass(frozen=True, slots=True)
class Collect:
    """Tell it with others at `send_at`; people read that in this zone."""

    kind: DigestKind
    send_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Collected:
    """A message that waits: an alert or an update of one, and who reports its story by now."""

    message: Alert
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one message says of all that was collected from `since` until it was put together at `created_at`.

    Each alert is there once, an update of one that was told before with all its news. `count` is how many there were; `rule` is None
    where it is about several.
    """

    id: str
    workspace: str
    kind: DigestKind
    rule: str | None
    rule_name: str | None
    since: datetime
    created_at: datetime
    count: int
    alerts: tuple[Alert, ...]

    def without(self, left_out: Collection[str]) -> Digest:
        """The digest for who has muted these of its alerts."""
        return replace(self, count=self.count - len(left_out), alerts=tuple(each for each in self.alerts if each.id not in left_out))


def say_collect(collect: Collect) -> str:
    """Why it is not told at once, and when it will be."""
    when = say_moment(collect.send_at, collect.zone, exact=True)
    match collect.kind:
        case DigestKind.DIGEST:
            return f"collected for the digest of {when}"
        case DigestKind.QUIET_HOURS:
            return f"quiet hours until {when}"
        case DigestKind.GROUP_WAIT:
            return f"waits until {when} for others of this rule"
        case DigestKind.CAP:
            return f"more than the rule's cap, collected for the digest of {when}"
        case DigestKind.BUDGET:
            return f"more than the workspace's budget, collected for the digest of {when}"


def say_told(reason: str, kind: DigestKind, at: datetime, zone: ZoneInfo) -> str:
    """What becomes of a match's reason, which ends with `say_collect`, once that is told."""
    when = say_moment(at, zone, exact=True)
    match kind:
        case DigestKind.DIGEST:
            told = f"told in the digest of {when}"
        case DigestKind.QUIET_HOURS:
            told = f"held by quiet hours, told {when}"
        case DigestKind.GROUP_WAIT:
            told = f"waited for others of this rule, told {when}"
        case DigestKind.CAP:
            told = f"more than the rule's cap, told in the digest of {when}"
        case DigestKind.BUDGET:
            told = f"more than the workspace's budget, told in the digest of {when}"
    return "; ".join((*reason.split("; ")[:-1], told))


def say_put_off(reason: str, until: datetime, zone: ZoneInfo) -> str:
    """What becomes of that reason where the rule is muted when its time has come."""
    return "; ".join((*reason.split("; ")[:-1], f"the rule is muted, told after {say_moment(until, zone, exact=True)}"))


def say_told_alone(reason: str) -> str:
    """What becomes of that reason where the digest could not be put together."""
    return "; ".join((*reason.split("; ")[:-1], "told by itself, as its digest could not be put together"))


def compose(items: Iterable[Collected]) -> tuple[Alert, ...]:
    """What is told of each alert of which something waits, those that most outlets report first."""
    by_alert: dict[str, list[Collected]] = {}
    for each in items:
        by_alert.setdefault(each.message.id, []).append(each)
    told = [_merge(waiting) for waiting in by_alert.values()]
    return tuple(sorted(told, key=lambda alert: (-(alert.coverage.independent if alert.coverage else 1), alert.created_at, alert.id)))


def is_plain(kind: DigestKind, alerts: Sequence[Alert]) -> bool:
    """Whether it goes out as the one alert or update that it is."""
    return len(alerts) == 1 and kind in POSTPONES


def _merge(waiting: Sequence[Collected]) -> Alert:
    """One message of several about the same alert, as of the last: with the alert itself among them, nothing of it was told."""
    numbered = sorted(waiting, key=lambda each: each.message.update.number if each.message.update else 0)
    first, last = numbered[0].message, numbered[-1]
    articles: dict[str, AlertedArticle] = {article.id: article for each in numbered for article in each.message.articles}
    coverage = last.coverage or last.message.coverage
    merged = replace(last.message, articles=tuple(articles.values()), coverage=coverage, update=None)
    if merged.spike is not None and first.update is None:
        merged = replace(merged, spike=replace(merged.spike, told=None))
    if first.update is None or last.message.update is None:
        return merged
    news = dict.fromkeys(news for each in numbered if each.message.update for news in each.message.update.news)
    return replace(merged, update=replace(last.message.update, news=tuple(news)))
