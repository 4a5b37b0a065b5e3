"""Beat's health, as its container is asked for it."""

from __future__ import annotations

import json
import os
import subprocess
from itertools import pairwise
from pathlib import Path

from celery import Celery
from kombu.utils.imports import symbol_by_name

from tests.deployment.conftest import SECRETS, compose_config

HOUR = 3600


def test_beat_is_well_as_long_as_it_writes_its_schedule(tmp_path: Path) -> None:
    beat = json.loads(compose_config(SECRETS).stdout)["services"]["beat"]
    said = dict(pairwise(beat["command"]))
    schedule = Path(said["--schedule"])
    kind, question = beat["healthcheck"]["test"]
    assert kind == "CMD-SHELL"

    def is_well() -> bool:
        return subprocess.run(["/bin/sh", "-c", question.replace(str(schedule.parent), str(tmp_path))], check=False).returncode == 0

    assert not is_well(), "it has not begun"
    scheduler = symbol_by_name(said["--scheduler"])(app=Celery(), schedule_filename=str(tmp_path / schedule.name))
    assert is_well()
    for written in tmp_path.iterdir():
        os.utime(written, (written.stat().st_atime - HOUR, written.stat().st_mtime - HOUR))
    assert not is_well(), "it has stopped"
    untouched = {path: path.stat().st_mtime for path in tmp_path.iterdir() if not path.name.endswith(".alive")}
    scheduler.sync()
    for path, moment in untouched.items():  # a kind of dbm that writes its file when it is closed
        os.utime(path, (moment, moment))
    assert is_well()
    scheduler.close()
