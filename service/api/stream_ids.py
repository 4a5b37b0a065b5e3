"""Ids of the stream's events: where one stands, and what of the time before it its reader has had.

What one transaction stores is told at one moment, and becomes visible at once. So an id names moments, with how many messages each had.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from service.storage.told import Mark

NAMED = 900  # moments that an id names, the newest: as long as a header may be
_MOMENT = struct.Struct(">IH")  # microseconds before the newest of all, and how many messages
_MOST = 0xFFFF
_OF_MOMENTS = "."  # begins the part with the moments
_NAME = 6  # characters of a name in ids of before
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Had(Protocol):
    """What the reader of an event has had."""

    @property
    def at(self) -> datetime:
        """When the newest was told."""

    def among(self, told: Iterable[Mark]) -> set[Mark]:
        """Those of these messages, which are all from the overlap to `at`."""


@dataclass(frozen=True, slots=True)
class HadMoments:
    """All that was told at these moments, so many messages at each; at the moment of `last` all up to that one."""

    at: datetime
    last: tuple[str, int]
    last_at: datetime
    moments: Mapping[datetime, int]

    def among(self, told: Iterable[Mark]) -> set[Mark]:
        """As `Had` has it. Where two transactions had one moment and the second became visible later, all of both comes again."""
        by_moment = defaultdict[datetime, list[Mark]](list)
        for mark in told:
            if mark.at != self.last_at or (mark.alert, mark.number) <= self.last:
                by_moment[mark.at].append(mark)
        return {mark for at, marks in by_moment.items() if len(marks) <= self.moments.get(at, 0) for mark in marks}


@dataclass(frozen=True, slots=True)
class HadNamed:
    """The messages of these names: so ids of before have it."""

    at: datetime
    names: frozenset[str]

    def among(self, told: Iterable[Mark]) -> set[Mark]:
        """As `Had` has it."""
        return {mark for mark in told if _name(f"{mark.alert}~{mark.number}") in self.names}


def write_id(mark: Mark, sent: Collection[Mark]) -> str:
    """The id of the message at `mark`, for who was `sent` these others in the time before."""
    moments = Counter(each.at for each in {*sent, mark})
    newest = max(moments)  # what becomes visible late comes after newer messages
    others = sorted(moments.keys() - {mark.at}, reverse=True)[: NAMED - 1]
    packed = b"".join(_MOMENT.pack((newest - at) // _MICROSECOND, min(moments[at], _MOST)) for at in (mark.at, *others))
    written = base64.urlsafe_b64encode(packed).decode()
    return f"{(newest - _EPOCH) // _MICROSECOND}~{mark.alert}~{mark.number}~{_OF_MOMENTS}{written}"


def read_id(written: str) -> Had:
    """What the id that a reader comes back with says. Raises ValueError where it is none."""
    at, _, rest = written.partition("~")
    last, _, had = rest.rpartition("~")
    try:
        newest = min(max(_EPOCH + int(at) * _MICROSECOND, _EARLIEST), _LATEST)
    except OverflowError as error:
        raise ValueError("no such time") from error
    if had.startswith(_OF_MOMENTS):
        return _read_moments(newest, last, had.removeprefix(_OF_MOMENTS))
    named = {had[begin : begin + _NAME] for begin in range(0, len(had), _NAME)}
    return HadNamed(newest, frozenset({*named, _name(last)}))


def _read_moments(newest: datetime, last: str, written: str) -> HadMoments:
    alert, _, number = last.rpartition("~")
    try:
        moments = [(newest - ago * _MICROSECOND, count) for ago, count in _MOMENT.iter_unpack(base64.urlsafe_b64decode(written))]
    except struct.error as error:
        raise ValueError("cut off") from error
    if not moments:
        raise ValueError("no moment")
    return HadMoments(newest, (alert, int(number)), moments[0][0], dict(moments))


def _name(message: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(message.encode(errors="replace")).digest())[:_NAME].decode()
