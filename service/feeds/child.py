"""The sandboxed child: reads documents from standard input, answers with JSON, and dies rather than exceed its limits.

A request is `>II` (lengths of head and body), the head as JSON {"url", "headers"}, the body; an answer is `>I` and JSON.
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
from dataclasses import asdict
from datetime import datetime
from typing import BinaryIO

from service.feeds.errors import NotAFeed
from service.feeds.parse import parse_document

CPU_SECONDS = 10  # for each document
MEMORY_BYTES = 512_000_000


def main() -> None:
    """Serve until the input ends."""
    serve(_answer)


def serve(answer_to: Callable[[str, dict[str, str], bytes], bytes]) -> None:
    """Answer each request (URL, headers, body) with what `answer_to` makes of it, within the limits, until the input ends."""
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


def _read_request(source: BinaryIO) -> tuple[str, dict[str, str], bytes] | None:
    lengths = source.read(8)
    if len(lengths) < 8:
        return None
    head_length, body_length = struct.unpack(">II", lengths)
    head = json.loads(source.read(head_length))
    return head["url"], head["headers"], source.read(body_length)


def _answer(url: str, headers: dict[str, str], body: bytes) -> bytes:
    answer: dict[str, object]
    try:
        answer = {"feed": asdict(parse_document(body, headers, url))}
    except NotAFeed as refusal:
        answer = {"not_a_feed": refusal.reason}
    return json.dumps(answer, ensure_ascii=False, default=_as_text).encode("utf-8", "replace")


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


if __name__ == "__main__":
    main()
