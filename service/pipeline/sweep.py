"""What is done now and then, each by a task of its own: set poison aside, tell of feeds, forget what is old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from service.domain.robots import KEPT_FOR
from service.domain.spike_times import REACH
from service.edges import Edges
from service.matching.nearness import queries_of
from service.pipeline.digest import give_up_poison
from service.pipeline.stories import WINDOW
from service.storage.feed_notices import release_notices
from service.storage.pruning import (
    forget_articles,
    forget_keys,
    forget_mutes,
    forget_notices,
    forget_silences,
    forget_stories,
)
from service.storage.sightings import forget_sightings

log = structlog.get_logger()

KEEP_ARTICLES = timedelta(days=90)
KEEP_WHAT_ENDED = KEEP_ARTICLES  # mutes, silences, and what was told of feeds
KEEP_PRINTS = 3 * WINDOW  # of articles: a worker that comes late may still need them
QUERIES_A_ROUND = 50_000  # texts held in memory while the rules are asked for them


def set_poison_aside(edges: Edges, queue: str) -> int:
    """Take out of a queue what ended every worker that took it; return how many rows."""
    aside = QUEUES[queue](edges)
    if aside:
        log.error("work set aside after ending its worker five times", queue=queue, rows=aside)
    return aside


def tell_of_feeds(edges: Edges) -> int:
    """Have workspaces told of what has become of their feeds, together what happened together; return how many messages that are."""
    return release_notices(edges.store.database, now=edges.now())


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


QUEUES: Mapping[str, Callable[[Edges], int]] = {
    "feeds": lambda edges: edges.store.feeds.quarantine(now=edges.now()),
    "articles": lambda edges: edges.store.articles.quarantine(now=edges.now()),
    "deliveries": lambda edges: edges.store.deliveries.quarantine(now=edges.now()),
    "pages": lambda edges: edges.store.pages.quarantine(now=edges.now()),
    "websub": lambda edges: edges.store.websub.quarantine(now=edges.now()),
    "digests": give_up_poison,
}
FORGETTING: Mapping[str, Callable[[Edges], object]] = {
    "keys": lambda edges: forget_keys(edges.store.database, now=edges.now()),
    "queries": forget_queries,
    "sightings": lambda edges: forget_sightings(edges.store.database, older_than=edges.now() - REACH),
    "articles": lambda edges: forget_articles(edges.store.database, older_than=edges.now() - KEEP_ARTICLES),
    "mutes": lambda edges: forget_mutes(edges.store.database, older_than=edges.now() - KEEP_WHAT_ENDED),
    "silences": lambda edges: forget_silences(edges.store.database, older_than=edges.now() - KEEP_WHAT_ENDED),
    "notices": lambda edges: forget_notices(edges.store.database, older_than=edges.now() - KEEP_WHAT_ENDED),
    "robots": lambda edges: edges.store.robots.forget_robots(older_than=edges.now() - KEPT_FOR),
    "stories": lambda edges: forget_stories(edges.store.database, older_than=edges.now() - KEEP_PRINTS),
}
