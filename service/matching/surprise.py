"""How much a part of a topic tells: how surprising it is that an article of the news has it.

A sixth of the world's news is of governments, hardly any of bridges: of "government bridge" an article that has the second tells more.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from math import log

from service.matching.once import once
from service.matching.topic_parts import TopicPart

NAME, WORD = 3.5, 4.7  # of what is in no table of concepts: on the mean in three articles of a hundred, and in one


def surprise_of(part: TopicPart) -> float:
    """Minus the logarithm of the chance that an article has the part, in nats (Shannon 1948)."""
    if not part.concepts:
        return NAME if part.kind in ("name", "place") else WORD
    chances = load_chances()
    return -log(min(1.0, sum([chances[concept] for concept in part.concepts])))


@once
def load_chances() -> Mapping[str, float]:
    """The share of the articles of mixed news that have a concept, by its name; `python -m tools.count_concepts` counts them."""
    (_all, total), *counts = _counts(files("service.matching").joinpath("data/concept_counts.txt").read_text("utf-8"))
    return {concept: (count + 1) / (total + 1) for concept, count in counts}  # what is in none is still possible


def _counts(text: str) -> list[tuple[str, int]]:
    return [(name, int(count)) for name, _tab, count in (line.partition("\t") for line in text.splitlines())]
