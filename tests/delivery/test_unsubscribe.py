"""Unsubscribe links open one channel, and only with our key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.unsubscribe import channel_of_token, unsubscribe_token, unsubscribe_url
from tests.delivery.builders import KEY


@given(st.from_regex(r"ch_[0-9a-f]{32}", fullmatch=True))
def test_a_token_names_its_channel(channel_id: str) -> None:
    assert channel_of_token(unsubscribe_token(channel_id, KEY), KEY) == channel_id


@given(st.text(st.characters()))
def test_a_made_up_token_opens_nothing(token: str) -> None:
    assert channel_of_token(token, KEY) is None
    assert channel_of_token(f"ch_1.{token}", KEY) is None


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(unsubscribe_token("ch_1", b"another key"), id="another key's"),
        pytest.param("ch_2." + unsubscribe_token("ch_1", KEY).partition(".")[2], id="another channel's"),
        pytest.param(unsubscribe_token("ch_1", KEY)[:-1], id="cut off"),
    ],
)
def test_a_forged_token_opens_nothing(token: str) -> None:
    assert channel_of_token(token, KEY) is None


def test_the_link_stands_under_the_public_url() -> None:
    assert unsubscribe_url("https://watch.example/", "ch_1", KEY) == f"https://watch.example/unsubscribe/{unsubscribe_token('ch_1', KEY)}"
