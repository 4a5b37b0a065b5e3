"""Secrets at rest: sealed with AES-256-GCM under keys that are not in the database.

A sealed secret is `1:<key id>:<base64url of nonce and ciphertext>`. The leading 1 names this way of sealing, and the key id which of the
keys to open it with, so that both can be replaced while old secrets are still about.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random ones of 96 bits are safe for 2**32 secrets under a key
_WAY = "1"


class NoSealingKey(Exception):
    """There is no key to seal with; the operator has to give one."""


class Unsealable(Exception):
    """A sealed secret that none of our keys opens; `str(error)` may be shown to users."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the first of its keys, and opens with any. `random_bytes` must be fit for secrets."""

    keys: tuple[bytes, ...] = field(repr=False)
    random_bytes: Callable[[int], bytes]

    def seal(self, secret: str, *, about: str) -> str:
        """Seal `secret` so that it opens only as one `about` the same thing: moved to another row, it is worth nothing.

        Raises NoSealingKey.
        """
        if not self.keys:
            raise NoSealingKey
        nonce = self.random_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self.keys[0]).encrypt(nonce, secret.encode(), about.encode())
        return f"{_WAY}:{_key_id(self.keys[0])}:{base64.urlsafe_b64encode(sealed).decode()}"

    def unseal(self, sealed: str, *, about: str) -> str:
        """What was sealed. Raises Unsealable: the key is not among ours, or the text is not what we sealed about this."""
        way, _, rest = sealed.partition(":")
        key_id, _, content = rest.partition(":")
        key = next((each for each in self.keys if way == _WAY and _key_id(each) == key_id), None)
        if key is None:
            raise Unsealable("it was sealed with a key that this process does not have")
        try:
            raw = base64.urlsafe_b64decode(content)
            return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise Unsealable("it is damaged, or belongs to something else") from None

    def is_current(self, sealed: str) -> bool:
        """Whether it is sealed as we would seal it today; what is not should be sealed anew before its key goes."""
        return bool(self.keys) and sealed.startswith(f"{_WAY}:{_key_id(self.keys[0])}:")


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"wirewatch sealing key\0" + key).hexdigest()[:8]
