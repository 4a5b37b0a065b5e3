"""What polling has learned of a feed, to and from its column."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from service.domain.feeds import Watch

_watch = TypeAdapter(Watch)


def dump_watch(watch: Watch) -> Any:
    """As JSON."""
    return _watch.dump_python(watch, mode="json")


def load_watch(stored: Any) -> Watch:
    """From JSON; of a feed that was polled before anything was learned, nothing."""
    return _watch.validate_python(stored) if stored is not None else Watch()
