"""API keys: `ww_<8 id>_<43 secret>`, both base62."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_letters, digits

ALPHABET = digits + ascii_letters
ID_LENGTH = 8
SECRET_LENGTH = 43  # enough for 256 bits
_SHAPE = re.compile(rf"ww_([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: its public id, and the whole key as its user will hold it."""

    id: str
    secret: str

    @property
    def last4(self) -> str:
        """What a list may show, so that users know their keys apart."""
        return self.secret[-4:]


def new_key(random_bytes: Callable[[int], bytes]) -> NewKey:
    """A new key with 256 random bits; `random_bytes(n)` gives n of them from a source fit for secrets."""
    key_id = _base62(random_bytes(8), ID_LENGTH)
    return NewKey(key_id, f"ww_{key_id}_{_base62(random_bytes(32), SECRET_LENGTH)}")


def find_key_id(secret: str) -> str | None:
    """The id within a key; None if it has not the form of one."""
    shape = _SHAPE.fullmatch(secret)
    return shape[1] if shape else None


def _base62(raw: bytes, length: int) -> str:
    number, text = int.from_bytes(raw), []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        text.append(ALPHABET[digit])
    return "".join(text)
