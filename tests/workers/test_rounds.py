"""A look at a stage rings for it if something is due."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest
import redis
from celery import Celery

from service.edges import Edges
from service.storage.audit import Caller
from tests.conftest import START
from workers.rounds import ring_for, ring_for_waiting


@pytest.fixture
def bells(broker: tuple[str, subprocess.Popen[bytes]]) -> Iterator[redis.Redis]:
    """Where what is rung stands in a list of this name."""
    app = Celery("rung", broker=broker[0], set_as_current=True)
    app.conf.task_default_queue = "bells"
    client = redis.Redis(unix_socket_path=broker[0].removeprefix("redis+socket://").partition("?")[0])
    yield client
    client.close()
    app.close()


def rung(bells: redis.Redis) -> list[str]:
    return [json.loads(each)["headers"]["task"] for each in bells.lrange("bells", 0, -1)]


def test_a_stage_is_rung_for_if_something_is_due_there(edges: Edges, bells: redis.Redis) -> None:
    by = Caller("ws_1", "test", START, "au_1")
    edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=START)
    edges.store.feeds.follow("https://gazette.example/feed", new_id="fd_1", tags=[], alert_existing=False, caller=by)
    ring_for(edges, "match")
    assert rung(bells) == []
    ring_for(edges, "poll")
    assert rung(bells) == ["workers.tasks.poll"]
    ring_for_waiting(edges)
    assert rung(bells) == ["workers.tasks.poll"] * 2
