"""Secrets at rest."""

from __future__ import annotations

import secrets

import pytest

from service.config import parse_sealing_keys
from service.storage.sealing import NoSealingKey, Sealer, Unsealable

OLD, NEW = b"o" * 32, b"n" * 32


def sealer(*keys: bytes) -> Sealer:
    return Sealer(keys, secrets.token_bytes)


def test_what_is_sealed_opens_and_reads_like_nothing() -> None:
    sealed = sealer(OLD).seal("hüsh", about="feed")
    assert sealer(OLD).unseal(sealed, about="feed") == "hüsh"
    assert "hüsh" not in sealed
    assert sealer(OLD).seal("hüsh", about="feed") != sealed


def test_keys_are_replaced_one_after_another() -> None:
    sealed = sealer(OLD).seal("hush", about="feed")
    both = sealer(NEW, OLD)
    assert both.unseal(sealed, about="feed") == "hush"
    assert (both.is_current(sealed), both.is_current(both.seal("hush", about="feed"))) == (False, True)
    with pytest.raises(Unsealable):
        sealer(NEW).unseal(sealed, about="feed")


@pytest.mark.parametrize(
    "harm", [lambda text: text[:-8] + "AAAAAAA=", lambda text: "2" + text[1:], lambda text: text[:12], lambda text: text[:0]]
)
def test_what_was_changed_does_not_open(harm: object) -> None:
    assert callable(harm)
    sealed = sealer(OLD).seal("a longer secret", about="feed")
    with pytest.raises(Unsealable):
        sealer(OLD).unseal(harm(sealed), about="feed")


def test_what_was_moved_elsewhere_does_not_open() -> None:
    with pytest.raises(Unsealable):
        sealer(OLD).unseal(sealer(OLD).seal("hush", about="feed of ws_1"), about="feed of ws_2")


def test_without_a_key_nothing_is_sealed_and_no_key_is_shown() -> None:
    with pytest.raises(NoSealingKey):
        sealer().seal("hush", about="feed")
    assert OLD.decode() not in repr(sealer(OLD))


def test_keys_are_read_as_operators_write_them() -> None:
    assert parse_sealing_keys(f"{NEW.hex()}, {OLD.hex()}\n") == (NEW, OLD)
    for wrong in ("abc", OLD.hex() + "00", "z" * 64):
        with pytest.raises(ValueError, match="64 hexadecimal") as refused:
            parse_sealing_keys(wrong)
        assert wrong not in str(refused.value)
