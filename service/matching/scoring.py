"""From where the parts of a rule stand in an article to how strongly the article is about them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# How much a mention counts by where it stands: (words before it in lede and body, weight). A name deep in a long
# text, far from the title's subject, is weak evidence. Measured on the development exam (docs/decisions/0006).
DECAY = ((50, 0.85), (150, 0.65), (400, 0.45))
DEEP = 0.3
NEIGHBOURS = 0.92  # two parts in adjacent sentences instead of one
TOPIC_AND_ACTOR = 0.85  # the topic together in one place, the actor in another
ANYWHERE = 0.68  # every part somewhere
SOFT = 0.72  # what a topic counts without a part that may be missing

ACTOR_IN_TITLE, ACTOR_TWICE, ACTOR_ONCE = 0.95, 0.8, 0.62  # a rule on an actor alone

_BOUNDS, _WEIGHTS = [bound for bound, _weight in DECAY], [*(weight for _bound, weight in DECAY), DEEP]

Strength = Mapping[int, float]  # sentence -> how strongly it speaks of a part; 0 is the title, then on through lede and body


def place_weight(sentence: int, words_before: int) -> float:
    """What a mention counts in this sentence, with so many words of lede and body before it."""
    if sentence == 0:
        return 1.0
    return _WEIGHTS[bisect_right(_BOUNDS, words_before)]


class TopicStrength(NamedTuple):
    """How strongly an article is about one topic, by the parts of it that are there, and how much they tell, in nats.

    `holds` if none is missing that it needs, `factor` is less than 1 if another is; `close`: how strongly all speak together.
    """

    parts: Sequence[Strength]
    told: float
    holds: bool
    factor: float
    close: float

    @property
    def alone(self) -> float:
        """What it counts wherever the actors are."""
        return self.factor * self.close if self.holds else 0.0

    @property
    def in_title(self) -> float:
        """What it counts there."""
        return self.factor * min([part.get(0, 0.0) for part in self.parts]) if self.holds else 0.0

    def together(self, actors: Sequence[Strength]) -> float:
        """What it counts with all of these."""
        return self.factor * score_together(self.parts, actors, self.close) if self.holds and all(actors) else 0.0


def topic_strength(needed: Sequence[Strength], optional: Sequence[Strength], tells: Iterable[float]) -> TopicStrength:
    """The strength of a topic whose parts have these, empty ones where they are not there; of nothing, no topic holds.

    `tells`: how much each part tells, the needed ones first.
    """
    parts = (*needed, *optional)
    there = [part for part in parts if part]
    holds = bool(there) and all(needed)
    told = sum([tell for part, tell in zip(parts, tells, strict=True) if part])
    factor = 1.0 if len(there) == len(parts) else SOFT
    return TopicStrength(there, told, holds, factor, closeness(there) if holds else 0.0)


def score_together(parts: Sequence[Strength], actors: Sequence[Strength] = (), close: float | None = None) -> float:
    """How strongly an article is about all parts of a topic and all of the actors, each somewhere in it; in [0, 1].

    The best of: all in one sentence, all in two neighbours, the topic together and the actors elsewhere, all anywhere.
    `close` is `closeness(parts)`, for those who know it.
    """
    everything = [*parts, *actors]
    score = max(closeness(everything), ANYWHERE * min(map(best, everything)))
    if parts and actors:
        score = max(score, TOPIC_AND_ACTOR * min(closeness(parts) if close is None else close, *map(best, actors)))
    return score


def score_actor(strength: Strength, mentions: int) -> float:
    """How strongly an article is about an actor, whatever happens in it."""
    level = ACTOR_IN_TITLE if 0 in strength else ACTOR_TWICE if mentions > 1 else ACTOR_ONCE
    return level * best(strength)


def closeness(parts: Sequence[Strength]) -> float:
    """The strength of the weakest part in the sentence (or, at a discount, two neighbours) where that is greatest."""
    if len(parts) == 1:
        return best(parts[0])
    fewest = min(parts, key=len)
    together = beside = 0.0
    for at in {*fewest, *[sentence - 1 for sentence in fewest]}:
        here, after = [part.get(at, 0.0) for part in parts], [part.get(at + 1, 0.0) for part in parts]
        together = max(together, min(here))
        beside = max(beside, min(map(max, here, after)))
    return max(together, NEIGHBOURS * beside)


def best(strength: Strength) -> float:
    """The strength of the strongest sentence; 0 for no sentence."""
    return max(strength.values(), default=0.0)


def joined(several: Sequence[Strength]) -> Strength:
    """Each sentence as strong as in the strongest of several."""
    if len(several) == 1:
        return several[0]
    strongest: dict[int, float] = {}
    for each in several:
        for sentence, strength in each.items():
            if strength > strongest.get(sentence, 0.0):
                strongest[sentence] = strength
    return strongest
