"""How much two articles have in common, as the numbers from which it follows how probable it is that they report one event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, NamedTuple

import numpy as np

from service.domain.stories import Rules
from service.matching.beside import NUMBERS, NUMBERS_OF_TITLE, TEXT, THINGS, TITLE_WORDS, TOLD, Beside
from service.matching.once import once
from service.matching.recent import Floats

Level = Literal["words", "meaning"]
Features = Mapping[str, Floats]  # a number for each of the articles that one is compared with

_HOURS = 6  # as long as an event is quite new


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic model of one level, and the rules for its log odds."""

    intercept: float
    weights: Mapping[str, float]
    rules: Rules

    def odds(self, features: Features) -> Floats:
        """The log odds that an article reports one event with each of the others, by their features."""
        table = np.array([features[name] for name in self.weights])
        odds: Floats = np.array(list(self.weights.values())) @ table + self.intercept
        return odds

    def parts(self, features: Features, place: int) -> dict[str, float]:
        """What each feature adds to the odds with the other one in this place; of those that add something."""
        parts = {name: weight * float(features[name][place]) for name, weight in self.weights.items()}
        return {"to begin with": self.intercept} | {name: part for name, part in parts.items() if part}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why two articles are taken for one event, or not: the log odds, what adds to them, and the terms that both have, rarest first."""

    odds: float
    parts: Mapping[str, float]
    shared: tuple[str, ...]


def features_of(beside: Beside, cosines: Sequence[float | None]) -> Features:
    """What the model weighs, by name, of one article beside each of several; `cosines` are those of their centred vectors."""
    one, others, title = beside.one, beside.others, beside.alike(TITLE_WORDS, TITLE_WORDS)
    hours = np.array([abs((one.at - each.at).total_seconds()) / 3600 for each in others])
    two_languages = np.array([one.language != each.language and bool(one.language and each.language) for each in others], float)
    cosine = np.array([each or 0.0 for each in cosines])
    return {
        "title": title,
        "across": (beside.alike(TITLE_WORDS, TEXT) + beside.alike(TEXT, TITLE_WORDS)) / 2,
        "text": beside.alike(TEXT, TEXT),
        "title_things": beside.alike(TOLD, TOLD),
        "things": beside.alike(THINGS, THINGS),
        "swapped": title * beside.swap(),
        "swapped_names": title * beside.swap_names(),
        "other_actors": beside.name_others().astype(float),
        "other_numbers": beside.differ(NUMBERS_OF_TITLE).astype(float),
        "same_numbers": beside.share(NUMBERS_OF_TITLE).astype(float),
        "shared_numbers": beside.share(NUMBERS).astype(float),
        "gap": np.log1p(hours / _HOURS),
        "same_source": np.array([one.source == each.source for each in others], float),
        "two_languages": two_languages,
        "other_counters": beside.count_on().astype(float),
        "row_gap": np.array([one.series and each.series for each in others], float) * np.minimum(hours, 24) / 24,
        "cosine": cosine,
        "two_languages_cosine": cosine * two_languages,
    }


class Usual(NamedTuple):
    """In how many of so many articles the commonest terms stand."""

    articles: int
    counts: Mapping[str, int]


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
