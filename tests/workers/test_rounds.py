"""A round rings for each stage by itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest
import redis
from celery import Celery

from service.edges import Edges
from service.pipeline.steps import take_each
from service.storage.audit import Caller
from tests.conftest import START
from workers.rounds import RINGING


@pytest.fixture
def bells(broker: tuple[str, subprocess.Popen[bytes]]) -> Iterator[redis.Redis]:
    """Where what is rung stands in a list of this name."""
    app = Celery("rung", broker=broker[0], set_as_current=True)
    app.conf.task_default_queue = "bells"
    client = redis.Redis(unix_socket_path=broker[0].removeprefix("redis+socket://").partition("?")[0])
    yield client
    client.close()
    app.close()


def test_a_stage_that_cannot_be_looked_at_costs_no_other_its_bell(edges: Edges, bells: redis.Redis) -> None:
    by = Caller("ws_1", "test", START, "au_1")
    edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=START)
    edges.store.feeds.follow("https://gazette.example/feed", new_id="fd_1", tags=[], alert_existing=False, caller=by)
    with edges.store.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE article RENAME TO elsewhere")
    assert take_each(edges, dict(reversed([*RINGING.items()]))) == ("ring_match",)
    rung = [json.loads(each)["headers"]["task"] for each in bells.lrange("bells", 0, -1)]
    assert rung == ["workers.tasks.poll"]
