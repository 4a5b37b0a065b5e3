"""What a rule's actors, topics and name ask of an article, and what an article has of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from service.domain.rules import RuleSpec
from service.matching.actors import condition_of_actor
from service.matching.condition import OneOf
from service.matching.groups import Group, Known, Seen, see
from service.matching.reading import Reading
from service.matching.scoring import Strength, best, closeness, joined, score_actor, score_together
from service.matching.topics import groups_of_topic

_OWN = 0.95  # the least weight of a form that is the actor's name
SOFT = 0.72  # what a topic counts without a part that may be missing


class Part(NamedTuple):
    """A part of a topic; an article may be on the topic without an optional one."""

    found_by: OneOf
    optional: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """A rule's actors and topics, and the states, persons and organisations in its name.

    `both_named` are those that are actors of the rule too: of two actors in a rule's name both are meant. `also_named` are others.
    """

    actors: tuple[OneOf, ...]
    topics: tuple[tuple[Part, ...], ...]
    both_named: tuple[Group, ...]
    also_named: tuple[Group, ...]
    every_actor: bool
    every_topic: bool

    @property
    def leaves(self) -> Iterator[OneOf]:
        """All that its actors and topics are found by."""
        yield from self.actors
        for topic in self.topics:
            yield from (part.found_by for part in topic)


class Findings(NamedTuple):
    """What an article has of a rule; all in [0, 1], and 1 for a side that the rule leaves free.

    `together`: how strongly it is about the actors and the topics, near each other. `actor` and `topic`: each side alone, and
    `actor_in_title`, `topic_in_title`. `covered`: the share of the topic's parts that are there. `both_named`, `also_named`: the
    weakest of those names in the rule's name. `actors_alone`, `topics_alone`: whether the rule asks for nothing else.
    """

    together: float
    actor: float
    topic: float
    actor_in_title: float
    topic_in_title: float
    covered: float
    both_named: float
    also_named: float
    actors_alone: bool
    topics_alone: bool


def watch_of(spec: RuleSpec) -> Watch:
    """The scored side of a rule."""
    actors = tuple(condition_of_actor(actor, f"/actors/{number}") for number, actor in enumerate(spec.watched))
    topics = tuple(_topic(topic, f"/topics/{number}") for number, topic in enumerate(spec.topics))
    both, also = _named(spec.name, actors)
    return Watch(actors, topics, both, also, spec.match.actors == "all", spec.match.topics == "all")


def _named(name: str, actors: Sequence[OneOf]) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """The names in a rule's name: those of its actors, if it has several of them, and those of others.

    A name is an actor's if one of the actor's own names is among its forms.
    """
    parts = [part for part in groups_of_topic(name) if part.kind in ("name", "place") and not part.optional]
    if len(actors) < 2 or not parts:
        return (), tuple(part.group for part in parts)
    own = {form.words for actor in actors for form in actor.group.expand().sure if form.weight >= _OWN}
    of_actors = [any(form.words in own for form in part.group.expand().sure if form.weight >= _OWN) for part in parts]
    both = tuple(part.group for part, is_actor in zip(parts, of_actors, strict=True) if is_actor)
    also = tuple(part.group for part, is_actor in zip(parts, of_actors, strict=True) if not is_actor)
    return both if len(both) > 1 else (), also


def _topic(topic: str, at: str) -> tuple[Part, ...]:
    return tuple(Part(OneOf(part.group, part.written, at), part.optional) for part in groups_of_topic(topic))


def is_together(watch: Watch, reading: Reading, day: date | None, known: Known) -> bool:
    """Whether `find` would find that anything of it is `together`, told sooner."""
    actors = (see(actor.group, reading, day, known) for actor in watch.actors)
    if watch.actors and not (all(actors) if watch.every_actor else any(actors)):
        return False
    topics = (_has_topic(topic, reading, day, known) for topic in watch.topics)
    return (all(topics) if watch.every_topic else any(topics)) if watch.topics else bool(watch.actors)


def _has_topic(topic: Sequence[Part], reading: Reading, day: date | None, known: Known) -> bool:
    needed = [part for part in topic if not part.optional]
    there = (see(part.found_by.group, reading, day, known) for part in needed or topic)
    return all(there) if needed else any(there)


def find(watch: Watch, reading: Reading, day: date | None, known: Known) -> Findings:
    """What an article of this day has of what the rule watches."""
    look = _Look(reading, day, known)
    actors = _actors(watch, look)
    several = [[look.strength(part.found_by.group) for part in topic] for topic in watch.topics]
    topics = [_Topic(topic, strengths) for topic, strengths in zip(watch.topics, several, strict=True)]
    if watch.every_topic and topics:
        whole = _Topic([part for topic in watch.topics for part in topic], [each for some in several for each in some])
        whole.holds = all(each.holds for each in topics)
        topics = [whole]
    together = max((each.together(actors) for each in topics), default=0.0) if topics else _actor_alone(watch, look, actors)
    return Findings(
        together,
        min(map(best, actors)) if actors else 1.0,
        max((each.alone for each in topics), default=1.0),
        min(each.get(0, 0.0) for each in actors) if actors else 1.0,
        max((each.in_title for each in topics), default=1.0),
        max((each.covered for each in topics), default=1.0),
        min((best(look.strength(group)) for group in watch.both_named), default=1.0),
        min((best(look.strength(group)) for group in watch.also_named), default=1.0),
        not watch.topics,
        not watch.actors,
    )


class _Look(NamedTuple):
    reading: Reading
    day: date | None
    known: Known

    def seen(self, group: Group) -> Seen | None:
        return see(group, self.reading, self.day, self.known)

    def strength(self, group: Group) -> Strength:
        seen = self.seen(group)
        return seen.strength if seen else {}


class _Topic:
    """One topic in one article."""

    def __init__(self, parts: Sequence[Part], strengths: Sequence[Strength]) -> None:
        needed = [strength for part, strength in zip(parts, strengths, strict=True) if not part.optional]
        there = [strength for strength in strengths if strength]
        self.missing = len(strengths) - len(there)
        self.holds = bool(there) and all(needed)
        self.parts = there
        self.covered = len(there) / len(strengths) if strengths else 0.0

    @property
    def factor(self) -> float:
        return SOFT if self.missing else 1.0

    @property
    def alone(self) -> float:
        return self.factor * closeness(self.parts) if self.holds else 0.0

    @property
    def in_title(self) -> float:
        return self.factor * min(part.get(0, 0.0) for part in self.parts) if self.holds else 0.0

    def together(self, actors: Sequence[Strength]) -> float:
        return self.factor * score_together(self.parts, actors) if self.holds and all(actors) else 0.0


def _actors(watch: Watch, look: _Look) -> list[Strength]:
    """One strength for each of the actors where all are wanted, else one for any of them; none if the rule has none."""
    strengths = [look.strength(actor.group) for actor in watch.actors]
    return strengths if watch.every_actor or not strengths else [joined(strengths)]


def _actor_alone(watch: Watch, look: _Look, actors: Sequence[Strength]) -> float:
    if not actors or not all(actors):
        return 0.0
    seen = [found for actor in watch.actors if (found := look.seen(actor.group))]
    if watch.every_actor:
        return min(score_actor(each.strength, len(each.places)) for each in seen)
    return max(score_actor(each.strength, len(each.places)) for each in seen)
