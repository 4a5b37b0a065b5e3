"""What is done now and then: set poison aside, forget what is old."""

from __future__ import annotations

from datetime import timedelta

import structlog

from service.edges import Edges
from service.storage.pruning import forget_articles, forget_keys

log = structlog.get_logger()

KEEP_ARTICLES = timedelta(days=90)


def set_poison_aside(edges: Edges) -> int:
    """Take out of the queues what ended every worker that took it; return how many rows."""
    now, store = edges.now(), edges.store
    aside = store.feeds.quarantine(now=now) + store.articles.quarantine(now=now) + store.deliveries.quarantine(now=now)
    if aside:
        log.error("work set aside after ending its worker five times", rows=aside)
    return aside


def prune(edges: Edges) -> int:
    """Forget old articles that nothing refers to; return how many."""
    now, database = edges.now(), edges.store.database
    forget_keys(database, now=now)
    return forget_articles(database, older_than=now - KEEP_ARTICLES)
