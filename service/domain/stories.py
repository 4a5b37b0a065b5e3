"""Which story does an article belong to: its own, one that is there, or two that are one after all?

Everything is decided on log odds: how much likelier it is that two articles report one event than that they do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain.ids import derived_id


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article went: into `story`. `merged` are the stories that became part of it by that, if any."""

    story: str
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """How much evidence it takes.

    `join`: the mean odds with a story. `alone`: what is asked besides of one single pair of articles, of n pairs an nth of it: one
    pair may be alike by chance, several seldom are. `merge`: the mean odds between two stories, each article with each.
    `near`: the least odds at which a story is looked at at all.
    """

    join: float
    alone: float
    merge: float
    near: float

    def enough(self, pairs: int) -> float:
        """The mean odds that so many pairs need."""
        return self.join + self.alone / pairs


def story_id(article: str) -> str:
    """The id of the story that this article opens."""
    return derived_id("st", article)


def support(links: Sequence[float]) -> float:
    """What an article's odds with the members of one story come to: one near member is not enough where others are far.

    The mean of the best two, lowered towards the mean of all.
    """
    best = sorted(links, reverse=True)
    two = best[:2]
    return (sum(two) / len(two) + sum(best) / len(best)) / 2


def rank_stories(links: Mapping[str, Sequence[float]], rules: Rules) -> list[str]:
    """The stories that an article may have to do with, the likeliest first."""
    supported = {story: support(several) for story, several in links.items()}
    return sorted((each for each in supported if supported[each] >= rules.near), key=lambda story: (-supported[story], story))


def may_join(links: Sequence[float], rules: Rules) -> bool:
    """Whether an article joins a story, by its odds with the nearest members."""
    return support(links) >= rules.enough(len(links))


def are_three_of_one(one: Sequence[float], other: Sequence[float], between: Sequence[float], rules: Rules) -> bool:
    """Whether an article and two stories, neither of which it may join alone, are one: all three pairs are alike."""
    apart = _mean(between)
    return apart >= rules.merge and (support(one) + support(other) + apart) / 3 >= rules.enough(3)


def may_merge(between: Sequence[float], rules: Rules) -> bool:
    """Whether two stories are one, by the odds of each article of the one with each of the other."""
    return bool(between) and _mean(between) >= rules.merge + rules.alone / len(between)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else float("-inf")
