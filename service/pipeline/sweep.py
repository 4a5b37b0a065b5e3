"""What is done now and then: set poison aside, forget what is old."""

from __future__ import annotations

from datetime import timedelta

import structlog

from service.domain.robots import KEPT_FOR
from service.domain.spike_times import REACH
from service.edges import Edges
from service.matching.nearness import queries_of
from service.pipeline.stories import WINDOW
from service.storage.feed_notices import release_notices
from service.storage.pruning import forget_articles, forget_keys, forget_stories
from service.storage.sightings import forget_sightings

log = structlog.get_logger()

KEEP_ARTICLES = timedelta(days=90)
KEEP_PRINTS = 3 * WINDOW  # of articles: a worker that comes late may still need them
QUERIES_A_ROUND = 50_000  # texts held in memory while the rules are asked for them


def set_poison_aside(edges: Edges) -> int:
    """Take out of the queues what ended every worker that took it; return how many rows."""
    now, store = edges.now(), edges.store
    aside = store.feeds.quarantine(now=now) + store.articles.quarantine(now=now) + store.deliveries.quarantine(now=now)
    aside += store.pages.quarantine(now=now) + store.websub.quarantine(now=now) + store.digests.quarantine(now=now)
    if aside:
        log.error("work set aside after ending its worker five times", rows=aside)
    return aside


def tell_of_feeds(edges: Edges) -> int:
    """Have workspaces told of what has become of their feeds, together what happened together; return how many messages that are."""
    return release_notices(edges.store.database, now=edges.now())


def prune(edges: Edges) -> int:
    """Forget old articles that nothing refers to; return how many."""
    now, database = edges.now(), edges.store.database
    forget_keys(database, now=now)
    forget_queries(edges)
    forget_sightings(database, older_than=now - REACH)
    gone = forget_articles(database, older_than=now - KEEP_ARTICLES)
    edges.store.robots.forget_robots(older_than=now - KEPT_FOR)
    forget_stories(database, older_than=now - KEEP_PRINTS)
    return gone


def forget_queries(edges: Edges, limit: int = QUERIES_A_ROUND) -> int:
    """Forget the vectors of texts that no live rule asks for any more; return how many.

    Of more than `limit` it looks at some, from another place each time. One that a rule asks for meanwhile is made again.
    """
    vectors = edges.store.vectors
    unused = set(vectors.list_queries(edges.chance(), limit))
    if not unused:
        return 0
    for spec in edges.store.rules.live_specs():
        queries = queries_of(spec)
        if queries is not None:
            unused.difference_update(queries.texts)
    return vectors.forget_queries(unused)
