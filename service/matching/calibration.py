"""From what an article has of a rule to two probabilities, by a small logistic model whose weights are shipped as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from math import exp
from typing import Literal, NamedTuple

from service.domain.evidence import Scores
from service.domain.rules import Precision
from service.matching.once import once
from service.matching.watching import Findings

Level = Literal["words", "meaning"]  # what is known about an article: its words alone, or what it means as well

# A name in the rule's name that the article hardly has, or lacks: the rule "Trump tariffs on the EU" asks for both.
# A name that is none of its actors is only missed: "Gaza ceasefire" on Israel and Hamas.
HARDLY, MISSED, LACKING = 0.8, 0.7, 0.4
CLEAR = 0.5  # how much together is more than a sidebar that happens to have all the words
_THERE = 0.6
_PRECISIONS: tuple[Precision, ...] = ("strict", "balanced", "broad")


class Nearness(NamedTuple):
    """How near an article's meaning is to a rule's, in standard deviations above recent articles.

    `both`: to its actors and topics, `name`: to its name. `company`, from 0 to 1: how far the articles before it that are nearest
    to it in meaning matched the rule.
    """

    both: float
    name: float
    company: float = 0.0


class Model(NamedTuple):
    """A logistic model: weights by feature."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """In (0, 1)."""
        return 1 / (1 + exp(-self.intercept - sum([weight * features[name] for name, weight in self.weights.items()])))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The models of one level, and the least probability for each precision."""

    comes_up: Model
    is_about: Model
    least: Mapping[Precision, float]  # of `is_about` for strict, of `comes_up` for the others

    def scores(self, features: Mapping[str, float], nearness: Nearness | None) -> Scores:
        """The two probabilities; what an article is about comes up in it."""
        comes_up, is_about = self.comes_up.probability(features), self.is_about.probability(features)
        return Scores(round(max(comes_up, is_about), 4), round(is_about, 4), nearness.both if nearness else None)

    def suffice(self, scores: Scores, precision: Precision) -> bool:
        """Whether an article with these scores matches a rule of this precision."""
        return (scores.is_about if precision == "strict" else scores.comes_up) >= self.least[precision]


def features_of(findings: Findings, nearness: Nearness | None) -> dict[str, float]:
    """What the models weigh, by name."""
    both, also = _factor(findings.both_named, LACKING), _factor(findings.also_named, MISSED)
    together = findings.together * both * also
    clear = min(1.0, together / CLEAR)
    features = {
        "together": together,
        "clear": clear,
        "actor": 0.0 if findings.topics_alone else findings.actor,
        "mentioned": float(findings.actor > 0 and not findings.topics_alone),
        "actor_alone": float(findings.actor > 0 and findings.actors_alone),
        "topic_alone": float(findings.topics_alone),
        "told": findings.told,
        "told_clear": findings.told * clear,
        "in_title": findings.actor_in_title * findings.topic_in_title,
        "named": both * also,
    }
    if nearness is not None:
        near = nearness.both * both
        features |= {"near": near, "near_name": nearness.name * both, "near_only": 0.0 if findings.together else near}
        features["company"] = nearness.company
    return features


def _factor(named: float, lacking: float) -> float:
    return 1.0 if named >= _THERE else HARDLY if named else lacking


@once
def load_calibrations() -> Mapping[Level, Calibration]:
    """The models that are shipped with this package; `python -m tools.fit_calibration` makes them."""
    return parse_calibrations(files("service.matching").joinpath("data/calibration.json").read_text("utf-8"))


def parse_calibrations(text: str) -> Mapping[Level, Calibration]:
    """The models that `text` writes down as JSON."""
    levels: Mapping[Level, Mapping[str, Mapping[str, float]]] = json.loads(text)
    return {
        level: Calibration(_model(models["comes_up"]), _model(models["is_about"]), {name: models["least"][name] for name in _PRECISIONS})
        for level, models in levels.items()
    }


def _model(weights: Mapping[str, float]) -> Model:
    return Model(weights["intercept"], {name: weight for name, weight in weights.items() if name != "intercept"})
