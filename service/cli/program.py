"""What the supervisor runs, and what it tells of it."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LONGEST_PAUSE = 30.0


async def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Program:
    """A program to keep running. It is ready once its output has shown `ready_line` and then `probe` returns.

    `grace` is how many seconds it has between SIGTERM and SIGKILL; `sockets` are file descriptors it inherits.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    ready_line: str
    probe: Callable[[], Awaitable[None]] = _nothing
    grace: float = 5.0
    sockets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """A program is up, for the first time or again."""

    program: Program
    pid: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A program takes long to come up: `seconds` so far."""

    program: Program
    seconds: float


@dataclass(frozen=True, slots=True)
class Died:
    """A program ended by itself and is started anew in `pause` seconds."""

    program: Program
    how: str
    pause: float
    tail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A program said something."""

    program: Program
    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A program was stopped; `forced` if it had to be killed."""

    program: Program
    forced: bool


Event = Ready | Waiting | Died | Line | Stopped
Tell = Callable[[Event], None]


def pause_after(failures: int) -> float:
    """How many seconds to wait after this many deaths in a row: 1, 2, 4 ... 30."""
    return float(min(LONGEST_PAUSE, 2 ** min(failures - 1, 10)))


def describe_end(code: int) -> str:
    """What a return code says, in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
