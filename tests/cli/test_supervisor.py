"""The supervisor, with small programs of our own."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.cli.house import CODE
from service.cli.program import Died, Event, Line, Program, Ready, Stopped
from service.cli.supervisor import StartFailed, kept_running
from tests.cli.runs import is_running

STEADY = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STEADY}"
BROKEN = "print('no such thing as a database'); raise SystemExit(3)"
CHILD = "import signal; signal.pause()"
PARENT = f"import subprocess, sys; print('child', subprocess.Popen([sys.executable, '-c', '{CHILD}']).pid, flush=True); {STEADY}"
BABBLER = f"print('x' * 3_000_000); {STEADY}"


@dataclass
class Told:
    """What the supervisor has told, and a way to wait for it."""

    events: list[Event] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self.news.set()

    async def until(self, wanted: Callable[[list[Event]], bool]) -> None:
        async with asyncio.timeout(60):
            while not wanted(self.events):
                self.news.clear()
                await self.news.wait()

    def pids(self) -> list[int]:
        return [event.pid for event in self.events if isinstance(event, Ready)]


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    def make(source: str, name: str = "one", grace: float = 30.0) -> Program:
        return Program(
            name=name, command=(sys.executable, "-c", source), environment=dict(os.environ), folder=tmp_path,
            log=tmp_path / f"{name}.log", ready_line="up", grace=grace,
        )  # fmt: skip

    return make


def test_what_is_killed_runs_again(program: Callable[..., Program]) -> None:
    told = Told()

    async def play() -> None:
        async with kept_running([program(STEADY)], told):
            os.kill(told.pids()[0], signal.SIGKILL)
            await told.until(lambda _: len(told.pids()) == 2)

    asyncio.run(play())

    died = next(event for event in told.events if isinstance(event, Died))
    assert (died.how, died.pause, died.tail) == ("was killed by SIGKILL", 1.0, ("up",))
    assert not any(is_running(pid) for pid in told.pids())


def test_a_program_that_does_not_start_stops_the_others_and_says_why(program: Callable[..., Program]) -> None:
    told = Told()

    async def play() -> None:
        async with kept_running([program(STEADY, "steady"), program(BROKEN, "broken")], told):
            pytest.fail("it began although one is broken")

    with pytest.raises(StartFailed, match=r"(?s)broken ended with exit code 3 while starting.*no such thing as a database.*broken\.log"):
        asyncio.run(play())
    assert not any(is_running(pid) for pid in told.pids())


def test_a_program_that_cannot_be_run_is_named(program: Callable[..., Program], tmp_path: Path) -> None:
    missing = Program("none", (str(tmp_path / "no-such-file"),), dict(os.environ), tmp_path, tmp_path / "none.log", "up")

    async def play() -> None:
        async with kept_running([missing], Told()):
            pytest.fail("it began")

    with pytest.raises(StartFailed, match="no-such-file cannot be run: No such file"):
        asyncio.run(play())


@pytest.mark.parametrize(
    ("source", "grace", "forced"),
    [
        pytest.param(STEADY, 30.0, False, id="most end when asked"),
        pytest.param(STUBBORN, 0.2, True, id="one that does not is killed"),
    ],
)
def test_stopping(program: Callable[..., Program], source: str, grace: float, forced: bool) -> None:
    told = Told()

    async def play() -> None:
        async with kept_running([program(source, grace=grace)], told):
            pass

    asyncio.run(play())

    assert told.events[-1] == Stopped(told.events[-1].program, forced)
    assert not is_running(told.pids()[0])


@pytest.mark.skipif(sys.platform != "linux", reason="needs a pidfd")
def test_what_a_program_has_started_ends_with_it(program: Callable[..., Program]) -> None:
    told = Told()

    async def play() -> None:
        async with kept_running([program(PARENT)], told):
            await told.until(lambda events: any(isinstance(event, Line) and event.text == "up" for event in events))
            watched.append(os.pidfd_open(_child_of(told)))
            os.kill(told.pids()[0], signal.SIGKILL)
            await told.until(lambda _: len(told.pids()) == 2)

    watched: list[int] = []
    asyncio.run(play())

    assert select.select(watched, [], [], 60)[0] == watched  # a pidfd is readable once its process has ended
    os.close(watched[0])


def test_an_endless_line_is_dropped_and_nothing_else(program: Callable[..., Program], tmp_path: Path) -> None:
    told = Told()

    async def play() -> None:
        async with kept_running([program(BABBLER)], told):
            pass

    asyncio.run(play())

    assert (tmp_path / "one.log").read_text().endswith("up\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, sys
from pathlib import Path
from service.cli.program import Program
from service.cli.supervisor import kept_running
child = Program("one", (sys.executable, "-c", {STEADY!r}), dict(os.environ), Path({str(tmp_path)!r}), Path({str(tmp_path / "log")!r}), "up",
                sockets=(int(sys.argv[1]),))
async def main():
    async with kept_running([child], lambda event: None):
        print("running", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    reading, writing = os.pipe()
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script, str(writing)], cwd=CODE, stdout=subprocess.PIPE, pass_fds=[writing], text=True
    )
    os.close(writing)
    assert supervisor.stdout is not None
    with supervisor, supervisor.stdout, os.fdopen(reading, "rb") as held_by_both:
        assert supervisor.stdout.readline() == "running\n"
        supervisor.kill()
        assert select.select([held_by_both], [], [], 60)[0]  # at its end: both have ended
        assert held_by_both.read() == b""


def _child_of(told: Told) -> int:
    return next(int(event.text.split()[1]) for event in told.events if isinstance(event, Line) and event.text.startswith("child"))
