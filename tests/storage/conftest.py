"""A database with a workspace in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime

import pytest

from service.storage.audit import Caller
from service.storage.database import Database
from service.storage.store import Store, open_store
from tests.make import NOON, SEALER

CallerAt = Callable[..., Caller]


@pytest.fixture
def store(database: Database) -> Store:
    """A store with the workspaces "ws_1" and "ws_2"."""
    opened = open_store(database, SEALER)
    for workspace in ("ws_1", "ws_2"):
        opened.workspaces.get_or_add_workspace(workspace, new_id=workspace, now=NOON)
    return opened


@pytest.fixture
def caller() -> CallerAt:
    """Makes callers, of "ws_1" at noon unless told otherwise."""
    numbers = itertools.count(1)

    def make(workspace: str = "ws_1", now: datetime = NOON) -> Caller:
        return Caller(workspace, "test", now, f"au_{next(numbers)}")

    return make
