"""How much two articles have in common, as the numbers from which it follows how probable it is that they report one event."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log1p, sqrt
from typing import Literal, NamedTuple

from service.domain.stories import Rules
from service.matching.prints import Print

Weight = Callable[[str], float]  # of a term: the rarer among recent articles, the more
Level = Literal["words", "meaning"]

_ACTORS = ("person:", "state:", "org:", "office:")
_PLACES = ("state:",)


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model of one level, and the rules for its log odds."""

    intercept: float
    weights: Mapping[str, float]
    rules: Rules

    def odds(self, features: Mapping[str, float]) -> float:
        """The log odds that the articles with these features report one event."""
        return self.intercept + sum(weight * features[name] for name, weight in self.weights.items())


def features_of(one: Print, other: Print, weight: Weight, cosine: float | None) -> dict[str, float]:
    """What the model weighs, by name; `cosine` is that of their centred vectors, None where one has none."""
    title, other_title = frozenset(one.title), frozenset(other.title)
    text, other_text = title.union(one.lede), other_title.union(other.lede)
    hours = abs((one.at - other.at).total_seconds()) / 3600
    two_languages = one.language != other.language and bool(one.language and other.language)
    in_title = alike(title, other_title, weight)
    across = (alike(title, other_text, weight) + alike(text, other_title, weight)) / 2
    things = alike(one.things, other.things, weight)
    in_a_row = bool(one.series and other.series)
    features = {
        "title": in_title,
        "across": across,
        "text": alike(text, other_text, weight),
        "title_things": alike(one.title_things, other.title_things, weight),
        "things": things,
        "other_actors": _apart(_actors(one.title_things), _actors(other.title_things)),
        "other_numbers": _apart(one.title_numbers, other.title_numbers),
        "same_numbers": float(bool(one.title_numbers & other.title_numbers)),
        "shared_numbers": float(bool(one.numbers & other.numbers)),
        "gap": log1p(hours / 6),
        "same_source": float(one.source == other.source),
        "two_languages": float(two_languages),
        "two_languages_things": things * two_languages,
        "row": float(in_a_row),
        "row_gap": in_a_row * min(hours, 24) / 24,
    }
    if cosine is not None:
        features |= {"cosine": cosine, "two_languages_cosine": cosine * two_languages}
    return features


def alike(one: Collection[str], other: Collection[str], weight: Weight) -> float:
    """The cosine of two sets of terms, each of its weight."""
    if not one or not other:
        return 0.0
    shared = sum(weight(term) ** 2 for term in one if term in other)
    return shared / (sqrt(sum(weight(term) ** 2 for term in one) * sum(weight(term) ** 2 for term in other)) or 1.0)


def _actors(things: Iterable[str]) -> frozenset[str]:
    return frozenset(thing for thing in things if thing.startswith(_ACTORS))


def _apart(one: frozenset[str], other: frozenset[str]) -> float:
    """Whether both have some, and none is the other's."""
    return float(bool(one and other) and one.isdisjoint(other))


class Usual(NamedTuple):
    """In how many of so many articles the commonest terms stand."""

    articles: int
    counts: Mapping[str, int]


@lru_cache(maxsize=1)
def load_usual() -> Usual:
    """What is usual in news, so that the first articles that are met are judged well, too; `python -m tools.fit_stories` makes it."""
    head, *lines = files("service.matching").joinpath("data/stories/usual.txt").read_text("utf-8").splitlines()
    return Usual(int(head), {term: int(count) for count, _, term in (line.partition(" ") for line in lines)})


@lru_cache(maxsize=1)
def load_models() -> Mapping[Level, Model]:
    """The models that are shipped; `python -m tools.fit_stories` makes them."""
    return parse_models(files("service.matching").joinpath("data/stories/model.json").read_text("utf-8"))


def parse_models(text: str) -> Mapping[Level, Model]:
    """The models that `text` writes down as JSON."""
    levels = json.loads(text)
    return {level: Model(each["intercept"], each["weights"], Rules(**each["rules"])) for level, each in levels.items()}
