"""One pass over a file of articles: matches to a file, progress to the terminal, and what it all came to."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from rich.table import Table

from service.cli.article_file import WrittenArticle
from service.cli.article_progress import read_under_way
from service.cli.cores import worked_ahead
from service.cli.output_file import written_whole
from service.cli.rule_file import WatchedRule
from service.cli.rule_run import Matched, RuleRun, render_match
from service.cli.screen import Screen, counted, printable


@dataclass(slots=True)
class Tally:
    """What a pass came to, added up as it goes."""

    articles: int = 0
    broken: int = 0
    seconds: float = 0.0
    matches: Counter[str] = field(default_factory=Counter)  # by rule

    @property
    def lines(self) -> int:
        """Lines that had something on them."""
        return self.articles + self.broken


def pass_over(run: RuleRun, articles: Path, output: str | None) -> Tally:
    """Hold every article against the rules and write the matches to `output`, if any, which is there whole or not at all.

    Lines that are no articles are told on standard error, where the progress is. Raises ClickException where it cannot be written.
    """
    tally = Tally()
    writing = written_whole(output) if output is not None else nullcontext()
    with writing as matches, read_under_way(articles, lambda: _told(tally)) as reading:
        _match_all(run, reading.articles, matches, tally)
    tally.broken = reading.broken
    return tally


def _told(tally: Tally) -> str:
    rate = tally.articles / tally.seconds if tally.seconds else 0.0
    return f"{tally.articles:,} articles, {tally.matches.total():,} matches, {rate:,.0f} articles a second"


def summarise(screen: Screen, rules: Sequence[WatchedRule], tally: Tally) -> None:
    """How often each rule matched, and how long it took."""
    table = Table("rule", "name", "articles matched", box=None, pad_edge=False)
    table.columns[-1].justify = "right"
    for rule in rules:
        count = f"{tally.matches[rule.id]:,}" if rule.spec.enabled else "off"
        table.add_row(printable(rule.id), printable(rule.spec.name), count)
    screen.show(table)
    each = f", {tally.seconds / tally.articles * 1000:.2f} ms an article" if tally.articles else ""
    matches = counted(tally.matches.total(), "match", "matches")
    screen.say(f"{counted(len(rules), 'rule')}, {counted(tally.articles, 'article')}, {matches}{each}")


def match_each(run: RuleRun, articles: Iterable[WrittenArticle]) -> Iterator[Matched]:
    """Each article with what it matches, in their order, which is taken for the order in which they came."""
    return run.in_order(worked_ahead(articles, run.meanings))  # what they mean is most of the work


def _match_all(run: RuleRun, articles: Iterable[WrittenArticle], matches: BinaryIO | None, tally: Tally) -> None:
    began = time.monotonic()
    for article, _, several in match_each(run, articles):
        tally.seconds = time.monotonic() - began
        tally.articles += 1
        tally.matches.update(each.rule.id for each in several)
        if matches is not None:
            for each in several:
                line = json.dumps(render_match(each, article, run.score), ensure_ascii=False, allow_nan=False)
                matches.write(line.encode() + b"\n")
