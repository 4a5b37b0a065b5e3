"""Logs: one event a line, with control characters escaped, lengths capped and secrets masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

LONGEST = 2000  # characters of one value
SECRETS = re.compile(r"(?P<scheme>\w+://)[^/\s]*@|whsec_[A-Za-z0-9+/=]+|ww_\w{8}_\w+")


def set_up_logs(log_format: Literal["text", "json"], level: int = logging.INFO) -> None:
    """Send every log line of this process to standard error: readable, or JSON for machines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        mask,
    ]
    last = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),  # what is not told costs nothing: most polls are debug lines
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)  # a line per ring says nothing
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)
    logging.getLogger("celery.beat").setLevel(logging.WARNING)


def mask(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take passwords, signing secrets and keys out of every value, and make it one line of bounded length."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _clean(value) if key != "exception" else _secretless(value)
    return event


def _secretless(text: str) -> str:
    return SECRETS.sub(lambda found: f"{found['scheme'] or ''}***{'@' if found['scheme'] else ''}", text)


def _clean(text: str) -> str:
    shown = _secretless(text)[:LONGEST]
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in shown)
