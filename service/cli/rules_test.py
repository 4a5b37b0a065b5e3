"""`wirewatch rules test`: rules as code, tried on their own examples and on a file of articles, without a server."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import click

from service.cli.rule_examples import FailedExample, failed_examples
from service.cli.rule_file import WatchedRule, read_rules
from service.cli.rule_pass import pass_over, summarise
from service.cli.rule_run import ScoreName, ready_run
from service.cli.rules_explain import show_explanation
from service.cli.rules_meaning import ArticleMeaning, no_meaning, open_meaning
from service.cli.screen import Screen, counted, make_screen, printable

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _number(_context: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("give a number from 0 to 1")
    return value


@click.command("test")
@click.argument("rules_file", metavar="RULES", type=_FILE)
@click.argument("articles_file", metavar="[ARTICLES]", type=_FILE, required=False)
@click.option("--output", metavar="MATCHES", help='Where to write the matches, one JSON object a line; "-" is standard output.')
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    callback=_number,
    help="The least score of a match. Default: what each rule's precision asks for.",
)
@click.option(
    "--score",
    type=click.Choice(["comes_up", "is_about"]),
    default="comes_up",
    show_default=True,
    help="Which probability the score is: that what the rule watches comes up, or that the article is about it.",
)
@click.option("--explain", nargs=2, metavar="RULE ARTICLE", help="Only say why this rule matches this article, or why not.")
@click.option("--words-only", is_flag=True, help="Leave aside what articles mean; match their words alone.")
def try_rules(
    rules_file: Path,
    articles_file: Path | None,
    output: str | None,
    threshold: float | None,
    score: ScoreName,
    explain: tuple[str, str] | None,
    words_only: bool,
) -> None:
    """Try rules without a server.

    RULES is a JSON or YAML file with a list of rules, each as the API takes it; "id" and "examples" may stand beside the rest.
    ARTICLES has one JSON object a line: id, title, summary, body, lang, date, source, url.

    The examples of the rules are tried, then the articles. The exit code is 1 if an example failed or a line could not be read.
    """
    if articles_file is None and (output is not None or explain is not None or threshold is not None):
        raise click.UsageError("--output, --threshold and --explain need ARTICLES")
    rules = read_rules(rules_file)
    meaning = no_meaning if words_only else open_meaning(rules)
    if articles_file and explain:
        show_explanation(make_screen(verbose=False), rules, explain, articles_file, meaning)
        return
    screen = make_screen(verbose=False, stderr=output == "-")
    _say_what_is_not_tried(screen, rules)
    wrong = _try_examples(screen, rules, meaning)
    if articles_file:
        tally = pass_over(ready_run(rules, meaning, threshold, score), articles_file, output)
        summarise(screen, rules, tally)
        if tally.broken:
            wrong.append(f"{tally.broken:,} of {tally.lines:,} lines of {articles_file} could not be read")
    elif not any(rule.examples for rule in rules):
        raise click.ClickException(f"{rules_file} has no examples, so there is nothing to test; add some, or name a file of articles")
    _say_level(screen, meaning, words_only)
    if wrong:
        raise click.ClickException("; ".join(wrong))


def _say_what_is_not_tried(screen: Screen, rules: Sequence[WatchedRule]) -> None:
    if any(rule.spec.feeds or rule.spec.channels for rule in rules):
        screen.say("Feeds and channels of the rules are not looked at: a file has none.", "dim")


def _say_level(screen: Screen, meaning: ArticleMeaning, words_only: bool) -> None:
    if meaning is not no_meaning:
        screen.say("Matched by words and meaning.", "dim")
    else:
        more = "" if words_only else "; `pip install 'wirewatch[meaning]'` adds what articles mean"
        screen.say(f"Matched by words alone{more}.", "dim")


def _try_examples(screen: Screen, rules: Sequence[WatchedRule], meaning: ArticleMeaning) -> list[str]:
    """Show each example that fails, and how many there are; what is wrong with that, in a sentence."""
    tried = sum(len(rule.examples) for rule in rules)
    if not tried:
        return []
    failed = list(failed_examples(rules, meaning))
    for each in failed:
        _show_failed(screen, each)
    screen.say(f"{counted(len(rules), 'rule')}, {counted(tried, 'example')}, {len(failed):,} failed", "red" if failed else "green")
    return [f"{len(failed)} of {tried} examples failed"] if failed else []


def _show_failed(screen: Screen, failed: FailedExample) -> None:
    article, wanted = failed.example.article, failed.example.wanted
    screen.fact("failed", printable(failed.rule.id), "red")
    screen.fact("example", printable(article.title or article.id))
    screen.fact("wanted", "a match" if wanted else "no match")
    screen.fact("reason", printable(failed.reason))
