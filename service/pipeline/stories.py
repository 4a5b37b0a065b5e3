"""Between matching and alerting: put each new article into its story, in one order over all workers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from threading import Lock

import structlog

from service.domain.articles import Article
from service.edges import Edges
from service.matching.company import Neighbour
from service.matching.meaning import unpack
from service.matching.prints import Print, dump, load, print_of
from service.matching.stories import StoryBook
from service.storage.placements import Placed, Recorded, lock_stories, moved_neighbours, recorded_since, save_placements, unplaced

WINDOW = timedelta(days=4)  # by the articles' own times, in which articles can be one story

log = structlog.get_logger()


class Stories:
    """The stories of the recent articles in one process, shared by its threads.

    The database has them all: the book here is a copy that catches up before each placement, under a lock that one worker holds
    at a time. So it is as if one worker placed every article, and one that is killed or started anew changes nothing.
    """

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._placing = Lock()
        self._book = StoryBook(WINDOW)
        self._seen = 0  # the number of the last placement that the book has

    def place(self, articles: Sequence[Article]) -> None:
        """Put those articles into stories that are in none yet, the oldest first. Others' stories may become one by it."""
        database = self._edges.store.database
        with database.read() as connection:
            wanted = unplaced(connection, [each.id for each in articles])
        if not wanted:
            return
        prints = self._prints([each for each in articles if each.id in wanted])
        with self._placing, ExitStack() as failing:
            failing.callback(self._begin_anew)  # what the book took in may not have been stored
            self._place(prints)
            failing.pop_all()

    def nearest(self, article: str, vector: bytes, most: int) -> list[Neighbour]:
        """The recent articles, apart from itself, whose meaning is nearest to an article's."""
        with self._placing:
            near = self._book.nearest(vector, most + 1)
        return [Neighbour(other, cosine) for other, cosine in near if other != article][:most]

    def catch_up(self) -> None:
        """Learn of what was placed since the last time: without a lock, as it takes long when there is much."""
        with self._placing:
            self._catch_up()

    def _begin_anew(self) -> None:
        self._book, self._seen = StoryBook(WINDOW), 0

    def _place(self, prints: Mapping[str, Print]) -> None:
        database, now = self._edges.store.database, self._edges.now()
        with database.write() as connection:
            lock_stories(connection, database)
            while some := recorded_since(connection, self._seen):
                self._take_in(some)
            wanted = unplaced(connection, prints.keys())
            placements = [(each, self._book.place(each)) for key, each in prints.items() if key in wanted]
            moved = moved_neighbours(connection, {placement.story for _, placement in placements})
            placed = [
                Placed(each.article, placement.story, placement.merged, dump(each), _nearest(each, moved.get(placement.story, {})))
                for each, placement in placements
            ]
            if placed:
                self._seen = save_placements(connection, database, placed, now)

    def _prints(self, articles: Sequence[Article]) -> Mapping[str, Print]:
        _model, vectors = self._edges.store.vectors.newest_of_articles([each.id for each in articles])
        unpacked = {each: unpack(vector) for each, vector in vectors.items()}
        ordered = sorted(articles, key=lambda each: (each.first_seen_at, each.id))
        return {each.id: print_of(each, unpacked.get(each.id)) for each in ordered}

    def _catch_up(self) -> None:
        while True:
            with self._edges.store.database.read() as connection:
                some = recorded_since(connection, self._seen)
            if not some:
                return
            self._take_in(some)

    def _take_in(self, recorded: Collection[Recorded]) -> None:
        for each in recorded:
            if each.other is not None:
                self._book.join(each.story, each.other)
            elif each.print is not None and (known := _readable(each.print)):
                self._book.remember(known, each.story)
            self._seen = max(self._seen, each.seq)


def _readable(data: bytes) -> Print | None:
    try:
        return load(data)
    except ValueError as error:  # of another version: its story gets no more articles by it
        log.warning("a print is left out", error=str(error))
        return None


def _nearest(each: Print, others: Mapping[str, bytes]) -> str | None:
    """Which of the other articles of its story it is most like: where a story was split by hand, it goes with that one."""
    terms = _terms(each)
    likeness = {key: len(terms & _terms(known)) / (len(_terms(known)) + 5) for key, data in others.items() if (known := _readable(data))}
    return max(likeness, key=lambda key: likeness[key], default=None)


def _terms(each: Print) -> set[str]:
    return {*each.title, *each.things, *each.numbers}
