"""The stories of the recent articles, and into which of them the next article goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from service.domain.ids import derived_id
from service.domain.stories import Placement, Rules, may_merge, stories_to_join, story_id
from service.matching.likeness import Level, Model, Weight, features_of, load_models, load_usual
from service.matching.prints import Print
from service.matching.recent import Recent

if TYPE_CHECKING:
    from service.matching.story_vectors import VectorShelf

MOST = 200_000  # articles that are remembered, however long the window
_NEAREST = 40  # articles that another one is compared with
_MEMBERS = 8  # of a story, the newest, that decide whether it is one with another


class _Kept(NamedTuple):
    """An article that is remembered, and when it came by the clock of the articles."""

    print: Print
    terms: frozenset[str]
    clock: datetime


@dataclass(slots=True)
class _Story:
    """The numbers of its recent articles, oldest first, and the stories that a user keeps apart from it."""

    id: str
    numbers: list[int] = field(default_factory=list)
    apart: set[str] = field(default_factory=set)


class StoryBook:
    """The recent articles and their stories.

    The same articles in the same order have the same stories, whether they were all placed, or some of them remembered: an
    article is placed by those of the window before it alone. The clock is the articles' own: the latest time that one of them
    had. One that is a `window` behind it is forgotten, and so is the oldest where there are too many. Not for several threads.
    """

    def __init__(self, window: timedelta, models: Mapping[Level, Model] | None = None, most: int = MOST) -> None:
        self._window, self._most = window, most
        self._models = models or load_models()
        usual = load_usual()
        self._recent = Recent(usual.counts, usual.articles)
        self._vectors: VectorShelf | None = None
        self._kept: dict[int, _Kept] = {}  # by number, oldest first
        self._number_of: dict[str, int] = {}
        self._story_of: dict[int, _Story] = {}
        self._stories: dict[str, _Story] = {}
        self._next = 0
        self._clock: datetime | None = None

    def __len__(self) -> int:
        """How many articles are remembered."""
        return len(self._kept)

    def find(self, article: str) -> str | None:
        """The story of a recent article."""
        number = self._number_of.get(article)
        return None if number is None else self._story_of[number].id

    def place(self, each: Print) -> Placement:
        """Where the article goes. One that is there already stays where it is."""
        known = self.find(each.article)
        if known is not None:
            return Placement(known)
        self._forget(each)
        rules = self._models["meaning" if each.vector else "words"].rules
        story, merged = self._join(self._odds(each), rules) or (self._open(story_id(each.article)), ())
        self._take_in(each, story)
        return Placement(story.id, merged)

    def remember(self, each: Print, story: str) -> None:
        """Take in an article that was placed before, in the order in which it was."""
        if each.article not in self._number_of:
            self._forget(each)
            self._take_in(each, self._open(story))

    def join(self, story: str, other: str) -> None:
        """By a user's hand: `other` becomes part of `story`, even if they were kept apart."""
        if story != other and other in self._stories:
            self._stories[other].apart.discard(story)
            self._merge(self._open(story), self._stories[other])

    def split(self, story: str, articles: Collection[str]) -> str:
        """By a user's hand: these articles leave the story, for one of their own, whose id it returns; never to come together again.

        Those that are not of the story are let be; where none is, it returns the story itself.
        """
        wanted = {self._number_of[article] for article in articles if self.find(article) == story}
        if not wanted:
            return story
        old, new = self._stories[story], self._open(derived_id("st", self._kept[min(wanted)].print.article, story))
        old.numbers = [number for number in old.numbers if number not in wanted]
        new.numbers = sorted([*new.numbers, *wanted])
        self._story_of.update(dict.fromkeys(wanted, new))
        for apart in (story, *old.apart):
            self.keep_apart(new.id, apart)
        if not old.numbers:
            self._drop(old)
        return new.id

    def keep_apart(self, story: str, other: str) -> None:
        """By a user's hand: the two are never put together again, unless by `join`. To be said once their articles are remembered."""
        if story in self._stories and other in self._stories and story != other:
            self._stories[story].apart.add(other)
            self._stories[other].apart.add(story)

    def _odds(self, each: Print) -> Mapping[str, Sequence[float]]:
        """The log odds that the article reports the same event as each of the nearest, by their stories."""
        weight = self._recent.weights()
        links: dict[str, list[float]] = {}
        for number, odds in self._compare(each, self._recent.nearest(_terms(each), weight, _NEAREST), weight):
            links.setdefault(self._story_of[number].id, []).append(odds)
        return links

    def _compare(self, each: Print, numbers: list[int], weight: Weight) -> Iterator[tuple[int, float]]:
        cosines = self._vectors.cosines(each.vector, numbers) if each.vector and self._vectors else {}
        for number in numbers:
            features = features_of(each, self._kept[number].print, weight, cosines.get(number))
            yield number, self._models["meaning" if number in cosines else "words"].odds(features)

    def _join(self, links: Mapping[str, Sequence[float]], rules: Rules) -> tuple[_Story, tuple[str, ...]] | None:
        """The story that the article joins, with what became part of it; None where it joins none."""
        wanted = [self._stories[each] for each in stories_to_join(links, rules)]
        if not wanted:
            return None
        story, gone = wanted[0], []
        for other in wanted[1:]:
            if other.id not in story.apart and may_merge(self._between(story, other), rules):
                older, newer = sorted((story, other), key=lambda one: one.numbers[0])
                self._merge(older, newer)
                story = older
                gone.append(newer.id)
        return story, tuple(gone)

    def _between(self, story: _Story, other: _Story) -> list[float]:
        weight = self._recent.weights()
        newest = other.numbers[-_MEMBERS:]
        return [odds for number in story.numbers[-_MEMBERS:] for _, odds in self._compare(self._kept[number].print, newest, weight)]

    def _merge(self, story: _Story, other: _Story) -> None:
        for number in other.numbers:
            self._story_of[number] = story
        story.numbers = sorted([*story.numbers, *other.numbers])
        for apart in other.apart - {story.id}:
            self.keep_apart(story.id, apart)
        self._drop(other)

    def _open(self, story: str) -> _Story:
        if story not in self._stories:
            self._stories[story] = _Story(story)
        return self._stories[story]

    def _take_in(self, each: Print, story: _Story) -> None:
        number, self._next = self._next, self._next + 1
        self._clock = each.at if self._clock is None else max(self._clock, each.at)
        kept = self._kept[number] = _Kept(each, _terms(each), self._clock)
        self._number_of[each.article] = number
        self._story_of[number] = story
        story.numbers.append(number)
        self._recent.add(number, kept.terms)
        if each.vector:
            self._shelf().add(number, each.vector)

    def _forget(self, coming: Print) -> None:
        """Forget what is too old for the article that comes."""
        clock = coming.at if self._clock is None else max(self._clock, coming.at)
        while self._kept:
            number, kept = next(iter(self._kept.items()))
            if kept.clock >= clock - self._window and len(self._kept) < self._most:
                break
            self._leave(number, kept)

    def _leave(self, number: int, kept: _Kept) -> None:
        del self._kept[number], self._number_of[kept.print.article]
        story = self._story_of.pop(number)
        story.numbers.remove(number)
        self._recent.discard(number, kept.terms)
        if self._vectors is not None:
            self._vectors.discard(number)
        if not story.numbers:
            self._drop(story)

    def _drop(self, story: _Story) -> None:
        self._stories.pop(story.id, None)
        for apart in story.apart:
            if apart in self._stories:
                self._stories[apart].apart.discard(story.id)

    def _shelf(self) -> VectorShelf:
        if self._vectors is None:
            from service.matching.story_vectors import VectorShelf  # numpy comes with the `meaning` extra, as vectors do

            self._vectors = VectorShelf()
        return self._vectors


def _terms(each: Print) -> frozenset[str]:
    return frozenset((*each.title, *each.lede, *each.things))
