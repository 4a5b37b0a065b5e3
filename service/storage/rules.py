"""Rules: as users wrote them, and as an index takes them in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from service.domain.policies import SpikePlan
from service.domain.routes import channel_of
from service.domain.rules import Rule, RuleSpec, Saved, match_alike
from service.matching.saved_rules import gather_saved, rules_named
from service.storage.actors import as_matched
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.revisions import next_revision
from service.storage.saved_rules import check_change, finder, renew, with_saved
from service.storage.tables import rule, volume

_SOME = 500  # rules read in one transaction


class StaleRevision(Exception):
    """The rule has changed since the caller read it: nothing is written."""


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """Every rule changed since some revision, deleted ones too, and the revision that this leads to."""

    rules: tuple[Rule, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules in the database."""

    database: Database

    def add_rule(self, spec: RuleSpec, *, new_id: str, caller: Caller) -> Rule:
        """Store a new rule. Articles stored after this returns are matched against it.

        Raises:
            BadUse: its query uses a rule that it cannot use.
            RuleInUse: other rules' queries use another of its name.
        """
        with self.database.write() as connection:
            added = Rule(new_id, caller.workspace, spec, next_revision(self.database, connection), caller.now, caller.now)
            check_change(connection, caller.workspace, new_id, spec)
            connection.execute(rule.insert().values(**_values(added)))
            record(connection, caller, "rule.create", new_id)
        return added

    def change_rule(
        self, rule_id: str, change: Callable[[RuleSpec], RuleSpec], *, caller: Caller, expected: Collection[int] | None = None
    ) -> Rule | None:
        """Replace a rule's spec by what `change` makes of it; None if there is no such rule.

        Two changes at once are made one after the other: neither is lost. The rules that use it are taken in anew, too.

        Raises:
            StaleRevision: the rule's revision is none of those `expected`.
            BadUse: its query uses a rule that it cannot use.
            RuleInUse: the queries of other rules would mean something else, or could not be used.
        """
        with self.database.write() as connection:
            revision = next_revision(self.database, connection)  # also the lock that keeps changes apart
            old = _find(connection, caller.workspace, rule_id)
            if old is None:
                return None
            _expect(old, expected)
            new = Rule(old.id, old.workspace, change(old.spec), revision, old.created_at, caller.now)
            reached = check_change(connection, caller.workspace, rule_id, new.spec)
            renew(connection, {rule_id, *reached}, revision, match_alike=match_alike(old.spec, new.spec))
            connection.execute(update(rule).where(rule.c.id == rule_id).values(**_values(new)))
            if not isinstance(new.spec.alerting.when, SpikePlan):
                _count_no_more(connection, rule_id)
            record(connection, caller, "rule.change", rule_id)
        return new

    def delete_rule(self, rule_id: str, *, caller: Caller, expected: Collection[int] | None = None) -> bool:
        """Delete a rule; alerts it has raised are still delivered. False if there is no such rule.

        Raises:
            StaleRevision: the rule's revision is none of those `expected`.
            RuleInUse: the queries of other rules use it.
        """
        with self.database.write() as connection:
            revision = next_revision(self.database, connection)
            old = _find(connection, caller.workspace, rule_id)
            if old is None:
                return False
            _expect(old, expected)
            check_change(connection, caller.workspace, rule_id, None)
            connection.execute(update(rule).where(rule.c.id == rule_id).values(deleted_at=caller.now, revision=revision))
            record(connection, caller, "rule.delete", rule_id)
        return True

    def find_rule(self, workspace: str, rule_id: str) -> Rule | None:
        """A rule of this workspace."""
        with self.database.read() as connection:
            return _find(connection, workspace, rule_id)

    def list_rules(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Page[Rule]:
        """A workspace's rules, newest first."""
        query = select(rule).where(rule.c.workspace == workspace, rule.c.deleted_at.is_(None))
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=rule.c.created_at, key=rule.c.id, cursor=cursor, limit=limit, to_item=to_rule)

    def rules_with_channel(self, workspace: str, channel: str) -> tuple[Rule, ...]:
        """The rules that name this channel."""
        query = select(rule).where(rule.c.workspace == workspace, rule.c.deleted_at.is_(None)).order_by(rule.c.name)
        with self.database.read() as connection:
            rules = [to_rule(row) for row in connection.execute(query).all()]
        return tuple(each for each in rules if channel in map(channel_of, each.spec.channels or ()))

    def changes_since(self, revision: int) -> RuleChanges:
        """What an index at `revision` has to take in, in order of change, each rule with those it uses and what is said of actors."""
        with self.database.read() as connection:
            query = select(rule).where(rule.c.revision > revision).order_by(rule.c.revision)
            written = [to_rule(row) for row in connection.execute(query).all()]
            rules = as_matched(connection, with_saved(connection, written), revision)
        return RuleChanges(rules, max((each.revision for each in rules), default=revision))

    def live_specs(self) -> Iterator[RuleSpec]:
        """Every rule that articles are matched against, of all workspaces, a few at a time: there may be many."""
        after = ""
        while rows := self._live_after(after):
            yield from (RuleSpec.model_validate(definition) for _rule_id, definition in rows)
            after = rows[-1][0]

    def saved_for(self, workspace: str, spec: RuleSpec, rule_id: str = "") -> Saved:
        """What the query of `spec`, the rule of this id or a new one, uses, at any depth."""
        if not rules_named(spec.query):
            return {}
        with self.database.read() as connection:
            return gather_saved(spec, finder(connection, workspace, {rule_id: spec}))

    def _live_after(self, rule_id: str) -> list[tuple[str, Any]]:
        enabled = rule.c.definition["enabled"].as_boolean()
        live = select(rule.c.id, rule.c.definition).where(rule.c.id > rule_id, rule.c.deleted_at.is_(None), enabled)
        with self.database.read() as connection:
            return [(row.id, row.definition) for row in connection.execute(live.order_by(rule.c.id).limit(_SOME))]


def to_rule(row: Row[Any]) -> Rule:
    """A rule from its row."""
    return Rule(
        row.id, row.workspace, RuleSpec.model_validate(row.definition), row.revision, row.created_at, row.updated_at, row.deleted_at
    )


def _find(connection: Connection, workspace: str, rule_id: str) -> Rule | None:
    mine = (rule.c.workspace == workspace) & (rule.c.id == rule_id) & rule.c.deleted_at.is_(None)
    row = connection.execute(select(rule).where(mine)).one_or_none()
    return to_rule(row) if row else None


def _count_no_more(connection: Connection, rule_id: str) -> None:
    """What it matches from now on does not count towards spikes: should it alert on volume again, that is counted then."""
    connection.execute(update(volume).where(volume.c.rule == rule_id).values(revision=0))


def _expect(found: Rule, expected: Collection[int] | None) -> None:
    if expected is not None and found.revision not in expected:
        raise StaleRevision(found.id)


def _values(one: Rule) -> dict[str, Any]:
    return {
        "id": one.id,
        "workspace": one.workspace,
        "name": one.spec.name,
        "definition": one.spec.model_dump(mode="json"),
        "revision": one.revision,
        "uses_rules": bool(rules_named(one.spec.query)),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
    }
