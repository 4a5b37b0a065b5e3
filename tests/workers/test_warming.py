"""What a fresh worker loads before the first article comes, and what beat does without."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from service.collector import YOUNG
from workers.warming import warm_up


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


def test_what_was_loaded_is_left_out_by_the_collector_which_works_again_afterwards() -> None:
    at_work = list[bool]()
    frozen = gc.get_freeze_count()
    with capture_logs() as logs:
        warm_up([lambda: at_work.append(gc.isenabled())])
    assert at_work == [False]
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen
    assert [each["event"] for each in logs] == ["warmed up"]


def test_the_collector_looks_seldom_in_a_worker() -> None:
    gc.set_threshold(700)
    warm_up([])
    assert gc.get_threshold()[0] == YOUNG


def test_a_database_that_does_not_answer_leaves_the_loading_to_the_first_task() -> None:
    def fail() -> None:
        raise OperationalError("SELECT 1", None, Exception("gone"))

    with capture_logs() as logs:
        warm_up([fail])
    assert gc.isenabled()
    assert [(each["event"], each["log_level"]) for each in logs] == [("not warmed up: the database does not answer", "warning")]


def test_the_app_that_beat_has_brings_none_of_the_work() -> None:
    code = "import sys, workers.app; print(*(name for name in ('service.edges', 'service.matching', 'numpy') if name in sys.modules))"
    environment = {**os.environ, "WIREWATCH_BROKER_URL": "redis://127.0.0.1/0"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
