"""Rules that the queries of other rules use: what their names mean in a workspace, and whom a change of one reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sqlalchemy import Connection, bindparam, select, update

from service.domain.rules import Rule, RuleSpec
from service.matching.query import QueryError
from service.matching.saved_rules import RuleNames, check_saved, gather_saved, rules_named
from service.storage.tables import rule

Find: TypeAlias = Callable[[str], Sequence[RuleSpec]]


class RuleInUse(Exception):
    """Other rules' queries use the rule, or its name, and would mean something else or nothing: nothing is written.

    `users` are those rules, as (id, name); `complaint` is what is wrong with the query of the only one, where the rule may stay.
    """

    def __init__(self, users: Sequence[tuple[str, str]], complaint: str | None = None) -> None:
        super().__init__(", ".join(rule_id for rule_id, _name in users))
        self.users, self.complaint = tuple(users), complaint


class BadUse(Exception):
    """The query uses a rule that it cannot use (any more): nothing is written."""


@dataclass(frozen=True, slots=True)
class _User:
    """A rule that uses others: those that its query names."""

    id: str
    name: str
    spec: RuleSpec
    named: tuple[str, ...]


def with_saved(connection: Connection, rules: Sequence[Rule]) -> list[Rule]:
    """The rules, each with those that its query uses.

    To be called after the rules were read: a change that commits in between is in them too early, which does no harm.
    """
    using = {each.workspace for each in rules if each.live and rules_named(each.spec.query)}
    find = {workspace: finder(connection, workspace) for workspace in using}
    return [_with_saved(each, find[each.workspace]) if each.live and each.workspace in find else each for each in rules]


def _with_saved(one: Rule, find: Find) -> Rule:
    return replace(one, saved=gather_saved(one.spec, find)) if rules_named(one.spec.query) else one


def finder(connection: Connection, workspace: str, put: Mapping[str, RuleSpec] | None = None) -> Find:
    """Finds the rules that something written means in the workspace; those of `put`, by id, are as they are there."""
    put = put or {}
    names = RuleNames(_names(connection, workspace) | {rule_id: spec.name for rule_id, spec in put.items()})
    known = dict(put)

    def find(written: str) -> list[RuleSpec]:
        ids = names.meant(written)
        new = [each for each in ids if each not in known]
        rows = connection.execute(select(rule.c.id, rule.c.definition).where(rule.c.id.in_(new))).all() if new else ()
        known.update((row.id, RuleSpec.model_validate(row.definition)) for row in rows)
        return [known[each] for each in ids if each in known]

    return find


def check_change(connection: Connection, workspace: str, rule_id: str, new: RuleSpec | None) -> set[str]:
    """Whether the rule may become `new` (None: deleted); the live rules that the change reaches, by their queries.

    Raises:
        RuleInUse: a rule's query would mean another rule, or none, or could not be used any more.
        BadUse: so it is with the query of `new` itself.
    """
    users = _users(connection, workspace, but=rule_id)
    if not users and not (new and rules_named(new.query)):
        return set()
    names = _names(connection, workspace)
    after = RuleNames({each: name for each, name in names.items() if each != rule_id} | ({rule_id: new.name} if new else {}))
    _check_meanings(users, RuleNames(names), after)
    reached = _reached(users, {rule_id}, after)
    if new is not None:
        _check_queries(finder(connection, workspace), finder(connection, workspace, {rule_id: new}), new, reached)
    return {each.id for each in reached if each.spec.enabled}


def users_of(connection: Connection, workspace: str, changed: Set[str]) -> set[str]:
    """The live rules whose queries use one of the changed, directly or not."""
    users = _users(connection, workspace)
    reached = _reached(users, changed, RuleNames(_names(connection, workspace))) if users else []
    return {each.id for each in reached if each.spec.enabled}


def renew(connection: Connection, rules: Iterable[str], revision: int, *, match_alike: bool = False) -> None:
    """Give the rules the revision, so that every index takes them in anew; `match_alike`: what they match is not changed by it."""
    # In order of id, as matching locks rules, so that none waits for another in a circle.
    renewed = [{"renewed": each} for each in sorted(rules)]
    values = {"revision": revision} if match_alike else {"revision": revision, "matching_revision": revision}
    if renewed:
        connection.execute(update(rule).where(rule.c.id == bindparam("renewed")).values(**values), renewed)


def _check_meanings(users: Iterable[_User], before: RuleNames, after: RuleNames) -> None:
    hurt = [each for each in users if any(_loses(before.meant(written), after.meant(written)) for written in each.named)]
    if hurt:
        raise RuleInUse([(each.id, each.name) for each in hurt])


def _loses(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    return len(before) == 1 and after != before


def _check_queries(before: Find, after: Find, new: RuleSpec, reached: Iterable[_User]) -> None:
    if (complaint := _complaint(new, after)) is not None:
        raise BadUse(complaint)
    for each in reached:
        if (complaint := _complaint(each.spec, after)) is not None and _complaint(each.spec, before) is None:
            raise RuleInUse([(each.id, each.name)], complaint)


def _complaint(spec: RuleSpec, find: Find) -> str | None:
    try:
        check_saved(spec.query or "", gather_saved(spec, find))
    except QueryError as error:
        return str(error)
    return None


def _reached(users: Sequence[_User], changed: Set[str], names: RuleNames) -> list[_User]:
    """The users of the changed rules, and theirs."""
    users_of: dict[str, list[_User]] = {}
    for each in users:
        for used in {meant for written in each.named for meant in names.meant(written)}:
            users_of.setdefault(used, []).append(each)
    reached: dict[str, _User] = {}
    waiting = [*changed]
    while waiting:
        new = {each.id: each for each in users_of.get(waiting.pop(), ()) if each.id not in reached}
        reached |= new
        waiting += new
    return list(reached.values())


def _users(connection: Connection, workspace: str, but: str | None = None) -> list[_User]:
    query = select(rule.c.id, rule.c.definition).where(_mine(workspace), rule.c.uses_rules)
    specs = {row.id: RuleSpec.model_validate(row.definition) for row in connection.execute(query).all() if row.id != but}
    return [_User(rule_id, spec.name, spec, rules_named(spec.query)) for rule_id, spec in specs.items()]


def _names(connection: Connection, workspace: str) -> dict[str, str]:
    return {row.id: row.name for row in connection.execute(select(rule.c.id, rule.c.name).where(_mine(workspace))).all()}


def _mine(workspace: str) -> Any:
    return (rule.c.workspace == workspace) & rule.c.deleted_at.is_(None)
