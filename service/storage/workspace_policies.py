"""What workspaces choose for all their rules, and what they have sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from service.domain.policies import NOTHING_CHOSEN, Defaults
from service.domain.tallies import NONE_SENT, Tally
from service.storage.tables import workspace
from service.storage.tallies import to_tally


@dataclass(frozen=True, slots=True)
class WorkspacePolicy:
    """A workspace's choices at this moment; with a budget it is locked, so that nobody else spends of it until the transaction ends."""

    defaults: Defaults = NOTHING_CHOSEN
    spent: Tally = NONE_SENT


def to_defaults(value: Any) -> Defaults:
    """What a workspace has chosen, from its column."""
    return Defaults.model_validate(value) if value else NOTHING_CHOSEN


def workspace_defaults(connection: Connection, ids: Collection[str]) -> dict[str, Defaults]:
    """What these workspaces have chosen; nothing is locked."""
    chosen = select(workspace.c.id, workspace.c.alerting).where(workspace.c.id.in_(ids))
    return {row.id: to_defaults(row.alerting) for row in connection.execute(chosen).all()}


def workspace_policies(connection: Connection, ids: Collection[str], *, lock_all: bool = False) -> dict[str, WorkspacePolicy]:
    """Those of these workspaces. Call it before rules are locked: whoever needs both takes them in this order.

    With `lock_all` they are locked also without a budget: somebody else may have read one that is taken away just now.
    """
    defaults = workspace_defaults(connection, ids)
    limited = [each for each, one in defaults.items() if lock_all or one.budget is not None]
    # Weaker than FOR UPDATE: new rows that refer to the workspace need not wait.
    locked = (
        select(workspace.c.id, workspace.c.sent).where(workspace.c.id.in_(limited)).order_by(workspace.c.id).with_for_update(key_share=True)
    )
    spent = {row.id: to_tally(row.sent) for row in connection.execute(locked).all()} if limited else {}
    return {each: WorkspacePolicy(one, spent.get(each, NONE_SENT)) for each, one in defaults.items()}
