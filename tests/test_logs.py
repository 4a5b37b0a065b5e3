"""What a log line must never contain."""

from __future__ import annotations

import pytest

from service.logs import LONGEST, mask


def masked(text: str, key: str = "reason") -> str:
    return str(mask(None, "", {key: text})[key])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("redis://:hunter2@cache:6379/0", "redis://***@cache:6379/0", id="a broker's password"),
        pytest.param("postgresql+psycopg://me:hunter2@db/x", "postgresql+psycopg://***@db/x", id="a database's password"),
        pytest.param("https://me:hunt@er2@feed.example/a", "https://***@feed.example/a", id="a password with an at sign"),
        pytest.param("https://feed.example/@desk", "https://feed.example/@desk", id="an at sign in a path is no secret"),
        pytest.param("secret whsec_QUJD+/= used", "secret *** used", id="a signing secret"),
        pytest.param("key ww_abcd1234_ZZZ999 refused", "key *** refused", id="an API key"),
        pytest.param("two\r\nlines\x1b[31m", "two\\r\\nlines\\x1b[31m", id="line breaks and terminal codes"),
        pytest.param("right\u202eto left", "right\\u202eto left", id="turned writing"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_long_value_is_cut() -> None:
    assert len(masked("x" * 10 * LONGEST)) == LONGEST


def test_a_traceback_keeps_its_lines_but_not_its_secrets() -> None:
    assert masked("Traceback\n  redis://:hunter2@cache", key="exception") == "Traceback\n  redis://***@cache"
