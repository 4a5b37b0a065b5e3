"""The parser's children end with the tests that need them; and who looks on, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from tests.parsers import end_parsers


@pytest.fixture(scope="session", autouse=True)
def parsers() -> Iterator[None]:
    yield
    end_parsers()


@pytest.fixture
def watcher(postgres_url: str) -> Iterator[Engine]:
    """Connections from outside to the test's database on PostgreSQL."""
    engine = create_engine(postgres_url)
    yield engine
    engine.dispose()
