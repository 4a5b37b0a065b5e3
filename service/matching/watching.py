"""What a rule's actors, topics and name ask of an article, and what an article has of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple

from service.domain.rules import RuleSpec
from service.matching.actors import condition_of_actor
from service.matching.condition import OneOf
from service.matching.groups import Group, Known, Seen, see
from service.matching.reading import Reading
from service.matching.scoring import Strength, TopicStrength, best, joined, score_actor, topic_strength
from service.matching.topics import PartGroup, groups_of_topic

_OWN = 0.95  # the least weight of a form that is the actor's name


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """A topic's parts; an article may be on it without the optional ones. `tells`: how much each part tells, the needed ones first.

    Compared by identity, so that an article is asked once for what many rules watch.
    """

    parts: tuple[PartGroup, ...]
    needed: tuple[Group, ...]
    optional: tuple[Group, ...]
    tells: tuple[float, ...]


class NamesInName(NamedTuple):
    """The states, persons and organisations in a rule's name: of two of its actors both are meant; others may be missing."""

    actors: tuple[Group, ...]
    others: tuple[Group, ...]


@dataclass(frozen=True)
class Watch:
    """A rule's name, actors and topics; `leaves` is all that those are found by."""

    name: str
    actors: tuple[Group, ...]
    topics: tuple[Topic, ...]
    leaves: tuple[OneOf, ...]
    every_actor: bool
    every_topic: bool

    @cached_property
    def named(self) -> NamesInName:
        """The names in its name. To read it takes longer than all else, and half of the rules that an article brings do not need it."""
        if not self.leaves:
            return NamesInName((), ())  # a query says exactly what it wants
        return _names_in(self.name, self.actors)


class Findings(NamedTuple):
    """What an article has of a rule; all in [0, 1], and 1 for a side that the rule leaves free.

    `together`: how strongly it is about the actors and the topics, near each other. `actor` and `topic`: each side alone, and
    `actor_in_title`, `topic_in_title`. `told`: how much the topic's parts that are there tell, in nats, 0 without topics. `both_named`,
    `also_named`: the weakest of those names in the rule's name. `actors_alone`, `topics_alone`: whether the rule asks for nothing else.
    """

    together: float
    actor: float
    topic: float
    actor_in_title: float
    topic_in_title: float
    told: float
    both_named: float
    also_named: float
    actors_alone: bool
    topics_alone: bool


def watch_of(spec: RuleSpec) -> Watch:
    """The scored side of a rule."""
    actors = [condition_of_actor(actor, f"/actors/{number}") for number, actor in enumerate(spec.watched)]
    topics = tuple(map(_topic, spec.topics))
    parts = [OneOf(part.group, part.written, f"/topics/{number}") for number, topic in enumerate(topics) for part in topic.parts]
    groups = tuple(actor.group for actor in actors)
    return Watch(spec.name, groups, topics, (*actors, *parts), spec.match.actors == "all", spec.match.topics == "all")


def _names_in(name: str, actors: Sequence[Group]) -> NamesInName:
    """Those of its actors, if it has several of them, and others; a name is an actor's if one of the actor's own is among its forms."""
    parts = [part for part in groups_of_topic(name) if part.kind in ("name", "place") and not part.optional]
    if len(actors) < 2 or not parts:
        return NamesInName((), tuple(part.group for part in parts))
    own = {form.words for actor in actors for form in actor.expand().sure if form.weight >= _OWN}
    of_actors = [any(form.words in own for form in part.group.expand().sure if form.weight >= _OWN) for part in parts]
    own_names = tuple(part.group for part, is_actor in zip(parts, of_actors, strict=True) if is_actor)
    others = tuple(part.group for part, is_actor in zip(parts, of_actors, strict=True) if not is_actor)
    return NamesInName(own_names if len(own_names) > 1 else (), others)


