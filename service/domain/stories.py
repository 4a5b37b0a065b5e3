"""Which story does an article belong to: its own, one that is there, or two that are one after all?"""

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
    """How much evidence it takes; all are log odds.

    `join`: of an article with the members of a story that are nearest to it. `merge`: of two stories' members with each other,
    where an article would join both.
    """

    join: float
    merge: float


def story_id(article: str) -> str:
    """The id of the story that this article opens."""
    return derived_id("st", article)


def support(links: Sequence[float]) -> float:
    """What an article's log odds with the members of one story come to: one near member is not enough where others are far.

    The mean of the best two, lowered towards the mean of all. An article alone with one member has that one's.
    """
    best = sorted(links, reverse=True)
    two = sum(best[:2]) / len(best[:2])
    return (two + sum(best) / len(best)) / 2


def stories_to_join(links: Mapping[str, Sequence[float]], rules: Rules) -> list[str]:
    """The stories that an article may join, the likeliest first."""
    supported = {story: support(several) for story, several in links.items() if several}
    return sorted((each for each in supported if supported[each] >= rules.join), key=lambda story: (-supported[story], story))


def may_merge(links: Sequence[float], rules: Rules) -> bool:
    """Whether two stories are one, by the log odds of each of the one's articles with each of the other's: of nearly all of them."""
    return bool(links) and sum(links) / len(links) >= rules.merge
