"""The beat table names what there is, and leaves out nothing."""

from __future__ import annotations

import inspect

from service.pipeline.sweep import FORGETTING, QUEUES
from service.storage.backlogs import STAGES
from workers import tasks
from workers.schedule import SCHEDULE


def scheduled(task: str) -> set[str]:
    """What this task is sent for."""
    return {each["args"][0] for each in SCHEDULE.values() if each["task"] == f"workers.tasks.{task}"}


def test_every_stage_queue_and_kind_of_old_rows_has_its_turn() -> None:
    assert scheduled("sweep") == set(STAGES)
    assert scheduled("set_aside") == set(QUEUES)
    assert scheduled("forget") == set(FORGETTING)


def test_what_is_scheduled_is_a_task_that_takes_those_arguments() -> None:
    for each in SCHEDULE.values():
        task = getattr(tasks, each["task"].removeprefix("workers.tasks."))
        inspect.signature(task.run).bind(*each["args"])
