"""The stories of the recent articles, and into which of them the next article goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations

from service.domain.ids import derived_id
from service.domain.stories import Placement, Rules, are_three_of_one, may_join, may_merge, rank_stories, story_id
from service.matching.likeness import Comparison, Level, Model, load_models
from service.matching.prints import Print
from service.matching.remembered import Remembered
from service.matching.traces import Trace

MOST = 200_000  # articles that are remembered, however long the window
_NEAREST, _NEAREST_IN_MEANING = 40, 20  # articles that another one is compared with: those that share most words, and meaning
_FAR = 0.25  # the cosine below which, whatever their words, hardly any two articles are of one event
_STORIES = 6  # that it may have to do with
_MEMBERS = 8  # of a story, the newest, that decide whether it is one with another
_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Story:
    """The numbers of its recent articles, oldest first, and the stories that a user keeps apart from it."""

    id: str
    numbers: list[int] = field(default_factory=list)
    apart: frozenset[str] = _NONE


class StoryBook:
    """The recent articles and their stories.

    The same articles in the same order have the same stories, whether they were all placed, or some of them remembered: an
    article is placed by those of the window before it alone. The clock is the articles' own: the latest time that one of them
    had. One that is a `window` behind it is forgotten, and so is the oldest where there are too many. Not for several threads.
    """

    def __init__(self, window: timedelta, models: Mapping[Level, Model] | None = None, most: int = MOST) -> None:
        self._models = models or load_models()
        self._remembered = Remembered(window, most)
        self._story_of: dict[int, _Story] = {}  # by number
        self._stories: dict[str, _Story] = {}

    def __len__(self) -> int:
        """How many articles are remembered."""
        return len(self._remembered)

    def find(self, article: str) -> str | None:
        """The story of a recent article."""
        number = self._remembered.number(article)
        return None if number is None else self._story_of[number].id

    def nearest(self, vector: bytes, most: int) -> list[tuple[str, float]]:
        """The recent articles whose meaning is nearest to this vector, and the cosine to each, the nearest first."""
        near = self._remembered.nearest_in_meaning(vector, most)
        return [(self._remembered.trace(number).article, cosine) for number, cosine in near.items()]

    def place(self, each: Print) -> Placement:
        """Where the article goes. One that is there already stays where it is."""
        known = self.find(each.article)
        if known is not None:
            return Placement(known)
        self._forget(each)
        rules = self._models["meaning" if each.vector else "words"].rules
        trace = self._remembered.begin(each)
        links = self._links(trace, each.vector)
        own = self._open(story_id(each.article))
        self._take_in(trace, each.vector, own)
        story, gone = self._settle(own, links, rules)
        return Placement(story.id, tuple(other for other in gone if other != own.id))

    def remember(self, each: Print, story: str) -> None:
        """Take in an article that was placed before, in the order in which it was."""
        if self._remembered.number(each.article) is None:
            self._forget(each)
            self._take_in(self._remembered.begin(each), each.vector, self._open(story))

    def join(self, story: str, other: str) -> None:
        """By a user's hand: `other` becomes part of `story`, even if they were kept apart."""
        if story != other and other in self._stories:
            self._stories[other].apart -= {story}
            self._merge(self._open(story), self._stories[other])

    def split(self, story: str, articles: Collection[str]) -> str:
        """By a user's hand: these articles leave the story, for one of their own, whose id it returns; never to come together again.

        Those that are not of the story are let be; where none is, it returns the story itself.
        """
        numbers = {self._remembered.number(article) for article in articles if self.find(article) == story}
        wanted = {number for number in numbers if number is not None}
        if not wanted:
            return story
        old, new = self._stories[story], self._open(derived_id("st", self._remembered.trace(min(wanted)).article, story))
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
            self._stories[story].apart |= {other}
            self._stories[other].apart |= {story}

    def compare(self, article: str, other: str) -> Comparison:
        """What two recent articles have in common, as of now. Raises LookupError where one is not remembered."""
        one, two = (self._remembered.number(each) for each in (article, other))
        if one is None or two is None:
            raise LookupError("an article that is not remembered")
        trace, against = self._remembered.trace(one), self._remembered.trace(two)
        cosine = self._remembered.cosines_of(one, [two]).get(two)
        model = self._models["words" if cosine is None else "meaning"]
        features = self._remembered.features(trace, [two], [cosine])
        return Comparison(float(model.odds(features)[0]), model.parts(features, 0), tuple(self._remembered.shared(trace, against)))

    def _links(self, trace: Trace, vector: bytes) -> Mapping[str, Sequence[float]]:
        """The log odds that the article reports the same event as each of the nearest, by their stories."""
        numbers = dict.fromkeys(self._remembered.nearest(trace, _NEAREST))
        numbers |= dict.fromkeys(self._remembered.nearest_in_meaning(vector, _NEAREST_IN_MEANING))
        cosines = self._remembered.cosines(vector, list(numbers))
        near = [number for number in numbers if cosines.get(number, 1.0) > _FAR]
        links: dict[str, list[float]] = {}
        for number, odds in zip(near, self._odds(trace, near, cosines), strict=True):
            links.setdefault(self._story_of[number].id, []).append(odds)
        return links

    def _odds(self, trace: Trace, numbers: Sequence[int], cosines: Mapping[int, float]) -> list[float]:
        """The log odds that the article reports the same event as each of these; by words alone where there is no cosine."""
        if not numbers:
            return []
        features = self._remembered.features(trace, numbers, [cosines.get(number) for number in numbers])
        levels: list[Level] = ["meaning" if number in cosines else "words" for number in numbers]
        by_level = {level: self._models[level].odds(features).tolist() for level in set(levels)}
        return [by_level[level][place] for place, level in enumerate(levels)]

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
            between = [] if one.id in other.apart else self._between(one, other)
            if are_three_of_one(links[one.id], links[other.id], between, rules):
                return [one, other]
        return []

    def _between(self, story: _Story, other: _Story) -> list[float]:
        """The log odds of each of the newest articles of the one with each of the other."""
        one, two = sorted((story.numbers[-_MEMBERS:], other.numbers[-_MEMBERS:]), key=len)
        return [odds for number in one for odds in self._odds_with(number, two)]

    def _odds_with(self, number: int, others: list[int]) -> list[float]:
        return self._odds(self._remembered.trace(number), others, self._remembered.cosines_of(number, others))

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

    def _take_in(self, trace: Trace, vector: bytes, story: _Story) -> None:
        number = self._remembered.take_in(trace, vector)
        self._story_of[number] = story
        story.numbers.append(number)

    def _forget(self, coming: Print) -> None:
        """Forget what is too old for the article that comes."""
        for number in self._remembered.forget(coming):
            story = self._story_of.pop(number)
            story.numbers.remove(number)
            if not story.numbers:
                self._drop(story)

    def _drop(self, story: _Story) -> None:
        self._stories.pop(story.id, None)
        for apart in story.apart:
            if apart in self._stories:
                self._stories[apart].apart -= {story.id}
