"""Slow work keeps what it has claimed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from service.edges import Edges
from service.matching.meaning import Vectors
from service.storage.tables import article
from tests.conftest import Clock
from tests.machine import until
from tests.make import an_entry
from tests.pipeline.test_match import Desk
from tests.pipeline.test_meaning import with_embedder
from tests.world import WordEmbedder


class SlowEmbedder(WordEmbedder):
    """While it works on an article, an hour passes and then its lease is renewed, or the test waits in vain."""

    def __init__(self, edges: Edges, clock: Clock) -> None:
        super().__init__()
        self.edges, self.clock, self.renewed = edges, clock, 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        if any("chess" in text for text in texts):
            now = self.clock.advance(minutes=60)
            until(lambda: (held := self.held_until()) is not None and held > now, "the lease is renewed")
            self.renewed += 1
        return super().embed(texts)

    def held_until(self) -> datetime | None:
        with self.edges.store.database.read() as connection:
            held: datetime | None = connection.execute(select(article.c.lease_until).where(article.c.title.like("%chess%"))).scalar_one()
        return held


def test_the_lease_of_an_article_is_renewed_while_it_is_matched(open_house: Callable[..., Edges], database_url: str, clock: Clock) -> None:
    edges = open_house(database_url, lease=2)
    embedder = SlowEmbedder(edges, clock)
    desk = Desk(with_embedder(edges, embedder), clock)
    feed, _ = desk.follow("https://gazette.example/feed"), desk.watch(name="NATO", actors=["NATO"], topics=["zorbing"])
    desk.arrive(feed, an_entry(guid="1", link="https://gazette.example/1", title="NATO plays chess and goes zorbing"))
    assert desk.match() == 1
    assert (len(desk.alerts()), embedder.renewed) == (1, 1)
