"""How much two articles have in common, as the numbers from which it follows how probable it is that they report one event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from math import log1p, sqrt
from typing import Literal, NamedTuple

from service.domain.stories import Rules
from service.matching.once import once
from service.matching.prints import Print
from service.matching.recent import Squares

Level = Literal["words", "meaning"]

_ACTORS = ("person:", "state:", "org:", "office:")
_LIKE_EACH_OTHER = frozenset({"state", "person"})  # of other kinds each may be the other's: the Pentagon, the US Army
_BEGINNING = 4  # letters of a name that its people and its adjective share
_HOURS = 6  # as long as an event is quite new


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model of one level, and the rules for its log odds."""

    intercept: float
    weights: Mapping[str, float]
    rules: Rules

    def odds(self, features: Mapping[str, float]) -> float:
        """The log odds that the articles with these features report one event."""
        return self.intercept + sum(weight * features[name] for name, weight in self.weights.items())

    def parts(self, features: Mapping[str, float]) -> dict[str, float]:
        """What each feature adds to the odds; of those that add something."""
        parts = {name: weight * features[name] for name, weight in self.weights.items()}
        return {"to begin with": self.intercept} | {name: part for name, part in parts.items() if part}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why two articles are taken for one event, or not: the log odds, what adds to them, and the terms that both have, rarest first."""

    odds: float
    parts: Mapping[str, float]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """A print, with its words as sets."""

    print: Print
    title: frozenset[str]
    text: frozenset[str]  # the title's words, too
    actors: frozenset[str]  # of the title
    beginnings: frozenset[str]  # of the words of the text

    @property
    def terms(self) -> frozenset[str]:
        """All that it can be found by."""
        return self.text | self.print.things


def profile_of(each: Print) -> Profile:
    """The print as it is compared."""
    title = frozenset(each.title)
    actors = frozenset(thing for thing in each.title_things if thing.startswith(_ACTORS))
    text = title.union(each.lede)
    return Profile(each, title, text, actors, frozenset(term[:_BEGINNING] for term in text))


def features_of(one: Profile, other: Profile, squares: Squares, cosine: float | None) -> dict[str, float]:
    """What the model weighs, by name; `cosine` is that of their centred vectors, None where one has none."""
    mine, theirs = one.print, other.print
    hours = abs((mine.at - theirs.at).total_seconds()) / 3600
    two_languages = float(mine.language != theirs.language and bool(mine.language and theirs.language))
    in_title = alike(one.title, other.title, squares)
    features = {
        "title": in_title,
        "across": (alike(one.title, other.text, squares) + alike(one.text, other.title, squares)) / 2,
        "text": alike(one.text, other.text, squares),
        "title_things": alike(mine.title_things, theirs.title_things, squares),
        "things": alike(mine.things, theirs.things, squares),
        "swapped": in_title * _swapped(one, other),
        "swapped_names": in_title * _swapped_names(one, other),
        "other_actors": _apart(one.actors, other.actors),
        "other_numbers": _apart(mine.title_numbers, theirs.title_numbers),
        "same_numbers": float(not mine.title_numbers.isdisjoint(theirs.title_numbers)),
        "shared_numbers": float(not mine.numbers.isdisjoint(theirs.numbers)),
        "gap": log1p(hours / _HOURS),
        "same_source": float(mine.source == theirs.source),
        "two_languages": two_languages,
        "other_counters": float(_count_apart(mine.counters, theirs.counters)),
        "row_gap": min(hours, 24) / 24 if mine.series and theirs.series else 0.0,
    }
    if cosine is not None:
        features |= {"cosine": cosine, "two_languages_cosine": cosine * two_languages}
    return features


def alike(one: frozenset[str], other: frozenset[str], squares: Squares) -> float:
    """The cosine of two sets of terms, each of its weight; `squares` are those of the weights."""
    shared = one & other
    if not shared:
        return 0.0
    square = squares.__getitem__
    return sum(map(square, shared)) / (sqrt(sum(map(square, one)) * sum(map(square, other))) or 1.0)


def _swapped(one: Profile, other: Profile) -> bool:
    """Whether each title has a state the other article lacks, or each a person: "floods in Poland", "floods in Brazil"."""
    mine, theirs = one.actors - other.print.things, other.actors - one.print.things
    kinds = {thing.partition(":")[0] for thing in mine} & {thing.partition(":")[0] for thing in theirs}
    return not kinds.isdisjoint(_LIKE_EACH_OTHER)


def _swapped_names(one: Profile, other: Profile) -> bool:
    """Whether each title has a name the other article lacks."""
    return _lacks(other, one.print.title_names) and _lacks(one, other.print.title_names)


def _lacks(profile: Profile, names: frozenset[str]) -> bool:
    missing = names - profile.text
    return bool(missing) and any(name[:_BEGINNING] not in profile.beginnings for name in missing)


def _apart(one: frozenset[str], other: frozenset[str]) -> float:
    """Whether both have some, and none is the other's."""
    return float(bool(one and other) and one.isdisjoint(other))


class Usual(NamedTuple):
    """In how many of so many articles the commonest terms stand."""

    articles: int
    counts: Mapping[str, int]


def _count_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both count the same, one with another number: day 448, day 449."""
    if not one or not other:
        return False
    counted = {each.partition(" ")[0] for each in one} & {each.partition(" ")[0] for each in other}
    return bool(counted) and one.isdisjoint(other)


@once
def load_usual() -> Usual:
    """What is usual in news, so that the first articles that are met are judged well, too; `python -m tools.fit_stories` makes it."""
    head, *lines = files("service.matching").joinpath("data/stories/usual.txt").read_text("utf-8").splitlines()
    return Usual(int(head), {term: int(count) for count, _, term in (line.partition(" ") for line in lines)})


@once
def load_models() -> Mapping[Level, Model]:
    """The models that are shipped; `python -m tools.fit_stories` makes them."""
    return parse_models(files("service.matching").joinpath("data/stories/model.json").read_text("utf-8"))


def parse_models(text: str) -> Mapping[Level, Model]:
    """The models that `text` writes down as JSON."""
    levels = json.loads(text)
    return {level: Model(each["intercept"], each["weights"], Rules(**each["rules"])) for level, each in levels.items()}
