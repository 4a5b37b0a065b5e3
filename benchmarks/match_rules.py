"""One article against many rules: our index, the floor, a regular expression per rule, and PostgreSQL.

    pip install -r requirements/bench.lock
    python -m benchmarks.match_rules                 # 1,000, 10,000 and 100,000 rules; ten minutes
    python -m benchmarks.match_rules --rules 10000
    python -m benchmarks.match_rules --rules 100000 --mix plain

Long-tail and popular rules are on names and topics that are seldom or often in the texts; plain ones are the long-tail rules as queries
of phrases, which no table of names and concepts widens.
Times are CPU time of this process, medians; PostgreSQL's by the clock; "first time" is when most rules are yet to be made ready. The
floor is one pass of an Aho-Corasick automaton over the rules' names and topics as written (dependency group `bench`; left out where it
is missing), beside the splitting of the text into words. The loop of expressions and PostgreSQL's stored text queries look for names and
topics as written; the loop runs on a sample of the rules and is scaled to all. What a rule's plain words say in a title must bring the
rule. Texts and rules are made up, from a fixed seed (rule_sets.py). Python's collector rests while the index is built and does not visit
it afterwards, as in a long-lived worker.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter, process_time

import click

from benchmarks.match_floors import folded, make_expressions, make_floor, stored_queries
from benchmarks.rule_sets import LENGTHS, World, in_plain_words, make_rules, make_texts, make_world, words_of_rule
from service.domain.rules import Rule
from service.matching.index import RuleIndex
from service.matching.text import words_of

SEED = 20260101
ARTICLES = 40
SAMPLE = 200
STORED = 10_000  # rules in PostgreSQL; more are scaled
ADDED = 30  # rules changed one by one
MIXES = ("long tail", "popular", "plain")

Fields = Mapping[str, str]


def milliseconds(
    run: Callable[[Fields], object], texts: Sequence[Fields], clock: Callable[[], float] = process_time, runs: int = 2
) -> float:
    """The median time of `run` over the texts, each run several times."""

    def time(fields: Fields) -> float:
        begin = clock()
        run(fields)
        return (clock() - begin) * 1000

    return median(time(fields) for _ in range(runs) for fields in texts)


def check_nothing_is_lost(rules: Sequence[Rule], applied: Sequence[Rule]) -> None:
    """Raise ClickException where a title made of a rule's own words does not bring the rule, as it was applied."""
    index = RuleIndex()
    index.apply(applied, len(applied))
    for rule in (rule for rule in rules if rule.spec.query is None and not rule.spec.exclude):
        names, topics = words_of_rule(rule.spec)
        title = f"{names[0]}: {topics[0]}" if topics else names[0]
        if rule.id not in {found.rule.id for found in index.weigh({"title": title}, lambda _: True)}:
            raise click.ClickException(f'rule "{rule.spec.name}" is not found by its own words: {title}')


def run(world: World, texts: Mapping[int, Sequence[Fields]], count: int, mix: str) -> Mapping[int, float]:
    """Measure `count` rules and print a line for each length of text; our times, by length."""
    gc.disable()
    rules = make_rules(world, count, popular=mix == "popular")
    applied = [in_plain_words(rule) for rule in rules] if mix == "plain" else rules
    index, before, begin = RuleIndex(), getrusage(RUSAGE_SELF).ru_maxrss, process_time()
    index.apply(applied, count)
    build, grown = process_time() - begin, getrusage(RUSAGE_SELF).ru_maxrss - before
    gc.freeze()
    gc.enable()
    check_nothing_is_lost(rules[:SAMPLE], applied[:SAMPLE])
    floor, expressions = make_floor(rules), make_expressions(rules[:SAMPLE])
    click.echo(f"{count:,} {mix}: build {build:.0f} s, {grown / count * 1.024:.1f} kB a rule ({index.memory / count / 1000:.1f} estimated)")
    times = {}
    with stored_queries(rules[:STORED]) as ask:
        for length, some in texts.items():
            plain = [{"plain": "\n".join(fields.values()), "folded": "\n".join(map(folded, fields.values()))} for fields in some]
            others = {
                "expressions": milliseconds(expressions, plain[:5]) * count / SAMPLE,
                "PostgreSQL": milliseconds(ask, plain[:10], perf_counter) * count / len(rules[:STORED]),
            }
            bare = milliseconds(floor, plain) if floor else 0.0
            times[length] = measure(index, some, bare, others)
    show_changes(index, applied, texts[LENGTHS[-1]])
    return times


def measure(index: RuleIndex, texts: Sequence[Fields], bare: float, others: Mapping[str, float]) -> float:
    """Print what one article of these costs, beside the bare pass and the others; our time."""

    def match(fields: Fields) -> int:
        return len(index.match(fields, lambda _rule: True))

    first = milliseconds(match, texts, runs=1)
    ours, found = milliseconds(match, texts), median(map(match, texts))
    words = milliseconds(lambda fields: [words_of(text) for text in fields.values()], texts)
    floors = f"{ours / (bare + words):.1f} x the bare pass ({bare:.3f} ms) and words ({words:.2f} ms)"
    alone = f"{ours / bare:.0f} x the bare pass alone; " if bare else ""
    shown = ", ".join(f"{name} {time:,.1f} ms = {time / ours:,.0f} x" for name, time in others.items())
    length = median(sum(map(len, fields.values())) for fields in texts)
    click.echo(f"  {length:,.0f} characters: {ours:.2f} ms (first time {first:.2f}; {found:.0f} found) = {floors}, {alone}{shown}")
    return ours


def show_changes(index: RuleIndex, rules: Sequence[Rule], texts: Sequence[Fields]) -> None:
    """Print what one changed rule costs, and the article behind it."""
    changed = [{"n": str(number * (len(rules) // ADDED))} for number in range(ADDED)]
    taking = milliseconds(lambda one: index.apply([rules[int(one["n"])]], index.revision), changed)

    def match_after_change(fields: Fields) -> float:
        index.apply(rules[:1], index.revision)
        return milliseconds(lambda each: index.match(each, lambda _rule: True), [fields], runs=1)

    behind = median(map(match_after_change, texts))
    memory = getrusage(RUSAGE_SELF).ru_maxrss * 1.024 / 1000
    click.echo(f"  one rule changed: {taking:.2f} ms; the next article {behind:.2f} ms; the process had {memory:,.0f} MB at most")


@click.command()
@click.option("--rules", "counts", type=click.IntRange(SAMPLE), multiple=True, default=(1_000, 10_000, 100_000), show_default=True)
@click.option("--mix", "mixes", type=click.Choice(MIXES), multiple=True, default=MIXES, show_default=True)
def main(counts: tuple[int, ...], mixes: tuple[str, ...]) -> None:
    """Print medians per article for each number of rules, side by side."""
    world = make_world(SEED)
    texts = {length: make_texts(world, ARTICLES, length) for length in LENGTHS}
    for mix in mixes:
        last: Mapping[int, float] = {}
        for count in counts:
            times = run(world, texts, count, mix)
            if last:
                click.echo(
                    f"  {', '.join(f'{times[length] / last[length]:.1f}' for length in texts)} times the cost of the number of rules before"
                )
            last = times


if __name__ == "__main__":
    main()
