"""Signatures, against the specification's own library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from service.delivery.standard_webhooks import new_secret, sign
from tests.delivery.builders import NOW, SECRET


@given(st.binary(min_size=24, max_size=64), st.text())
def test_signs_as_the_reference_library_does(key: bytes, body: str) -> None:
    secret, body = new_secret(key), body.encode("utf-8", "replace").decode()
    assert sign(secret, "dl_1", int(NOW.timestamp()), body.encode()) == Webhook(secret).sign("dl_1", NOW, body)


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_weak_secret_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="24 to 64 random bytes"):
        new_secret(bytes(size))


def test_a_secret_says_what_it_is() -> None:
    assert SECRET.startswith("whsec_")
