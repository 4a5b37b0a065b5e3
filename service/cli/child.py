"""One run of a program: start it, take down what it says, end it with everything it started."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from service.cli.program import Line, Program, Ready, Stopped, Tell, describe_end

TAIL = 12  # lines shown of a program that died
LONGEST_LINE = 2**20
DRAIN_SECONDS = 2.0  # for the last words of what was ended
LOG_BYTES = 10_000_000


@dataclass(slots=True)
class _Child:
    """One run of a program: its process, its output, and the last lines of that."""

    process: asyncio.subprocess.Process
    output: asyncio.StreamReader
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL))
    spoke: asyncio.Event = field(default_factory=asyncio.Event)  # the ready line was seen


async def run_once(program: Program, ready: asyncio.Event, stop: asyncio.Event, tell: Tell) -> tuple[str, tuple[str, ...]]:
    """Run the program until it ends or `stop` is set; how it ended, and what it said last."""
    try:
        child = await _spawn(program)
    except OSError as error:
        return f"cannot be started: {error.strerror}", ()
    reading = asyncio.create_task(_read(program, child, tell))
    announcing = asyncio.create_task(_announce(program, child, ready, tell))
    try:
        await _first_of(child.process.wait(), stop.wait())
    finally:
        announcing.cancel()
        ended = child.process.returncode
        forced = await _end(child.process, program.grace)
        # Only now: what else it had started may have held its output open.
        await asyncio.wait({reading}, timeout=DRAIN_SECONDS)
        reading.cancel()
        if ended is None:
            tell(Stopped(program, forced))
    return describe_end(child.process.returncode or 0), tuple(child.tail)


async def _spawn(program: Program) -> _Child:
    tie = (sys.executable, "-I", "-S", str(Path(__file__).with_name("tied.py")), str(os.getpid()))
    # A pipe of our own: with asyncio's, CPython 3.11 does not notice a death while a grandchild holds the pipe (gh-119710).
    output, said = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *tie,
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=program.folder,
            env=dict(program.environment),
            pass_fds=program.sockets,
            start_new_session=True,  # Ctrl-C is for the supervisor, which then stops the others in order
        )
    except OSError:
        os.close(output)
        raise
    finally:
        os.close(said)
    return _Child(process, await _open_reader(output))


async def _open_reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb"))
    return reader


async def _read(program: Program, child: _Child, tell: Tell) -> None:
    """Take down what the program says, in its log file and for whoever listens."""
    log = RotatingFileHandler(program.log, maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8", delay=True)
    log.handleError = _let_go  # type: ignore[assignment, method-assign]
    try:
        async for text in _lines(child.output):
            log.emit(logging.makeLogRecord({"msg": text}))
            child.tail.append(text)
            tell(Line(program, text))
            if program.ready_line in text:
                child.spoke.set()
    finally:
        log.close()


async def _lines(output: asyncio.StreamReader) -> AsyncIterator[str]:
    while True:
        try:
            raw = await output.readline()
        except ValueError:
            continue  # longer than LONGEST_LINE: asyncio has dropped it
        if not raw:
            return
        yield raw.decode(errors="replace").rstrip()


def _let_go(_record: logging.LogRecord) -> None:
    """A line that cannot be written is lost: a full disk must not end the supervisor."""


async def _announce(program: Program, child: _Child, ready: asyncio.Event, tell: Tell) -> None:
    await child.spoke.wait()
    await program.probe()
    ready.set()
    tell(Ready(program, child.process.pid))


async def _end(process: asyncio.subprocess.Process, grace: float) -> bool:
    """End a program and whatever it has started; whether it had to be killed."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)
    forced = process.returncode is None
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    return forced


async def _first_of(*waits: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
