"""Between alerting and delivery: when the time of what was collected has come, make one message of it and its deliveries."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from service.domain.alerts import Alert
from service.domain.digests import MAX_ALERTS, POSTPONES, Collected, Digest, DigestKind, compose, is_plain
from service.domain.policies import Defaults, Policy, policy_of
from service.domain.routes import channels_for, channels_for_digest
from service.domain.rules import Rule
from service.domain.spikes import WINDOWS, Later
from service.domain.telling import digest_due
from service.edges import Edges
from service.pipeline.leases import forgiven
from service.storage.alerts import messages_of
from service.storage.claims import LeaseLost
from service.storage.collecting import Place, move_apart, open_first
from service.storage.database import Database
from service.storage.decisions import LockedRule, lock_rules, mutes_of, note_alerted, rules_by_id
from service.storage.digests import (
    ClaimedDigest,
    drop_empty,
    list_waiting,
    load_collected,
    lock_digest,
    lock_poison,
    note_put_off,
    note_told,
    postpone,
    release_as_alert,
    release_as_digest,
    release_one_by_one,
)
from service.storage.frames import Frame, count_independent
from service.storage.outgoing import Outgoing
from service.storage.tables import digest as digest_table
from service.storage.tables import rule as rule_table
from service.storage.tables import workspace as workspace_table
from service.storage.tallies import save_tallies
from service.storage.workspace_policies import WorkspacePolicy, workspace_defaults, workspace_policies

log = structlog.get_logger()

SOME = 20  # digests claimed at a time
MUTED_LOOK = timedelta(minutes=15)  # how often a muted rule's digest is looked at: the mute may be taken back


def release_due(edges: Edges, on_messages: Callable[[], None]) -> int:
    """Release every digest whose time has come; return how many. Safe to run anywhere, any number of times at once."""
    token, released = edges.new_id("lease"), 0
    while claimed := edges.store.digests.claim_digests(now=edges.now(), token=token, limit=SOME):
        with forgiven(edges, digest_table, token):
            for each in claimed:
                if _release_or_leave(edges, each):
                    on_messages()
        released += len(claimed)
    return released


def release(edges: Edges, claimed: ClaimedDigest) -> int:
    """Freeze what a claimed digest says and make its deliveries, in one transaction; return how many are due.

    Raises:
        LeaseLost: another worker has it by now; nothing is stored.
    """
    now, database = edges.now(), edges.store.database
    with database.write() as connection:
        # What is of several rules, people decide about who have locked the workspace for its budget, and then the rules.
        chosen = workspace_policies(connection, [claimed.workspace], lock_all=claimed.rule is None)[claimed.workspace]
        locked = lock_rules(connection, [claimed.rule] if claimed.rule else []).get(claimed.rule or "")
        policy = policy_of(locked.rule.spec.alerting, chosen.defaults) if locked else None
        zone = _zone(claimed, policy, chosen.defaults)
        lock_digest(connection, claimed)
        if policy and policy.mute_until and now < policy.mute_until:
            _put_off(connection, claimed, policy.mute_until, policy.zone, now)
            return 0
        alerts = tuple(_as_of_now(connection, each, now) for each in compose(_speaking(connection, database, claimed, zone, now)))
        if not alerts and not _wanted_empty(claimed, locked, policy):
            drop_empty(connection, claimed, now)
            return 0
        channels = channels_for_digest(locked.rule.spec.channels, alerts) if locked else claimed.channels
        if locked and claimed.kind in POSTPONES:
            _note_sent(connection, chosen, locked, now)
        note_told(connection, claimed, {each.id for each in alerts}, now, zone)
        if is_plain(claimed.kind, alerts):
            return release_as_alert(connection, database, claimed, replace(alerts[0], held=claimed.kind), channels, now)
        said = _digest_of(claimed, locked.rule if locked else None, alerts, now)
        return release_as_digest(connection, database, claimed, said, channels, now)


def give_up_poison(edges: Edges) -> int:
    """Give up the digests that ended every worker that put them together; return how many.

    Their alerts are told one by one, those of muted rules after the mute.
    """
    given_up = 0
    while _give_up_one(edges):
        given_up += 1
    return given_up


def open_empty(edges: Edges) -> int:
    """Have a digest for each rule that wants one even if nothing comes; return how many such rules there are."""
    wanting = edges.store.digests.rules_sending_empty()
    if not wanting:
        return 0
    now, database = edges.now(), edges.store.database
    with database.write() as connection:
        for rule, defaults in wanting:
            due = digest_due(policy_of(rule.spec.alerting, defaults), now)
            if due is not None:
                open_first(connection, database, Place(rule.workspace, rule.id, None, DigestKind.DIGEST, due), now)
    return len(wanting)


def _release_or_leave(edges: Edges, claimed: ClaimedDigest) -> int:
    try:
        return release(edges, claimed)
    except LeaseLost:
        log.warning("lease lost, digest left to another worker", digest=claimed.id)
        return 0


def _put_off(connection: Connection, claimed: ClaimedDigest, until: datetime, zone: ZoneInfo, now: datetime) -> None:
    """What a muted rule has to tell waits for the end of the mute."""
    if list_waiting(connection, claimed.id):
        postpone(connection, claimed, min(until, now + MUTED_LOOK))
        note_put_off(connection, claimed.id, until, zone)
    else:
        drop_empty(connection, claimed, now)


def _give_up_one(edges: Edges) -> bool:
    # Each in a transaction of its own: it takes its rules in order of id, as those do who decide about several.
    now, database = edges.now(), edges.store.database
    with database.write() as connection:
        poison = lock_poison(connection, now)
        if poison is not None:
            _give_up(connection, database, poison, now)
    return poison is not None


def _give_up(connection: Connection, database: Database, claimed: ClaimedDigest, now: datetime) -> None:
    waiting = list_waiting(connection, claimed.id)
    defaults = workspace_defaults(connection, [claimed.workspace])[claimed.workspace]
    rule = rules_by_id(connection, [claimed.rule])[claimed.rule] if claimed.rule else None
    zone = _zone(claimed, policy_of(rule.spec.alerting, defaults) if rule else None, defaults)
    muted = _set_muted_apart(connection, database, claimed, {each for each, _message in waiting}, zone, now)
    told = [
        Outgoing(claimed.workspace, _channels_alone(connection, rule, message) if rule else claimed.channels, *message)
        for its_rule, message in waiting
        if its_rule not in muted
    ]
    release_one_by_one(connection, database, claimed, told, now)


def _channels_alone(connection: Connection, rule: Rule, message: tuple[str, int]) -> tuple[str, ...] | None:
    """Where a message goes by itself. One is read at a time: all of them together are what ended the workers."""
    return channels_for(rule.spec.channels, messages_of(connection, {message})[message])


def _as_of_now(connection: Connection, alert: Alert, now: datetime) -> Alert:
    """What it says, and of a spike how it stands by now."""
    if alert.spike is None:
        return alert
    length = WINDOWS[alert.spike.window]
    (count,) = count_independent(connection, [Frame(alert.rule, now - length, now, length)])
    return replace(alert, spike=replace(alert.spike, later=Later(count, now)))


def _speaking(connection: Connection, database: Database, claimed: ClaimedDigest, zone: ZoneInfo, now: datetime) -> list[Collected]:
    """What waits in it; from a digest of several rules, what muted ones have to tell is set apart."""
    waiting = load_collected(connection, claimed)
    if claimed.rule is not None:
        return waiting
    muted = _set_muted_apart(connection, database, claimed, {each.message.rule for each in waiting}, zone, now)
    return [each for each in waiting if each.message.rule not in muted]


def _set_muted_apart(
    connection: Connection, database: Database, claimed: ClaimedDigest, rules: Collection[str], zone: ZoneInfo, now: datetime
) -> Collection[str]:
    """Those of these rules that are muted by now. What they have to tell waits for the end of their mute, each in a digest of its own."""
    mutes = mutes_of(connection, rules, now)
    for rule, until in sorted(mutes.items()):
        place = Place(claimed.workspace, rule, None, claimed.kind, until)
        apart = move_apart(connection, database, claimed.id, place, min(until, now + MUTED_LOOK), now)
        note_put_off(connection, apart, until, zone)
    return mutes.keys()


def _wanted_empty(claimed: ClaimedDigest, locked: LockedRule | None, policy: Policy | None) -> bool:
    """Whether its rule still wants to be told that there was nothing, at this very time."""
    if locked is None or policy is None or policy.plan is None or not locked.rule.live:
        return False
    muted = policy.mute_until is not None and claimed.send_at < policy.mute_until
    return policy.plan.send_empty and not muted and digest_due(policy, claimed.opened_at) == claimed.send_at


def _zone(claimed: ClaimedDigest, policy: Policy | None, defaults: Defaults) -> ZoneInfo:
    """The zone in which people were told when it would come."""
    if policy is None:
        return defaults.zone
    part = {DigestKind.DIGEST: policy.plan, DigestKind.QUIET_HOURS: policy.quiet}.get(claimed.kind)
    return policy.zone_of(part) if part else policy.zone


def _digest_of(claimed: ClaimedDigest, rule: Rule | None, alerts: tuple[Alert, ...], now: datetime) -> Digest:
    rule_id, name = (rule.id, rule.spec.name) if rule else (None, None)
    return Digest(
        claimed.id, claimed.workspace, claimed.kind, rule_id, name, claimed.opened_at, now, len(alerts), alerts[:MAX_ALERTS]
    )  # fmt: skip


def _note_sent(connection: Connection, chosen: WorkspacePolicy, locked: LockedRule, now: datetime) -> None:
    rule = locked.rule
    policy = policy_of(rule.spec.alerting, chosen.defaults)
    note_alerted(connection, [rule.id], now)
    if policy.cap is not None:
        save_tallies(connection, rule_table, {rule.id: locked.sent.with_one(now, policy.zone)})
    if policy.budget is not None:
        save_tallies(connection, workspace_table, {rule.workspace: chosen.spent.with_one(now, policy.zone)})
