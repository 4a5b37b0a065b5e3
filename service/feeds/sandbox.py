"""Parsing in children with limits: a hostile document costs its own child, never its neighbours."""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from service.domain.feeds import ParsedFeed
from service.feeds.errors import NotAFeed, ParseFailed
from service.feeds.known import KnownItems

__all__ = ["NotAFeed", "ParseFailed", "Sandbox"]

WALL_SECONDS = 20.0  # for each document, the child's start included
DOCUMENTS_PER_CHILD = 5000  # then a fresh one, for memory that the parser's libraries keep; to start one costs as much as 50 documents
MAX_ANSWER = 64_000_000

_ROOT = Path(__file__).parent.parent.parent


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class _Answer:
    """What a child may say; a child that was taken over is believed no more than that."""

    feed: ParsedFeed | None = None
    not_a_feed: Annotated[str, Field(max_length=1000)] | None = None


_ANSWER = TypeAdapter(_Answer)


class Sandbox:
    """Children of one event loop, started when first needed and ended with the `async with` block.

    They parse feeds; `module` names a program that answers requests of the same form with something else, for `ask`.
    """

    def __init__(self, children: int = 1, *, wall_seconds: float = WALL_SECONDS, module: str = "service.feeds.child") -> None:
        self._module = module
        self._wall_seconds = wall_seconds
        self._idle: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        for _ in range(children):
            self._idle.put_nowait(None)  # a free place without a child yet

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        while not self._idle.empty():
            child = self._idle.get_nowait()
            if child is not None:
                await child.end()

    async def parse(self, body: bytes, headers: Mapping[str, str], url: str, known: KnownItems | None = None) -> ParsedFeed:
        """Parse a document that came from `url`, leaving out what is known of it; waits for a free child.

        Raises NotAFeed, or ParseFailed (limits exceeded, crash).
        """
        head = {"url": url, "headers": dict(headers), "known": known and {"context": known.context, "hashes": list(known.hashes)}}
        return _checked(await self.ask(json.dumps(head).encode(), body))

    async def ask(self, head: bytes, body: bytes) -> bytes:
        """A child's answer as it stands, to be checked; waits for a free child. Raises ParseFailed."""
        child = await self._idle.get()
        keep: _Child | None = None
        try:
            async with asyncio.timeout(self._wall_seconds):
                child = child or await _start_child(self._module)
                answer = await child.ask(head, body)
            keep = child if child.documents < DOCUMENTS_PER_CHILD else None
        except TimeoutError:
            raise ParseFailed(f"The document could not be parsed within {self._wall_seconds:g} seconds.") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ParseFailed("The document is too large or too twisted to be parsed: it broke the parser or its limits.") from None
        finally:
            if child is not None and keep is None:
                await child.end()  # busy, dead, or out of step with its answers
            self._idle.put_nowait(keep)
        return answer


@dataclass(slots=True)
class _Child:
    process: Process
    documents: int = 0

    async def ask(self, head: bytes, body: bytes) -> bytes:
        """One document out, one answer back."""
        reader, writer = self.process.stdout, self.process.stdin
        assert reader is not None and writer is not None  # noqa: PT018
        writer.writelines((struct.pack(">II", len(head), len(body)), head, body))
        await writer.drain()
        (length,) = struct.unpack(">I", await reader.readexactly(4))
        if length > MAX_ANSWER:
            raise ParseFailed("The document holds more text than we take.")
        self.documents += 1
        return await reader.readexactly(length)

    async def end(self) -> None:
        """Kill it, for it holds nothing worth saving, and reap it."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def _start_child(module: str) -> _Child:
    # Neither our environment (credentials) nor the current folder on the module path.
    return _Child(
        await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd="/",
            env={"PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8"},
        )
    )  # fmt: skip


def _checked(answer: bytes) -> ParsedFeed:
    try:
        said = _ANSWER.validate_json(answer)
    except ValidationError:
        raise ParseFailed("The parser gave an answer that makes no sense.") from None
    if said.feed is not None:
        return said.feed
    raise NotAFeed(said.not_a_feed or "The answer is no feed.")
