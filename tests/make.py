"""Builders: a value of each kind, with everything but what the test is about filled in."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.articles import Article
from service.domain.feeds import Entry
from service.domain.rules import NONE_SAVED, Rule, RuleSpec, Saved
from service.storage.sealing import Sealer

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SEALER = Sealer((b"k" * 32,), secrets.token_bytes)


def an_article(**changes: Any) -> Article:
    """An article that came at noon in a feed polled before."""
    values: dict[str, Any] = {
        "id": "ar_1",
        "feed": "fd_1",
        "url": "https://gazette.example/1",
        "dedup_key": "gazette.example/1",
        "title": "Harbour bridge opens",
        "summary": "",
        "body": "",
        "author": "",
        "language": "en",
        "source": "The Gazette",
        "published_at": None,
        "first_seen_at": NOON,
        "changed_at": NOON,
        "baseline": False,
    }
    return Article(**{**values, **changes})


def a_spec(**changes: Any) -> RuleSpec:
    """A rule's spec as JSON would give it."""
    values: dict[str, Any] = {"name": "Bridges", "topics": ["bridge"]}
    return RuleSpec.model_validate({**values, **changes})


def a_rule(
    *,
    id: str = "ru_1",  # noqa: A002
    workspace: str = "ws_1",
    revision: int = 1,
    made: datetime = NOON - timedelta(days=1),
    saved: Saved = NONE_SAVED,
    **spec: Any,
) -> Rule:
    """A rule made the day before."""
    return Rule(id, workspace, a_spec(**spec), revision, made, made, saved=saved)


def an_entry(**changes: Any) -> Entry:
    """A feed's entry."""
    values: dict[str, Any] = {"guid": "g1", "link": "https://gazette.example/1", "title": "Harbour bridge opens"}
    return Entry(**{**values, **changes})
