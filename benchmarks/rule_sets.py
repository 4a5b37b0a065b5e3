"""Made-up rules and news texts, from a fixed seed: names and topics that the tables know, and many that they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from random import Random

from service.domain.rules import Actor, Rule, RuleSpec
from service.matching.actor_tables import read_organisations, read_persons, read_state_names

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LENGTHS = (200, 2300)  # characters of the texts

_OF_THE_PACK, _OF_THE_TABLE = 0.2, 0.4  # the share of actors and of topics that the tables know
_ALSO_A_NAME = 40  # one ordinary word in so many is a surname too
_QUERIES = (
    '"{0}" AND {1}',
    "({1} NEAR/8 {2}) OR {0}",
    '"{0}" NEAR/10 {1} NOT {2}',
    "title:{0} AND ({1} OR {2}*)",
)
_KNOWN_TOPICS = (
    "peace deal",
    "sanctions",
    "grain exports",
    "trade tariffs",
    "presidential election",
    "interest rates",
    "arms deliveries",
    "climate summit",
    "hostage release",
    "drone attack",
    "nuclear talks",
    "corruption trial",
    "wildfires",
    "merger",
    "strike at the port",
    "gas pipeline",
    "ceasefire",
    "asylum law",
    "vaccine trial",
    "data breach",
)
_PROSE = (
    "the of and to in a is that for on with as was by at from said has it be an are have not but this will who their more"
    " after its been were which had one they new about when over also or two would people last year first than could into"
    " other country percent officials week month government minister report time company police city million state"
)
COMMON_WORDS = _PROSE.split()


@dataclass(frozen=True, slots=True)
class World:
    """Ordinary words, names and topics, each the rarer the later it stands. `words` begin with those that are in every text."""

    random: Random
    words: Sequence[str]
    names: Sequence[str]
    topics: Sequence[str]
    roles: Sequence[str]

    def draw(self, things: Sequence[str], count: int, rank: int = 300) -> list[str]:
        """`count` of `things`, popular ones more often: the n-th as often as 1 / (n + rank)."""
        return self.random.choices(things, cum_weights=_weights(len(things), rank), k=count)


@lru_cache
def _weights(count: int, rank: int) -> list[float]:
    return list(accumulate(1 / (place + rank) for place in range(count)))


def make_world(seed: int) -> World:
    """20,000 ordinary words; 60,000 full names, some of the pack; 30,000 topics, some of the concept table."""
    random = Random(seed)
    words = [*COMMON_WORDS, *_coin(random, "bdfgklmnprstvz", ("a", "e", "i", "o", "ing", "an", "er", "ly"), 20_000)]
    given = _coin(random, "bcdjklmnrst", ("a", "o", "ia", "en", "el", "us"), 600)
    surnames = [*_coin(random, "bdghkmprstvwz", ("ar", "ov", "el", "in", "u", "ash", "ert", "i"), 20_000), *words[200::_ALSO_A_NAME]]
    people = [
        f"{first} {last}".title() for first, last in zip(random.choices(given, k=60_000), random.choices(surnames, k=60_000), strict=True)
    ]
    known = _pack_names()
    names = [random.choice(known) if random.random() < _OF_THE_PACK else name for name in dict.fromkeys(people)]
    topics = [
        random.choice(_KNOWN_TOPICS) if random.random() < _OF_THE_TABLE else " ".join(random.sample(words[100:], random.randint(1, 3)))
        for _ in range(30_000)
    ]
    return World(random, words, names, topics, [word.title() for word in random.sample(words[100:], 500)])


def make_texts(world: World, count: int, length: int) -> list[Mapping[str, str]]:
    """Articles of about so many characters: ordinary words, among them the names and topics of the world."""
    return [_fields(_text(world, length)) for _ in range(count)]


def make_rules(world: World, count: int, *, popular: bool) -> list[Rule]:
    """Rules of 1 to 5 actors of 1 to 6 aliases and 0 to 3 topics; a tenth with a query, as many with an excluded word.

    `popular`: on the names and topics that are often in the texts, else on any.
    """
    names = world.draw(world.names, 3 * count + 5) if popular else world.random.choices(world.names, k=3 * count + 5)
    topics = world.draw(world.topics, count + 3) if popular else world.random.choices(world.topics, k=count + 3)
    return [
        Rule(f"rl_{number}", "ws", _spec(world, names[3 * number :], topics[number:]), number + 1, LONG_AGO, LONG_AGO)
        for number in range(count)
    ]


def in_plain_words(rule: Rule) -> Rule:
    """The rule as a query of nothing but phrases: no other form of a name or a topic finds it."""
    sides = [" OR ".join(f'"{_unquoted(each)}"' for each in side) for side in words_of_rule(rule.spec) if side]
    query = " AND ".join(f"({side})" for side in sides) + "".join(f" NOT {each}" for each in rule.spec.exclude)
    return replace(rule, spec=RuleSpec(name=rule.spec.name, query=query))


def words_of_rule(spec: RuleSpec) -> tuple[list[str], list[str]]:
    """What a plain search looks for: the names, one of which must be there, and the topics, one of which must."""
    return [written for actor in spec.watched for written in (actor.name, *actor.aliases)], [*spec.topics]


def _coin(random: Random, onsets: str, ends: Sequence[str], count: int) -> list[str]:
    syllables = [onset + end for onset in onsets for end in ends]
    return list(dict.fromkeys("".join(random.choices(syllables, k=random.randint(2, 4))) for _ in range(count * 2)))[:count]


def _pack_names() -> list[str]:
    persons = [person.names[0].text for person in read_persons()]
    bodies = [body.names[0].text for body in read_organisations().values()]
    return [*persons, *bodies, *(names["en"] for names in read_state_names().values())]


def _text(world: World, length: int) -> str:
    """A third of the words are those that every text is made of, and about one word in twenty belongs to a name or a topic."""
    count = length // 6
    pieces = [*world.draw(world.words, count * 2 // 3), *world.random.choices(COMMON_WORDS, k=count // 3)]
    for phrase in (*world.draw(world.names, max(2, count // 35)), *world.draw(world.topics, max(1, count // 90))):
        pieces[world.random.randrange(len(pieces))] = phrase
    for end in range(18, len(pieces), 18):
        pieces[end] += "."
        pieces[end - 17] = pieces[end - 17].capitalize()
    return " ".join(pieces)[:length]


def _fields(text: str) -> Mapping[str, str]:
    title, body = text[:80].rpartition(" ")[0], text[80:]
    return {"title": title, "lede": "", "body": body}


def _spec(world: World, names: Sequence[str], topics: Sequence[str]) -> RuleSpec:
    random = world.random
    actors = tuple(
        Actor(name=name, aliases=tuple(f"{role} {name.split()[-1]}" for role in random.sample(world.roles, random.randint(0, 5))))
        for name in names[: random.randint(1, 5)]
    )
    query = None
    if random.random() < 0.1:
        query = random.choice(_QUERIES).format(_unquoted(names[0]), *random.sample(world.words[100:], 2))
    exclude = tuple(random.sample(world.words[500:], 1)) if random.random() < 0.1 else ()
    name = f"{names[0]}: {topics[0]}" if random.random() < 1 / 3 else "benchmark"
    return RuleSpec(name=name, actors=actors, topics=tuple(topics[: random.randint(0, 3)]), exclude=exclude, query=query)


def _unquoted(written: str) -> str:
    return written.replace('"', "")
