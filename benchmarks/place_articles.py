"""One article against many recent ones: our book of stories, the cosine of all vectors, and TF-IDF over all words.

    python -m benchmarks.place_articles                      # beside 10,000 and 100,000 recent articles; several minutes
    python -m benchmarks.place_articles --recent 10000

Times are CPU time of this process, medians over the articles that come last. Beside ours stand what is simplest: one pass of numpy over
the vectors of all recent articles, and TF-IDF in plain Python, an inverted list of every word walked from end to end. Neither decides
anything; ours finds the story, merges and forgets. Articles are made up from a fixed seed: words are as frequent as Zipf says, a fourth
of the articles report a recent event again. Vectors are made up, too, spread as those of news are, near each other for one event. Numpy
uses one thread. Prints are made beforehand; what one costs is told. They are read as a worker that starts reads them, out of what is
stored, so that none shares its words with another; what one takes in memory is that of the first 10,000, as Python counts it.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from random import Random
from statistics import median
from time import process_time

import click
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.domain.articles import Article
from service.matching.meaning import WIDTH, load_background
from service.matching.prints import Print, dump, load, print_of
from service.matching.stories import StoryBook

Floats = NDArray[np.floating]

SEED = 20260101
VOCABULARY, NAMES = 40_000, 300
MODEL, EVENT = "multilingual-e5-small-q4", 0.85  # how much of an article's meaning is its event's
PLACED = 400  # articles that are timed
WEIGHED = 10_000  # whose memory is told
WINDOW = timedelta(days=4)
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
PLACES = ("Ukraine", "Poland", "Brazil", "Japan", "NATO", "European Union", "Kenya", "Israel", "China", "France")
THINGS = ("flood", "election", "strike", "ceasefire", "sanctions", "earthquake", "trial", "budget", "protest", "merger")


class World:
    """Makes articles of events, each with words of its own."""

    def __init__(self, articles: int) -> None:
        self._chance = Random(SEED)
        self._numbers = np.random.default_rng(SEED)
        self._words = [
            "".join(self._chance.choice("bdfgklmnprst") + self._chance.choice("aeiou") for _ in range(4)) for _ in range(VOCABULARY)
        ]
        ranks = [1 / (rank + 3) for rank in range(VOCABULARY)]
        self._drawn = iter(self._chance.choices(self._words, ranks, k=60 * articles))
        self._step = WINDOW / articles
        self._events: deque[tuple[list[str], list[str], Floats]] = deque(maxlen=2_000)
        background = load_background(MODEL)
        spread, directions = np.linalg.eigh(background.covariance.astype(np.float64))
        self._usual, self._spread = background.mean, (directions * np.sqrt(np.maximum(spread, 0))).T

    def articles(self, many: int) -> Iterator[tuple[Article, Floats]]:
        """The articles in the order of their dates, each with its vector."""
        for number in range(many):
            again = self._events and self._chance.random() < 0.25
            title, lede, vector = self._chance.choice(self._events) if again else self._event()
            at = BEGAN + number * self._step
            written = self._chance.sample(title, 7), [*self._chance.sample(lede, 12), *self._some(12)]
            text = (" ".join(written[0]), " ".join(written[1]), "", "")
            meant = self._usual + EVENT * vector + (1 - EVENT**2) ** 0.5 * self._vector()
            source = f"Outlet {self._chance.randrange(500)}"
            article = Article(f"ar_{number}", "fd", None, f"{number}", *text, "en", source, at, at, at, baseline=False)
            yield article, (meant / np.linalg.norm(meant)).astype(np.float32)

    def _event(self) -> tuple[list[str], list[str], Floats]:
        things = [self._chance.choice(PLACES), self._chance.choice(THINGS)]
        event = [*things, *self._some(8)], self._some(20), self._vector()
        self._events.append(event)
        return event

    def _vector(self) -> Floats:
        return self._numbers.normal(0, 1, WIDTH) @ self._spread

    def _some(self, many: int) -> list[str]:
        return [next(self._drawn) for _ in range(many)]


class WordVectors:
    """TF-IDF as everybody writes it: the cosine with each article that shares a word."""

    def __init__(self, articles: Sequence[Sequence[str]]) -> None:
        counts = [Counter(words) for words in articles]
        having = Counter(word for count in counts for word in count)
        self._rarity = {word: log(1 + len(articles) / many) for word, many in having.items()}
        self._with: dict[str, list[tuple[int, float]]] = {}
        for number, count in enumerate(counts):
            for word, weight in self._weights(count).items():
                self._with.setdefault(word, []).append((number, weight))

    def nearest(self, words: Sequence[str]) -> int | None:
        """The article that is most like these words."""
        near: dict[int, float] = {}
        for word, weight in self._weights(Counter(words)).items():
            for number, other in self._with.get(word, ()):
                near[number] = near.get(number, 0.0) + weight * other
        return max(near, key=lambda number: near[number], default=None)

    def _weights(self, count: Counter[str]) -> dict[str, float]:
        weights = {word: (1 + log(many)) * self._rarity.get(word, 0.0) for word, many in count.items()}
        length = sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}


def milliseconds(run: Callable[[int], object], many: int) -> list[float]:
    """What each of the calls took."""
    taken = []
    for number in range(many):
        begin = process_time()
        run(number)
        taken.append((process_time() - begin) * 1000)
    return sorted(taken)


def words_of_print(each: Print) -> list[str]:
    """What TF-IDF sees of an article."""
    return [*each.title, *each.lede]


def tell(name: str, taken: Sequence[float], floor: float) -> None:
    """One line: median, the slowest of twenty, and how that is to the floor."""
    click.echo(
        f"  {name:34} {median(taken):8.2f} ms, p95 {taken[int(len(taken) * 0.95)]:8.2f} ms, {median(taken) / floor:6.2f} times the cosines"
    )


def compare(recent: int) -> None:
    """Fill a book with so many articles, and time the next ones beside the baselines."""
    made = list(World(recent + PLACED).articles(recent + PLACED))
    print_of(*made[0])
    begin = process_time()
    prints = [print_of(article, vector) for article, vector in made]
    click.echo(f"{recent:,} recent articles; a print costs {(process_time() - begin) / len(prints) * 1000:.2f} ms, its vector not counted")
    before, coming = prints[:recent], prints[recent:]
    floor = _time_cosines(np.stack([vector for _, vector in made]), recent)
    _time_word_vectors(before, coming[: PLACED // 10], floor)
    del made
    for name, bare in (("ours, words and meaning", False), ("ours, words alone", True)):
        _time_ours(name, before, coming, floor, bare=bare)


def _time_cosines(vectors: Floats, recent: int) -> float:
    known = vectors[:recent]
    taken = milliseconds(lambda number: np.argmax(known @ vectors[recent + number]), PLACED)
    tell("cosines of all vectors (numpy)", taken, median(taken))
    return median(taken)


def _time_word_vectors(before: Sequence[Print], coming: Sequence[Print], floor: float) -> None:
    plain = WordVectors([words_of_print(each) for each in before])
    tell("TF-IDF of all words", milliseconds(lambda number: plain.nearest(words_of_print(coming[number])), len(coming)), floor)


def _time_ours(name: str, before: Sequence[Print], coming: Sequence[Print], floor: float, *, bare: bool) -> None:
    known, new = ([dump(replace(each, vector=b"") if bare else each) for each in some] for some in (before, coming))
    gc.collect()
    gc.disable()
    begin = process_time()
    book = filled(known)
    took = process_time() - begin
    gc.enable()
    gc.freeze()
    prints = [load(each) for each in new]
    tell(name, milliseconds(lambda number: book.place(prints[number]), len(new)), floor)
    click.echo(f"    remembered again after a start in {took:.1f} s; {bytes_each(known[:WEIGHED]):,.0f} bytes an article")


def filled(stored: Iterable[bytes]) -> StoryBook:
    """A book that remembers these prints, each a story."""
    book = StoryBook(WINDOW * 2)
    for each in stored:
        known = load(each)
        book.remember(known, f"st_{known.article}")
    return book


def bytes_each(stored: Sequence[bytes]) -> float:
    """What each of these prints takes in memory."""
    tracemalloc.start()
    book = filled(stored)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / len(book)


@click.command()
@click.option("--recent", multiple=True, type=int, default=(10_000, 100_000), show_default=True)
def main(recent: Sequence[int]) -> None:
    """Print the times."""
    with threadpool_limits(1):
        for many in recent:
            compare(many)


if __name__ == "__main__":
    main()
