"""One article against many rules: our index, the floor, a regular expression per rule, and PostgreSQL.

    python -m benchmarks.match_rules                 # 1,000, 10,000 and 100,000 rules; several minutes
    python -m benchmarks.match_rules --rules 10000

Times are CPU time of this process, medians; PostgreSQL's by the clock. The floor is one pass of an Aho-Corasick automaton over the rules'
names and topics as written (dependency group `bench`; left out where it is missing), beside the splitting of the text into words. The
loop of expressions and PostgreSQL's stored text queries look for names and topics as written; the loop runs on a sample of the rules and
is scaled to all. What a rule's plain words say in a title must bring the rule. Texts and rules are made up, from a fixed seed
(rule_sets.py). Python's collector rests while the index is built and does not visit it afterwards, as in a long-lived worker.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter, process_time

import click

from benchmarks.match_floors import folded, make_expressions, make_floor, stored_queries
from benchmarks.rule_sets import LENGTHS, World, make_rules, make_texts, make_world, words_of_rule
from service.domain.rules import Rule
from service.matching.index import RuleIndex
from service.matching.text import words_of

SEED = 20260101
ARTICLES = 40
SAMPLE = 200
STORED = 10_000  # rules in PostgreSQL; more are scaled
ADDED = 30  # rules changed one by one

Fields = Mapping[str, str]


def milliseconds(run: Callable[[Fields], object], texts: Sequence[Fields], clock: Callable[[], float] = process_time) -> float:
    """The median time of `run` over the texts, each run twice."""

    def time(fields: Fields) -> float:
        begin = clock()
        run(fields)
        return (clock() - begin) * 1000

    return median(time(fields) for fields in [*texts, *texts])


def check_nothing_is_lost(rules: Sequence[Rule]) -> None:
    """Raise ClickException where a title made of a rule's own words does not bring the rule."""
    plain = [rule for rule in rules if rule.spec.query is None and not rule.spec.exclude]
    index = RuleIndex()
    index.apply(plain, len(plain))
    for rule in plain:
        names, topics = words_of_rule(rule.spec)
        title = f"{names[0]}: {topics[0]}" if topics else names[0]
        if rule.id not in {found.rule.id for found in index.weigh({"title": title}, lambda _: True)}:
            raise click.ClickException(f'rule "{rule.spec.name}" is not found by its own words: {title}')


def run(world: World, texts: Mapping[int, Sequence[Fields]], count: int, *, popular: bool) -> Mapping[int, float]:
    """Measure `count` rules and print a line for each length of text; our times, by length."""
    gc.disable()
    rules = make_rules(world, count, popular=popular)
    index, before, begin = RuleIndex(), getrusage(RUSAGE_SELF).ru_maxrss, process_time()
    index.apply(rules, count)
    build, grown = process_time() - begin, getrusage(RUSAGE_SELF).ru_maxrss - before
    gc.freeze()
    gc.enable()
    check_nothing_is_lost(rules[:SAMPLE])
    floor, expressions = make_floor(rules), make_expressions(rules[:SAMPLE])
    changed = [{"n": str(number * (count // ADDED))} for number in range(ADDED)]
    adding = milliseconds(lambda one: index.apply([rules[int(one["n"])]], count), changed)
    name = f"{count:,} {'popular' if popular else 'long tail'}"
    memory = f"{grown / count * 1.024:.1f} kB a rule ({index.memory / count / 1000:.1f} estimated)"
    click.echo(f"{name}: build {build:.0f} s, {memory}, one rule more {adding:.2f} ms")
    times = {}
    for length, some in texts.items():
        ours = times[length] = milliseconds(lambda fields: index.match(fields, lambda _: True), some)
        found = median(len(index.match(fields, lambda _: True)) for fields in some)
        words = milliseconds(lambda fields: [words_of(text) for text in fields.values()], some)
        plain = [{"plain": "\n".join(fields.values()), "folded": "\n".join(map(folded, fields.values()))} for fields in some]
        loop = milliseconds(expressions, plain[:5]) * count / SAMPLE
        stored = rules[:STORED]
        with stored_queries(stored) as ask:
            asked = milliseconds(ask, plain[:10], perf_counter) * count / len(stored)
        bare = milliseconds(floor, plain) if floor else 0.0
        floors = f"{ours / (bare + words):.1f} x the bare pass ({bare:.2f} ms) and words ({words:.2f} ms)"
        others = f"expressions {loop:,.0f} ms = {loop / ours:,.0f} x, PostgreSQL {asked:,.1f} ms = {asked / ours:,.0f} x"
        click.echo(f"  {length:,} characters: {ours:.2f} ms ({found:.0f} found) = {floors}; {others}")
    return times


@click.command()
@click.option("--rules", "counts", type=click.IntRange(SAMPLE), multiple=True, default=(1_000, 10_000, 100_000), show_default=True)
def main(counts: tuple[int, ...]) -> None:
    """Print medians per article for each number of rules, side by side."""
    world = make_world(SEED)
    texts = {length: make_texts(world, ARTICLES, length) for length in LENGTHS}
    for popular in (False, True):
        last: Mapping[int, float] = {}
        for count in counts:
            times = run(world, texts, count, popular=popular)
            if last:
                click.echo(
                    f"  {', '.join(f'{times[length] / last[length]:.1f}' for length in texts)} times the cost of the number of rules before"
                )
            last = times


if __name__ == "__main__":
    main()
