"""From a topic to what finds its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakValueDictionary

from service.matching.concepts import load_concepts
from service.matching.condition import AllOf, AnyOf, Condition, OneOf
from service.matching.forms import Form
from service.matching.groups import Forms, Group, group_of
from service.matching.surprise import surprise_of
from service.matching.topic_names import known_forms
from service.matching.topic_parts import TopicPart, part_of_concept, parts_of_topic

OPTIONAL = 0.75  # how much of what it tells counts of a part that may be missing


@dataclass(frozen=True, slots=True)
class PartGroup:
    """A part of a topic, whether an article may be on the topic without it, and how much one tells that has it, in nats."""

    written: str
    kind: str
    group: Group
    optional: bool
    tells: float


def condition_of_topic(topic: str, part: str) -> Condition:
    """What an article on the topic is sure to have: its parts, but for those that may be missing."""
    needed = tuple(OneOf(each.group, each.written, part) for each in groups_of_topic(topic) if not each.optional)
    if not needed:
        return AnyOf(tuple(OneOf(each.group, each.written, part) for each in groups_of_topic(topic)))
    return needed[0] if len(needed) == 1 else AllOf(needed)


@lru_cache(maxsize=20_000)
def groups_of_topic(topic: str) -> tuple[PartGroup, ...]:
    """The parts of the topic in their order."""
    return tuple(map(_part_group, parts_of_topic(topic, known_forms)))


def group_of_concept(name: str) -> Group:
    """What finds this concept of the table."""
    return _group_of(part_of_concept(name, load_concepts()))


def _part_group(part: TopicPart) -> PartGroup:
    tells = surprise_of(part) * (OPTIONAL if part.optional else 1.0)
    return PartGroup(part.written, part.kind, _group_of(part), part.optional, tells)


_Key = tuple[str, str, tuple[str, ...]]
_shared: WeakValueDictionary[_Key, Group] = WeakValueDictionary()  # what rules have in common, as long as one of them is there


def _group_of(part: TopicPart) -> Group:
    key = (part.written, part.kind, part.concepts)
    group = _shared.get(key)
    if group is None:
        together = tuple(_member(forms) for forms in part.together)
        _shared[key] = group = group_of(Forms((*part.forms, *part.related), together=together, of_topic=True))
    return group


@lru_cache(maxsize=4_096)
def _member(forms: Sequence[Form]) -> Group:
    return group_of(Forms(tuple(forms), of_topic=True))
