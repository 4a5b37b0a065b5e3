"""What every worker loads before its first task, in the process whose forks they are: five seconds of CPU, once instead of each time."""

from __future__ import annotations

import gc

import celery.apps.beat
import celery.apps.worker
import celery.concurrency.thread  # noqa: F401
import kombu.transport.redis  # noqa: F401
from celery.bin.celery import celery as program

import workers.tasks  # noqa: F401
from service.language import load_classifier
from service.matching.things import load_things

__all__ = ["program"]

gc.disable()
load_classifier()
load_things()
gc.freeze()
gc.enable()
