"""Logs: one event a line, with control characters escaped, lengths capped and secrets masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from functools import partial
from typing import Any, Literal

import structlog

LONGEST = 2000  # characters of one value
LOST = "08000"  # SQLSTATE of a lost connection; what the driver finds out by itself comes without any
UNREACHABLE = ("08", "57P01", "57P02", "57P03")  # connections; shut down by its administrator, by a crash; not started yet
SECRETS = re.compile(r"(?P<scheme>\w+://)[^/\s]*@|whsec_[A-Za-z0-9+/=]+|ww_\w{8}_\w+")


def set_up_logs(log_format: Literal["text", "json"], level: int = logging.INFO, *, outages: tuple[type[Exception], ...] = ()) -> None:
    """Send every log line of this process to standard error: readable, or JSON for machines.

    Where the database, or what raises one of `outages`, cannot be reached, a line tells the cause, without a traceback.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        partial(_shorten_outage, outages),
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
    logging.getLogger("alembic").setLevel(logging.WARNING)  # a line per plugin says nothing
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # what libraries will do one day is nothing for operators


def _shorten_outage(
    outages: tuple[type[Exception], ...], _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    # What is under way in every process fails then, a few times a second until they are back. With tracebacks, eight kilobytes each,
    # a bit more than an hour of that is all that rotated logs hold.
    error = _exception_of(event.get("exc_info"))
    if error is not None and (cause := _outage(error, outages)):
        del event["exc_info"]
        first, _, _ = str(event["event"]).partition("\n")  # beat tells its stack there
        event.update(event=first, level="warning", cause=cause)
    return event


def _exception_of(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException() as error:
            return error
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _outage(error: BaseException, outages: tuple[type[Exception], ...]) -> str | None:
    """What is said of a connection that cannot be made or is lost; None for every other error."""
    from psycopg import OperationalError  # not before there is an error: beat logs, too, and needs no database
    from sqlalchemy.exc import DBAPIError

    for each in (error, error.__context__):  # beat raises an error of its own over the broker's
        if isinstance(each, outages):
            return _in_a_line(each)
    if isinstance(error, DBAPIError) and isinstance(error.orig, OperationalError):
        return _in_a_line(error.orig) if (error.orig.sqlstate or LOST).startswith(UNREACHABLE) else None
    return None


def _in_a_line(error: BaseException) -> str:
    return " ".join(str(error).split())


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
