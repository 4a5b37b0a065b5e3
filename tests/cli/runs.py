"""The command as a real process, read line by line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.cli.house import CODE

LIMIT = 300.0  # seconds, after which a run is killed so that no test hangs


@dataclass
class Run:
    """A running command and what it has said so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def until(self, pattern: str) -> re.Match[str]:
        """Read on to the first line that `pattern` is found in."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"it ended without saying {pattern!r}; it said:\n{''.join(self.said)}")

    def end(self) -> int:
        """Read to the end; the exit code."""
        assert self.process.stdout is not None
        self.said += self.process.stdout.readlines()
        return self.process.wait()

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.end()


@contextmanager
def wirewatch(*arguments: str, data_dir: Path, **settings: str) -> Iterator[Run]:
    """Run the command in an environment that has only these settings; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=CODE,
        env=environment(data_dir, settings),
        start_new_session=True,
    )
    guard = threading.Timer(LIMIT, process.kill)
    guard.start()
    try:
        yield Run(process)
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def environment(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment, with only these of our settings; words alone decide, unless they say otherwise."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("WIREWATCH_")}
    ours = {f"WIREWATCH_{name.upper()}": value for name, value in settings.items()}
    return {**others, "WIREWATCH_DATA_DIR": str(data_dir), "WIREWATCH_API_PORT": "0", "WIREWATCH_MEANING": "off", **ours}


def is_running(pid: int) -> bool:
    """Whether there is such a process, zombies aside."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