@lru_cache(maxsize=20_000)
def _topic(topic: str) -> Topic:
    parts = groups_of_topic(topic)
    needed, optional = ([part for part in parts if part.optional is may_be_missing] for may_be_missing in (False, True))
    tells = tuple(part.tells for part in (*needed, *optional))
    return Topic(parts, tuple(part.group for part in needed), tuple(part.group for part in optional), tells)


_NOTHING_WATCHED = Findings(0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, actors_alone=True, topics_alone=True)


def find(watch: Watch, reading: Reading, day: date | None, known: Known) -> Findings:
    """What an article of this day has of what the rule watches."""
    look = _Look(reading, day, known)
    return look.findings(watch, [look.seen(actor) for actor in watch.actors], [look.on(topic) for topic in watch.topics])


def find_together(watch: Watch, reading: Reading, day: date | None, known: Known) -> Findings | None:
    """The same where anything of it is `together`, else None: told sooner."""
    look = _Look(reading, day, known)
    seen = [look.seen(actor) for actor in watch.actors]
    if not _suffice(seen, watch.every_actor):
        return None
    topics = [look.on(topic) for topic in watch.topics]
    if not _suffice([topic.holds for topic in topics], watch.every_topic) or not (seen or topics):
        return None
    return look.findings(watch, seen, topics)


def _suffice(there: Sequence[object], every: bool) -> bool:
    """Whether enough of one side is there; of a free one nothing need be."""
    return not there or (all(there) if every else any(there))


class _Look(NamedTuple):
    reading: Reading
    day: date | None
    known: Known

    def seen(self, group: Group) -> Seen | None:
        return see(group, self.reading, self.day, self.known)

    def strengths(self, groups: Iterable[Group]) -> list[Strength]:
        """Nothing for those that are not there."""
        return [seen.strength if (seen := self.seen(group)) else {} for group in groups]

    def findings(self, watch: Watch, seen: Sequence[Seen | None], topics: Sequence[TopicStrength]) -> Findings:
        """What is found of the rule where these are its actors and its topics."""
        if not seen and not topics:
            return _NOTHING_WATCHED  # a query alone
        actors = _strengths(seen, watch.every_actor)
        if watch.every_topic and topics:
            topics = [self.on_all(watch.topics)._replace(holds=all(each.holds for each in topics))]
        together = max([each.together(actors) for each in topics]) if topics else _actors_alone(seen, watch.every_actor)
        return Findings(
            together,
            min(map(best, actors)) if actors else 1.0,
            max([each.alone for each in topics], default=1.0),
            min([each.get(0, 0.0) for each in actors]) if actors else 1.0,
            max([each.in_title for each in topics], default=1.0),
            max([each.told for each in topics], default=0.0),
            min(map(best, self.strengths(watch.named.actors)), default=1.0),
            min(map(best, self.strengths(watch.named.others)), default=1.0),
            not watch.topics,
            not watch.actors,
        )

    def on(self, topic: Topic) -> TopicStrength:
        """How strongly the article is about the topic; found out once."""
        known = self.known.topics.get(topic)
        if known is None:
            needed, optional = self.strengths(topic.needed), self.strengths(topic.optional)
            known = self.known.topics[topic] = topic_strength(needed, optional, topic.tells)
        return known

    def on_all(self, topics: Sequence[Topic]) -> TopicStrength:
        """About all topics as if they were one."""
        strengths = [each for topic in topics for each in self.strengths((*topic.needed, *topic.optional))]
        return topic_strength([], strengths, [tell for topic in topics for tell in topic.tells])


def _strengths(actors: Sequence[Seen | None], every_actor: bool) -> list[Strength]:
    """One strength for each of the actors where all are wanted, else one for any of them; none if the rule has none."""
    if every_actor:
        return [each.strength if each else {} for each in actors]
    return [joined([each.strength for each in actors if each])] if actors else []


def _actors_alone(actors: Sequence[Seen | None], every_actor: bool) -> float:
    scores = [score_actor(each.strength, len(each.places)) if each else 0.0 for each in actors]
    return (min(scores) if every_actor else max(scores)) if scores else 0.0
