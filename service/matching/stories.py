"""The stories of the recent articles, and into which of them the next article goes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from service.domain.ids import derived_id
from service.domain.stories import Placement, Rules, are_three_of_one, may_join, may_merge, rank_stories, story_id
from service.matching.likeness import Comparison, Level, Model, Profile, features_of, load_models, load_usual, profile_of
from service.matching.prints import Print
from service.matching.recent import Recent, Squares

if TYPE_CHECKING:
    from service.matching.story_vectors import VectorShelf

MOST = 200_000  # articles that are remembered, however long the window
_NEAREST, _NEAREST_IN_MEANING = 40, 20  # articles that another one is compared with: those that share most words, and meaning
_FAR = 0.25  # the cosine below which, whatever their words, hardly any two articles are of one event
_STORIES = 6  # that it may have to do with
_MEMBERS = 8  # of a story, the newest, that decide whether it is one with another


class _Kept(NamedTuple):
    """An article that is remembered, and when it came by the clock of the articles."""

    profile: Profile
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

    def nearest(self, vector: bytes, most: int) -> list[tuple[str, float]]:
        """The recent articles whose meaning is nearest to this vector, and the cosine to each, the nearest first."""
        near = self._vectors.nearest(vector, most) if self._vectors is not None else {}
        return [(self._kept[number].profile.print.article, cosine) for number, cosine in near.items()]

    def place(self, each: Print) -> Placement:
        """Where the article goes. One that is there already stays where it is."""
        known = self.find(each.article)
        if known is not None:
            return Placement(known)
        self._forget(each)
        profile, rules = profile_of(each), self._models["meaning" if each.vector else "words"].rules
        links = self._links(profile)
        own = self._open(story_id(each.article))
        self._take_in(profile, own)
        story, gone = self._settle(own, links, rules)
        return Placement(story.id, tuple(other for other in gone if other != own.id))

    def remember(self, each: Print, story: str) -> None:
        """Take in an article that was placed before, in the order in which it was."""
        if each.article not in self._number_of:
            self._forget(each)
            self._take_in(profile_of(each), self._open(story))

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
        old, new = self._stories[story], self._open(derived_id("st", self._kept[min(wanted)].profile.print.article, story))
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

    def compare(self, article: str, other: str) -> Comparison:
        """What two recent articles have in common, as of now. Raises LookupError where one is not remembered."""
        one, two = (self._number_of[each] for each in (article, other))
        squares, profile, against = self._recent.squares(), self._kept[one].profile, self._kept[two].profile
        cosine = self._cosines(profile, [two]).get(two)
        model = self._models["words" if cosine is None else "meaning"]
        features = features_of(profile, against, squares, cosine)
        shared = sorted(profile.terms & against.terms, key=lambda term: (-squares[term], term))
        return Comparison(model.odds(features), model.parts(features), tuple(shared))

    def _links(self, each: Profile) -> Mapping[str, Sequence[float]]:
        """The log odds that the article reports the same event as each of the nearest, by their stories."""
        squares = self._recent.squares()
        numbers = dict.fromkeys(self._recent.nearest(each.terms, squares, _NEAREST))
        if each.print.vector and self._vectors is not None:
            numbers |= dict.fromkeys(self._vectors.nearest(each.print.vector, _NEAREST_IN_MEANING))
        cosines = self._cosines(each, list(numbers))
        links: dict[str, list[float]] = {}
        for number, odds in self._compare(each, [number for number in numbers if cosines.get(number, 1.0) > _FAR], squares):
            links.setdefault(self._story_of[number].id, []).append(odds)
        return links

    def _compare(self, each: Profile, numbers: list[int], squares: Squares) -> Iterator[tuple[int, float]]:
        cosines = self._cosines(each, numbers)
        for number in numbers:
            features = features_of(each, self._kept[number].profile, squares, cosines.get(number))
            yield number, self._models["meaning" if number in cosines else "words"].odds(features)

    def _cosines(self, each: Profile, numbers: list[int]) -> Mapping[int, float]:
        return self._vectors.cosines(each.print.vector, numbers) if each.print.vector and self._vectors is not None else {}

    def _settle(self, own: _Story, links: Mapping[str, Sequence[float]], rules: Rules) -> tuple[_Story, list[str]]:
        """Put an article's own story together with what it belongs to; the story it is in then, and those that are gone."""
        near = [self._stories[each] for each in rank_stories(links, rules)[:_STORIES]]
        first = next((story for story in near if may_join(links[story.id], rules)), None)
        joined = [first] if first is not None else self._two_of_one(near, links, rules)
        gone: list[str] = []
        for story in joined:
            own = self._put_together(own, story, gone)
        for story in near if joined else ():
            if story not in joined and own.id not in story.apart and may_merge(self._between(own, story), rules):
                own = self._put_together(own, story, gone)
        return own, gone

    def _two_of_one(self, near: Sequence[_Story], links: Mapping[str, Sequence[float]], rules: Rules) -> list[_Story]:
        """Two stories that are one by the article between them, neither of which it joins by itself."""
        for one, other in combinations(near, 2):
            if one.id not in other.apart and are_three_of_one(links[one.id], links[other.id], self._between(one, other), rules):
                return [one, other]
        return []

    def _between(self, story: _Story, other: _Story) -> list[float]:
        squares, newest = self._recent.squares(), other.numbers[-_MEMBERS:]
        return [odds for number in story.numbers[-_MEMBERS:] for _, odds in self._compare(self._kept[number].profile, newest, squares)]

    def _put_together(self, story: _Story, other: _Story, gone: list[str]) -> _Story:
        older, newer = sorted((story, other), key=lambda one: one.numbers[0])
        self._merge(older, newer)
        gone.append(newer.id)
        return older

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

    def _take_in(self, profile: Profile, story: _Story) -> None:
        number, each = self._next, profile.print
        self._next += 1
        self._clock = each.at if self._clock is None else max(self._clock, each.at)
        self._kept[number] = _Kept(profile, self._clock)
        self._number_of[each.article] = number
        self._story_of[number] = story
        story.numbers.append(number)
        self._recent.add(number, profile.terms)
        if each.vector:
            self._shelf().add(number, each.vector)

    def _forget(self, coming: Print) -> None:
        """Forget what is too old for the article that comes."""
        clock = coming.at if self._clock is None else max(self._clock, coming.at)
        while self._kept:
            number, kept = next(iter(self._kept.items()))
            if clock - kept.clock <= self._window and len(self._kept) < self._most:
                break
            self._leave(number, kept)

    def _leave(self, number: int, kept: _Kept) -> None:
        del self._kept[number], self._number_of[kept.profile.print.article]
        story = self._story_of.pop(number)
        story.numbers.remove(number)
        self._recent.discard(number, kept.profile.terms)
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
            from service.matching.story_vectors import VectorShelf  # only where there are vectors: loading numpy takes a while

            self._vectors = VectorShelf()
        return self._vectors
