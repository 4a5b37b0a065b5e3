"""The parser's children end with the tests that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.parsers import end_parsers


@pytest.fixture(scope="session", autouse=True)
def parsers() -> Iterator[None]:
    yield
    end_parsers()
