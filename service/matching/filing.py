"""Which rules an article may match, by the keys that it has: told for all rules at once, in arrays, however many share a key."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from service.matching.anchors import ENOUGH
from service.matching.entries import Entry, Short

_NUMBER = "I"
_FURTHER = ENOUGH - 1  # anchors of a rule besides the first
_ALWAYS = 0  # the gate that is open to every article

# One number is kept as its bytes, which all keys of a rule share: an array would take more than all else that is known of the key.
_ByKey: TypeAlias = "dict[Short, bytes | array[int]]"


class Filing:
    """Rules by their anchors. A rule is met by the keys of the first, and let through if the gates of all others are open."""

    def __init__(self) -> None:
        self._entries: list[Entry | None] = []  # by number; None: the number is free
        self._numbers: dict[Entry, int] = {}
        self._free: list[int] = []
        self._met_by: _ByKey = {}  # the numbers of rules, by each key of their first anchor
        self._asked = array(_NUMBER)  # rule by rule, the gates of its other anchors
        self._gates = _Gates()

    @property
    def room(self) -> tuple[int, int]:
        """How many rules and how many gates there are numbers for; those of what is gone are given out again."""
        return len(self._entries), len(self._gates)

    def add(self, entry: Entry) -> None:
        """File a rule that has anchors."""
        number = self._free.pop() if self._free else self._new()
        self._entries[number], self._numbers[entry] = entry, number
        gates = [*map(self._gates.add, entry.others), *[_ALWAYS] * _FURTHER][:_FURTHER]
        self._asked[number * _FURTHER : (number + 1) * _FURTHER] = array(_NUMBER, gates)
        _file(self._met_by, entry.first or (), number)

    def discard(self, entry: Entry) -> None:
        """Take back an `add`."""
        number = self._numbers.pop(entry)
        _unfile(self._met_by, entry.first or (), number)
        gates = self._asked[number * _FURTHER : (number + 1) * _FURTHER]
        for gate, keys in zip(gates, entry.others, strict=False):
            self._gates.discard(gate, keys)
        self._entries[number] = None
        self._free.append(number)

    def met(self, present: Set[Short]) -> Iterator[Entry]:
        """The rules of whose anchors each has one of these keys, once."""
        numbers = _filed_under(self._met_by, present)
        asked = np.frombuffer(self._asked, np.uintc).reshape(-1, _FURTHER)[numbers]
        let_through = numbers[self._gates.opened_by(present)[asked].all(axis=1)]
        return (entry for number in set(let_through.tolist()) if (entry := self._entries[number]))

    def _new(self) -> int:
        self._entries.append(None)
        self._asked.extend([_ALWAYS] * _FURTHER)
        return len(self._entries) - 1


class _Gates:
    """Sets of keys, of which an article must have one, by number. One of a single key is shared by all rules that ask for it."""

    def __init__(self) -> None:
        self._opened_by: _ByKey = {}
        self._of_one: dict[Short, int] = {}
        self._uses = array(_NUMBER, [1])  # of each gate, by how many rules
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._uses)

    def add(self, keys: Sequence[Short]) -> int:
        gate = self._of_one.get(keys[0]) if len(keys) == 1 else None
        if gate is None:
            gate = self._new()
            if len(keys) == 1:
                self._of_one[keys[0]] = gate
            _file(self._opened_by, keys, gate)
        self._uses[gate] += 1
        return gate

    def discard(self, gate: int, keys: Sequence[Short]) -> None:
        self._uses[gate] -= 1
        if not self._uses[gate]:
            _unfile(self._opened_by, keys, gate)
            if len(keys) == 1:
                del self._of_one[keys[0]]
            self._free.append(gate)

    def opened_by(self, present: Set[Short]) -> npt.NDArray[np.bool_]:
        """Whether an article with these keys finds it open, for each gate."""
        opened = np.zeros(len(self._uses), np.bool_)
        opened[_ALWAYS] = True
        opened[_filed_under(self._opened_by, present)] = True
        return opened

    def _new(self) -> int:
        if self._free:
            return self._free.pop()
        self._uses.append(0)
        return len(self._uses) - 1


def _filed_under(filed: _ByKey, present: Set[Short]) -> npt.NDArray[np.uintc]:
    """All numbers filed under these keys, one after the other."""
    return np.frombuffer(b"".join(filter(None, map(filed.get, present))), np.uintc)


def _file(filed: _ByKey, keys: Iterable[Short], number: int) -> None:
    alone = array(_NUMBER, [number]).tobytes()
    for key in keys:
        numbers = filed.get(key)
        if numbers is None:
            filed[key] = alone
        elif isinstance(numbers, bytes):
            filed[key] = array(_NUMBER, numbers + alone)
        else:
            numbers.append(number)


def _unfile(filed: _ByKey, keys: Iterable[Short], number: int) -> None:
    for key in keys:
        numbers = filed[key]
        if isinstance(numbers, bytes):
            del filed[key]
            continue
        numbers.remove(number)
        if len(numbers) == 1:
            filed[key] = numbers.tobytes()
