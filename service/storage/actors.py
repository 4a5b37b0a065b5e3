"""What workspaces say of actors, and how it reaches their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select

from service.domain.actors import ActorChange
from service.domain.rules import Rule, RuleSpec, Saved
from service.matching.actor_changes import actor_key, changed_spec
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.revisions import next_revision
from service.storage.saved_rules import renew, users_of
from service.storage.tables import actor_change, rule


@dataclass(frozen=True, slots=True)
class Actors:
    """Changes of actors in the database."""

    database: Database

    def list_changes(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Page[ActorChange]:
        """A workspace's changes, the last changed first."""
        query = select(actor_change).where(actor_change.c.workspace == workspace)
        moment, key = actor_change.c.updated_at, actor_change.c.actor
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=moment, key=key, cursor=cursor, limit=limit, to_item=_to_change)

    def find_change(self, workspace: str, actor: str) -> ActorChange | None:
        """What the workspace says of the actor of this key."""
        with self.database.read() as connection:
            row = connection.execute(select(actor_change).where(_one(workspace, actor))).one_or_none()
        return _to_change(row) if row else None

    def save_change(self, change: ActorChange, *, caller: Caller) -> None:
        """Put `change` in place of what the workspace said of the actor. Articles stored after this returns are matched so."""
        said = {"name": change.name, "aliases": list(change.aliases), "strikes": list(change.strikes), "updated_at": caller.now}
        with self.database.write() as connection:
            revision = next_revision(self.database, connection)
            step = self.database.insert(actor_change).values(workspace=caller.workspace, actor=change.actor, **said)
            connection.execute(step.on_conflict_do_update(index_elements=["workspace", "actor"], set_=said))
            _renew_rules(connection, caller.workspace, change.actor, revision)
            record(connection, caller, "actor.change", change.actor)

    def delete_change(self, actor: str, *, caller: Caller) -> bool:
        """Take back what the workspace said of the actor. False if it said nothing."""
        with self.database.write() as connection:
            revision = next_revision(self.database, connection)
            if connection.execute(delete(actor_change).where(_one(caller.workspace, actor))).rowcount == 0:
                return False
            _renew_rules(connection, caller.workspace, actor, revision)
            record(connection, caller, "actor.delete", actor)
        return True

    def as_matched(self, workspace: str, spec: RuleSpec) -> RuleSpec:
        """The rule as the workspace's articles are held against it."""
        return changed_spec(spec, self._changes(workspace, [spec]))

    def saved_as_matched(self, workspace: str, saved: Saved) -> Saved:
        """The rules that a query uses, likewise."""
        return _changed_saved(saved, self._changes(workspace, [spec for spec in saved.values() if spec]))

    def _changes(self, workspace: str, specs: Iterable[RuleSpec]) -> Mapping[str, ActorChange]:
        named = {actor_key(actor.name) for spec in specs for actor in spec.watched}
        if not named:
            return {}
        query = select(actor_change).where(actor_change.c.workspace == workspace, actor_change.c.actor.in_(named))
        with self.database.read() as connection:
            return {row.actor: _to_change(row) for row in connection.execute(query).all()}


def as_matched(connection: Connection, rules: Sequence[Rule], since: int) -> tuple[Rule, ...]:
    """Rules of a revision greater than `since`, each with what its workspace says of actors.

    To be called after the rules were read. A change that commits in between is in them too early, which does no harm: its
    revision comes with the next look. The other way round it would be missing, and no revision would bring it again.
    """
    if not rules:
        return ()
    changes: dict[str, dict[str, ActorChange]] = {}
    concerned = select(rule.c.workspace).where(rule.c.revision > since)
    for row in connection.execute(select(actor_change).where(actor_change.c.workspace.in_(concerned))).all():
        changes.setdefault(row.workspace, {})[row.actor] = _to_change(row)
    return tuple(_as_matched(each, changes.get(each.workspace)) for each in rules)


def _as_matched(written: Rule, changes: Mapping[str, ActorChange] | None) -> Rule:
    if not changes:
        return written
    return replace(written, spec=changed_spec(written.spec, changes), saved=_changed_saved(written.saved, changes))


def _changed_saved(saved: Saved, changes: Mapping[str, ActorChange]) -> Saved:
    return {key: spec and changed_spec(spec, changes) for key, spec in saved.items()}


def _renew_rules(connection: Connection, workspace: str, actor: str, revision: int) -> None:
    """Give each live rule that names the actor, or uses a rule that does, the revision, so that every index takes it in anew."""
    # Only the actors are read: a workspace may have 100,000 rules, and everybody who changes a rule waits for us.
    here = (rule.c.workspace == workspace) & rule.c.deleted_at.is_(None)
    actors, enabled = rule.c.definition["actors"].label("actors"), rule.c.definition["enabled"].as_boolean().label("enabled")
    naming = {
        row.id: row.enabled for row in connection.execute(select(rule.c.id, actors, enabled).where(here)) if actor in _keys(row.actors)
    }
    if naming:
        live = {rule_id for rule_id, is_live in naming.items() if is_live}
        renew(connection, live | users_of(connection, workspace, naming.keys()), revision)


def _keys(actors: Iterable[Any]) -> set[str]:
    return {actor_key(each if isinstance(each, str) else each["name"]) for each in actors}


def _one(workspace: str, actor: str) -> ColumnElement[bool]:
    return (actor_change.c.workspace == workspace) & (actor_change.c.actor == actor)


def _to_change(row: Row[Any]) -> ActorChange:
    return ActorChange(row.actor, row.name, tuple(row.aliases), tuple(row.strikes))
