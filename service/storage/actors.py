"""What workspaces say of actors, and how it reaches their rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from service.domain.actors import ActorChange
from service.domain.rules import Rule, RuleSpec, Saved
from service.matching.actor_changes import actor_key, by_actor, changed_spec, keys_of
from service.matching.tokens import names_in
from service.storage.audit import Caller, record
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.revisions import next_revision
from service.storage.saved_rules import renew, users_of
from service.storage.tables import actor_change, rule

_newest_first = select(actor_change).order_by(actor_change.c.updated_at.desc(), actor_change.c.actor)


@dataclass(frozen=True, slots=True)
class Actors:
    """Changes of actors in the database."""

    database: Database

    def list_changes(self, workspace: str, *, cursor: str | None = None, limit: int = 50) -> Page[ActorChange]:
        """A workspace's changes, the last changed first."""
        query = select(actor_change).where(actor_change.c.workspace == workspace)
        moment, key = actor_change.c.updated_at, actor_change.c.actor
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=moment, key=key, cursor=cursor, limit=limit, to_item=_shown)

    def find_change(self, workspace: str, actor: str) -> ActorChange | None:
        """What the workspace says of the actor of this key, under whichever of its names it was said."""
        with self.database.read() as connection:
            return by_actor(_said(connection, workspace)).get(actor)

    def save_change(self, change: ActorChange, *, caller: Caller) -> None:
        """Put `change` in place of what the workspace said of the actor. Articles stored after this returns are matched so."""
        said = {"name": change.name, "aliases": list(change.aliases), "strikes": list(change.strikes), "updated_at": caller.now}
        with self.database.write() as connection:
            revision = next_revision(self.database, connection)
            before = _take_back(connection, caller.workspace, keys_of(change))
            connection.execute(actor_change.insert().values(workspace=caller.workspace, actor=change.actor, **said))
            _renew_rules(connection, caller.workspace, keys_of(change) | before, revision)
            record(connection, caller, "actor.change", change.actor)

    def delete_change(self, actor: str, *, caller: Caller) -> bool:
        """Take back what the workspace said of the actor. False if it said nothing."""
        with self.database.write() as connection:
            revision = next_revision(self.database, connection)
            before = _take_back(connection, caller.workspace, {actor})
            if not before:
                return False
            _renew_rules(connection, caller.workspace, before, revision)
            record(connection, caller, "actor.delete", actor)
        return True

    def as_matched(self, workspace: str, spec: RuleSpec) -> RuleSpec:
        """The rule as the workspace's articles are held against it."""
        return changed_spec(spec, self._changes(workspace))

    def saved_as_matched(self, workspace: str, saved: Saved) -> Saved:
        """The rules that a query uses, likewise."""
        return _changed_saved(saved, self._changes(workspace)) if saved else saved

    def _changes(self, workspace: str) -> Mapping[str, ActorChange]:
        with self.database.read() as connection:
            return by_actor(_said(connection, workspace))


def as_matched(connection: Connection, rules: Sequence[Rule], since: int) -> tuple[Rule, ...]:
    """Rules of a revision greater than `since`, each with what its workspace says of actors.

    To be called after the rules were read. A change that commits in between is in them too early, which does no harm: its
    revision comes with the next look. The other way round it would be missing, and no revision would bring it again.
    """
    if not rules:
        return ()
    said: dict[str, list[ActorChange]] = {}
    concerned = select(rule.c.workspace).where(rule.c.revision > since)
    for row in connection.execute(_newest_first.where(actor_change.c.workspace.in_(concerned))).all():
        said.setdefault(row.workspace, []).append(_to_change(row))
    changes = {workspace: by_actor(each) for workspace, each in said.items()}
    return tuple(_as_matched(each, changes.get(each.workspace)) for each in rules)


def _as_matched(written: Rule, changes: Mapping[str, ActorChange] | None) -> Rule:
    if not changes:
        return written
    return replace(written, spec=changed_spec(written.spec, changes), saved=_changed_saved(written.saved, changes))


def _changed_saved(saved: Saved, changes: Mapping[str, ActorChange]) -> Saved:
    return {key: spec and changed_spec(spec, changes) for key, spec in saved.items()}


def _said(connection: Connection, workspace: str) -> list[ActorChange]:
    return [_to_change(row) for row in connection.execute(_newest_first.where(actor_change.c.workspace == workspace)).all()]


def _take_back(connection: Connection, workspace: str, keys: Set[str]) -> set[str]:
    """Delete what was said of the actor of these keys; return the keys of what that was."""
    said = [change for change in _said(connection, workspace) if not keys.isdisjoint(keys_of(change))]
    for change in said:
        mine = (actor_change.c.workspace == workspace) & (actor_change.c.actor == change.actor)
        connection.execute(delete(actor_change).where(mine))
    return {key for change in said for key in keys_of(change)}


def _renew_rules(connection: Connection, workspace: str, keys: Set[str], revision: int) -> None:
    """Give each live rule that names the actor of these keys, or uses one that does, the revision, so that indexes take it in anew."""
    naming = dict(_naming(connection, workspace, keys))
    if naming:
        live = {rule_id for rule_id, is_live in naming.items() if is_live}
        renew(connection, live | users_of(connection, workspace, naming.keys()), revision)


def _naming(connection: Connection, workspace: str, keys: Set[str]) -> Iterator[tuple[str, bool]]:
    """The rules that name the actor of these keys, among their actors or in their query, each with whether it is enabled."""
    # Only the actors are read, and queries that have some: a workspace may have 100,000 rules, and all who change one wait for us.
    here, definition = (rule.c.workspace == workspace) & rule.c.deleted_at.is_(None), rule.c.definition
    enabled, query = definition["enabled"].as_boolean(), definition["query"].as_string()
    for rule_id, is_enabled, actors in connection.execute(select(rule.c.id, enabled, definition["actors"]).where(here)):
        if not keys.isdisjoint(_keys(actors)):
            yield rule_id, is_enabled
    for rule_id, is_enabled, written in connection.execute(select(rule.c.id, enabled, query).where(here, query.ilike("%actor:%"))):
        if not keys.isdisjoint(map(actor_key, names_in(written, "actor"))):
            yield rule_id, is_enabled


def _keys(actors: Iterable[Any]) -> set[str]:
    return {actor_key(each if isinstance(each, str) else each["name"]) for each in actors}


def _shown(row: Row[Any]) -> ActorChange:
    return replace(_to_change(row), actor=actor_key(row.name))


def _to_change(row: Row[Any]) -> ActorChange:
    return ActorChange(row.actor, row.name, tuple(row.aliases), tuple(row.strikes))
