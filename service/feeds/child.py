"""The sandboxed child: reads documents from standard input, answers with JSON, and dies rather than exceed its limits.

A request is `>II` (lengths of head and body), the head as JSON {"url", "headers", "known"}, the body; an answer is `>I` and JSON.
The child ends with its parent, for then its input does.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, BinaryIO

from service.feeds.errors import NotAFeed
from service.feeds.known import KnownItems
from service.feeds.parse import parse_document

CPU_SECONDS = 10  # for each document
MEMORY_BYTES = 512_000_000


def main() -> None:
    """Serve until the input ends."""
    serve(_answer)


def serve(answer_to: Callable[[dict[str, Any], bytes], bytes]) -> None:
    """Answer each request (head, body) with what `answer_to` makes of it, within the limits, until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not pass for an answer
    _limit()
    while (request := _read_request(sys.stdin.buffer)) is not None:
        _grant_cpu()
        answer = answer_to(*request)
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()


def _limit() -> None:
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_AS, MEMORY_BYTES)]
    for limit, value in limits:
        with suppress(ValueError, OSError):  # macOS knows no limit on the address space
            resource.setrlimit(limit, (value, value))


def _grant_cpu() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_SECONDS + 1, hard))


def _read_request(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    lengths = source.read(8)
    if len(lengths) < 8:
        return None
    head_length, body_length = struct.unpack(">II", lengths)
    return json.loads(source.read(head_length)), source.read(body_length)


def _answer(head: dict[str, Any], body: bytes) -> bytes:
    answer: dict[str, object]
    known = KnownItems(head["known"]["context"], frozenset(head["known"]["hashes"])) if head["known"] else None
    try:
        answer = {"feed": parse_document(body, head["headers"], head["url"], known)}
    except NotAFeed as refusal:
        answer = {"not_a_feed": refusal.reason}
    return json.dumps(answer, ensure_ascii=False, default=_as_json).encode("utf-8", "replace")


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}  # asdict would copy every number
    raise TypeError(f"no JSON for {type(value).__name__}")


if __name__ == "__main__":
    main()
