"""Celery's programs as forks of a process that has loaded what they need (loaded.py); in all else they are what the command starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

FORKING = get_context("forkserver")
FORKING.set_forkserver_preload(["tests.loaded"])


class Fork:
    """A running fork, that can be waited for as a `Popen` can."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        begun, beginning = FORKING.Pipe(duplex=False)
        self._process = FORKING.Process(target=_run, args=(arguments, dict(environment), log, beginning))
        self._process.start()
        beginning.close()
        with begun:
            begun.poll(None)  # until the child has let go of the other end, too
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int | None:
        """Wait until it has ended, but no longer than this."""
        self._process.join(timeout)
        return self.poll()


def _run(arguments: Sequence[str], environment: Mapping[str, str], log: Path, beginning: Connection) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    beginning.close()
    sys.argv = ["celery", *arguments]

    from tests.loaded import program

    program(auto_envvar_prefix="CELERY")
