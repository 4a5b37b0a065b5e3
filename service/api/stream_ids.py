"""Ids of the stream's events: where one stands, and what of the time before it its reader has had."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.storage.told import Mark

NAMED = 100  # messages before the last one that an id names, the newest
_SIZE = 6  # characters for each: of a hundred others one looks the same once in 10 ** 9 times
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Had:
    """What the reader of an event has had: all that was named in its id, of which the newest was told at `at`."""

    at: datetime
    names: frozenset[str]

    def has(self, mark: Mark) -> bool:
        """Whether this message is among that."""
        return _name(mark.alert, mark.number) in self.names


def write_id(mark: Mark, sent: Collection[Mark]) -> str:
    """The id of the message at `mark`, for who was `sent` these others in the time before."""
    others = sorted(set(sent) - {mark})[-NAMED:]
    newest = max([mark, *others]).at  # what becomes visible late comes after newer messages
    at = (newest - _EPOCH) // timedelta(microseconds=1)
    return f"{at}~{mark.alert}~{mark.number}~{''.join(_name(each.alert, each.number) for each in others)}"


def read_id(written: str) -> Had:
    """What the id that a reader comes back with says. Raises ValueError where it is none."""
    at, _, rest = written.partition("~")
    last, _, names = rest.rpartition("~")
    alert, _, number = last.partition("~")
    named = {names[begin : begin + _SIZE] for begin in range(0, len(names), _SIZE)}
    try:
        moment = _EPOCH + timedelta(microseconds=int(at))
    except OverflowError as error:
        raise ValueError("no such time") from error
    return Had(min(max(moment, _EARLIEST), _LATEST), frozenset({*named, _hashed(f"{alert}~{number}")}))


def _name(alert: str, number: int) -> str:
    return _hashed(f"{alert}~{number}")


def _hashed(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode(errors="replace")).digest())[:_SIZE].decode()
