"""From where the parts of a rule stand in an article to how strongly the article is about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# How much a mention counts by where it stands: (words before it in lede and body, weight). A name deep in a long
# text, far from the title's subject, is weak evidence. Measured on the development exam (docs/decisions/0006).
DECAY = ((50, 0.85), (150, 0.65), (400, 0.45))
DEEP = 0.3
NEIGHBOURS = 0.92  # two parts in adjacent sentences instead of one
TOPIC_AND_ACTOR = 0.85  # the topic together in one place, the actor in another
ANYWHERE = 0.68  # every part somewhere

ACTOR_IN_TITLE, ACTOR_TWICE, ACTOR_ONCE = 0.95, 0.8, 0.62  # a rule on an actor alone


@dataclass(frozen=True, slots=True)
class Sighting:
    """A form of a part found at one place: in which sentence, and its form's weight times its place's."""

    sentence: int  # 0 is the title, then on through lede and body
    strength: float


def place_weight(sentence: int, words_before: int) -> float:
    """What a mention counts in this sentence, with so many words of lede and body before it."""
    if sentence == 0:
        return 1.0
    return next((weight for bound, weight in DECAY if words_before < bound), DEEP)


def score_together(actor: Sequence[Sighting] | None, topic: Sequence[Sequence[Sighting]]) -> float:
    """How strongly an article is about the actor (None: any) and all parts of the topic (none: any), in [0, 1].

    The best of: all in one sentence, all in two neighbours, the topic together and the actor elsewhere, all anywhere.
    0 where a part is missing.
    """
    if not topic:
        return score_actor(actor or ())
    parts = [*topic] if actor is None else [*topic, actor]
    if not all(parts):
        return 0.0
    close = _closeness(parts)
    apart = ANYWHERE * min(_best(part) for part in parts)
    if actor is None:
        return max(close, apart)
    return max(close, TOPIC_AND_ACTOR * min(_closeness(topic), _best(actor)), apart)


def score_actor(sightings: Sequence[Sighting]) -> float:
    """How strongly an article is about an actor, whatever happens in it."""
    if not sightings:
        return 0.0
    in_title = any(each.sentence == 0 for each in sightings)
    level = ACTOR_IN_TITLE if in_title else ACTOR_TWICE if len(sightings) > 1 else ACTOR_ONCE
    return level * _best(sightings)


def _closeness(parts: Sequence[Sequence[Sighting]]) -> float:
    """The strength of the weakest part in the sentence (or, at a discount, two neighbours) where that is greatest."""
    by_part = [_by_sentence(part) for part in parts]
    sentences = set[int]().union(*by_part)
    together = max((min(part.get(at, 0.0) for part in by_part) for at in sentences), default=0.0)
    beside = max((min(max(part.get(at, 0.0), part.get(at + 1, 0.0)) for part in by_part) for at in sentences), default=0.0)
    return max(together, NEIGHBOURS * beside)


def _by_sentence(part: Iterable[Sighting]) -> Mapping[int, float]:
    strongest: dict[int, float] = {}
    for each in part:
        strongest[each.sentence] = max(strongest.get(each.sentence, 0.0), each.strength)
    return strongest


def _best(part: Iterable[Sighting]) -> float:
    return max((each.strength for each in part), default=0.0)
