"""One pass over a file of articles in the order of their dates, as the service would have met them: which are one story."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from service.cli.article_file import WrittenArticle
from service.cli.article_progress import read_under_way
from service.cli.cores import worked_ahead
from service.domain.articles import Article
from service.embedding import Embedder, Vectors
from service.matching.likeness import Comparison
from service.matching.prints import Print, print_of
from service.matching.stories import StoryBook

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class StoryPass:
    """The prints of a file, the oldest first, and the story of each; `broken`: lines that are no articles."""

    book: StoryBook
    prints: list[Print] = field(default_factory=list)
    broken: int = 0
    seconds: float = 0.0
    merges: int = 0
    _story: dict[str, str] = field(default_factory=dict)
    _became: dict[str, str] = field(default_factory=dict)  # a story -> the one that it is part of now

    def place_all(self) -> None:
        """Place every article, in order."""
        began = time.process_time()
        for each in self.prints:
            placement = self.book.place(each)
            self._story[each.article] = placement.story
            self._became.update(dict.fromkeys(placement.merged, placement.story))
            self.merges += len(placement.merged)
        self.seconds = time.process_time() - began

    def story(self, article: str) -> str:
        """Its story, after all merges."""
        story = self._story[article]
        while story in self._became:
            story = self._became[story]
        return story

    def compare(self, one: str, other: str) -> Comparison:
        """What the two have in common, whenever they came."""
        book = StoryBook(timedelta.max, most=len(self.prints) + 1)
        for each in self.prints:
            book.remember(each, each.article)
        return book.compare(one, other)

    @property
    def stories(self) -> int:
        """How many there are."""
        return len({self.story(article) for article in self._story})


def read_prints(path: Path, embedder: Embedder | None, window: timedelta) -> StoryPass:
    """The articles of the file as prints, in the order of their dates; those of one date, and those without one, as in the file.

    Of articles with one id the first counts. Broken lines are told on standard error, where the progress is.
    """
    run = StoryPass(StoryBook(window))
    prints = dict[str, Print]()
    with read_under_way(path, lambda: f"{len(prints):,} articles read") as reading:
        for article, vector in worked_ahead(_dated(reading.articles), partial(_vectors, embedder)):
            prints.setdefault(article.id, print_of(article, vector))
    run.prints, run.broken = sorted(prints.values(), key=lambda each: each.at), reading.broken
    return run


def _dated(articles: Iterable[WrittenArticle]) -> Iterator[Article]:
    """One without a date is taken to be of that of the article before it."""
    at = _LONG_AGO
    for each in articles:
        at = each.at or at
        text = (each.title, each.summary, each.body, each.author)
        yield Article(each.id, "", each.url or None, each.id, *text, each.lang, each.source, each.at, at, at, baseline=False)


def _vectors(embedder: Embedder | None, articles: Sequence[Article]) -> Iterable[Vectors | None]:
    if embedder is None:
        return [None] * len(articles)
    from service.matching.meaning import article_text  # numpy comes with the extra

    return embedder.embed([article_text(each.title, each.summary, each.body) for each in articles])
