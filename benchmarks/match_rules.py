"""One article against many rules: our index, the floor, and a regular expression per rule.

    python -m benchmarks.match_rules                 # 1,000, 10,000 and 100,000 rules; about a minute
    python -m benchmarks.match_rules --rules 10000

The floor looks each word of the article up in one dict, nothing else. The loop of expressions runs on a sample of the rules
and is scaled to all of them; on the sample, it must agree with the index. Texts and rules are made up, from a fixed seed.
Python's collector rests while the index is built and does not visit it afterwards, as in a long-lived worker.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter

import click

from service.domain.rules import Actor, Rule, RuleSpec
from service.matching.index import RuleIndex
from service.matching.text import words_of

SEED = 20260101
ARTICLES = 60
WORDS = 360  # about 2.3 kB
SAMPLE = 250
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    """Words, names and topics, each drawn by popularity: the n-th is rarer than the first."""

    random: Random
    words: Sequence[str]
    names: Sequence[str]
    topics: Sequence[str]

    def draw(self, things: Sequence[str], count: int) -> list[str]:
        """`count` of `things`, popular ones more often."""
        return self.random.choices(things, cum_weights=list(accumulate(1 / (rank + 300) for rank in range(len(things)))), k=count)


def make_world(random: Random) -> World:
    """A language of 20,000 words, 20,000 names of two words and 20,000 topics of two or three."""
    syllables = [onset + vowel for onset in "bdfgklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "er", "is")]
    words = list(dict.fromkeys("".join(random.choices(syllables, k=random.randint(1, 4))) for _ in range(30_000)))[:20_000]
    names = [
        f"{first} {last}".title() for first, last in zip(random.choices(words, k=20_000), random.choices(words, k=20_000), strict=True)
    ]
    topics = [" ".join(random.sample(words, random.randint(2, 3))) for _ in range(20_000)]
    return World(random, words, names, topics)


def make_text(world: World) -> str:
    """An article in which some names and topics occur."""
    words = world.draw(world.words, WORDS)
    for phrase in world.draw(world.names, 12) + world.draw(world.topics, 4):
        words[world.random.randrange(len(words))] = phrase
    return " ".join(words)[:2300]


def make_rules(world: World, count: int, *, popular: bool) -> list[Rule]:
    """Rules of 1 to 5 actors with up to 5 aliases and 0 to 3 topics; some exclude a word."""
    draw = world.draw if popular else lambda things, count: world.random.choices(things, k=count)
    names, topics = draw(world.names, 3 * count + 5), draw(world.topics, count + 3)
    roll = world.random.random
    return [
        Rule(f"rl_{number}", "ws", _make_spec(world, names, topics, number, roll() < 0.3), number + 1, LONG_AGO, LONG_AGO)
        for number in range(count)
    ]


def _make_spec(world: World, names: Sequence[str], topics: Sequence[str], number: int, excludes: bool) -> RuleSpec:
    roll = world.random.randint
    actors = [
        Actor(name=name, aliases=tuple(f"{role} {name}" for role in world.random.sample(world.words, roll(0, 5))))
        for name in names[3 * number : 3 * number + roll(1, 5)]
    ]
    exclude = tuple(world.random.choices(world.words, k=1)) if excludes else ()
    return RuleSpec(name="benchmark", actors=tuple(actors), topics=tuple(topics[number : number + roll(0, 3)]), exclude=exclude)


def milliseconds(run: Callable[[str], object], texts: Sequence[str]) -> float:
    """The median time of `run` over `texts`, each run twice."""

    def time(text: str) -> float:
        begin = perf_counter()
        run(text)
        return (perf_counter() - begin) * 1000

    return median(time(text) for text in [*texts, *texts])


def make_floor(rules: Sequence[Rule]) -> Callable[[str], object]:
    """The bare pass: the words of the text, each looked up once."""
    known = {word.form for rule in rules for actor in rule.spec.watched for word in words_of(actor.name)}
    return lambda text: [word for word in words_of(text) if word.form in known]


def make_expressions(rules: Sequence[Rule]) -> Callable[[str], list[str]]:
    """What most projects do: up to three regular expressions per rule, one rule after the other."""

    def pattern(terms: Sequence[str]) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, terms))})\b" if terms else "", re.IGNORECASE)

    never = re.compile(r"(?!)")
    compiled = [
        (
            rule.id,
            pattern([name for actor in rule.spec.watched for name in (actor.name, *actor.aliases)]),
            pattern(rule.spec.topics),
            pattern(rule.spec.exclude) if rule.spec.exclude else never,
        )
        for rule in rules
    ]
    return lambda text: [
        rule for rule, actors, topics, excluded in compiled if actors.search(text) and topics.search(text) and not excluded.search(text)
    ]


def check_agreement(rules: Sequence[Rule], texts: Sequence[str]) -> None:
    """Raise ClickException where the index and the expressions find different rules."""
    index, expressions = RuleIndex(), make_expressions(rules)
    index.apply(rules, len(rules))
    for text in texts:
        ours = {found.rule.id for found in index.match({"body": text}, lambda _: True)}
        if ours != set(expressions(text)):
            raise click.ClickException(f"the index and the regular expressions differ on: {text[:200]}")


def run(world: World, texts: Sequence[str], count: int, *, popular: bool) -> None:
    """Measure `count` rules and print a line."""
    gc.disable()
    rules = make_rules(world, count, popular=popular)
    index, before, begin = RuleIndex(), getrusage(RUSAGE_SELF).ru_maxrss, perf_counter()
    index.apply(rules, count)
    build, grown = perf_counter() - begin, getrusage(RUSAGE_SELF).ru_maxrss - before
    gc.freeze()
    gc.enable()
    matches = median(len(index.match({"body": text}, lambda _: True)) for text in texts)

    floor = milliseconds(make_floor(rules), texts)
    ours = milliseconds(lambda text: index.match({"body": text}, lambda _: True), texts)
    sample = rules[:SAMPLE]
    check_agreement(sample, texts)
    loop = milliseconds(make_expressions(sample), texts[:5]) * count / len(sample)
    adding = milliseconds(lambda text: index.apply([rules[len(text) % count]], count), texts)
    name = f"{count:,} {'popular' if popular else 'long tail'}"
    times = f"{ours:6.2f} ms ({matches:3.0f} found) = {ours / floor:4.1f} floors; expressions {loop:6.0f} ms = {loop / ours:5.0f} x"
    click.echo(f"{name:>17} {times}; build {build:4.1f} s, one rule more {adding:.2f} ms, +{grown / 1024:.0f} MB ({index.memory >> 20})")


@click.command()
@click.option("--rules", "counts", type=click.IntRange(10), multiple=True, default=(1_000, 10_000, 100_000), show_default=True)
def main(counts: tuple[int, ...]) -> None:
    """Print medians per article for each number of rules, side by side."""
    world = make_world(Random(SEED))
    texts = [make_text(world) for _ in range(ARTICLES)]
    click.echo(f"words_of alone, {median(map(len, texts)):.0f} characters: {milliseconds(words_of, texts):.2f} ms")
    for count in counts:
        for popular in (False, True):
            run(world, texts, count, popular=popular)


if __name__ == "__main__":
    main()
