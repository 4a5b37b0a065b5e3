"""Report how good the matching is on articles judged by reading, and how many false alerts a day it would raise.

    python -m tools.report_quality EXAM [EXAM ...] [--articles CORPUS.jsonl] [--vectors CACHE.npz] [--json REPORT.json]

An exam is what `tools.exam` reads. Every rule is held against every article as `wirewatch rules test` does it, by words alone and with
meaning, at each precision. Only judged pairs count for precision and recall. Then the corpus is replayed as a stream, where every match
counts: --sample-file takes some of those that nobody judged, and --judged the labels that a reader has given them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click

from service.cli.output_file import written_whole
from service.cli.rule_file import WatchedRule
from service.cli.rule_pass import match_each
from service.cli.rule_run import ready_run
from service.cli.rules_meaning import ArticleMeaning, nearness_by, no_meaning
from service.cli.screen import make_screen
from service.domain.rules import Precision
from service.embedding import load_embedder
from tools.exam import Exam, Pair, pooled, read_exam, read_judgements
from tools.kept_vectors import KeptVectors
from tools.match_report import Level, Run, make_report, render_report, unjudged
from tools.replay import in_date_order, sample_of
from tools.report_tables import show_report

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("exams", nargs=-1, required=True, type=_FOLDER)
@click.option("--articles", type=_FILE, help="A corpus for exams that have none.")
@click.option("--vectors", "cache", type=_OUTPUT, help="Where embedded texts are kept between runs.")
@click.option("--json", "output", metavar="FILE", help='Write the figures there as JSON; "-" is standard output.')
@click.option("--sample", "size", type=click.IntRange(1), default=150, show_default=True, help="How many unjudged alerts to take.")
@click.option("--sample-file", type=_OUTPUT, help="Write them there, a line each: rule, article, name, title. A reader adds a label.")
@click.option("--judged", type=_FILE, help="Labels of such a sample, from which the false alerts are estimated.")
def main(
    exams: Sequence[Path],
    articles: Path | None,
    cache: Path | None,
    output: str | None,
    size: int,
    sample_file: Path | None,
    judged: Path | None,
) -> None:
    """Report per rule and per language, by words alone and with meaning, and replay the corpus as a stream."""
    exam = pooled([read_exam(folder, articles) for folder in exams])
    sampled = {(each.rule, each.article): int(each.label) for each in read_judgements(judged)} if judged else {}
    runs = list(_runs(exam, cache))
    report = make_report(exam, runs, sampled)
    show_report(make_screen(verbose=False, stderr=output == "-"), exam, report)
    if output is not None:
        with written_whole(output) as file:
            file.write(json.dumps(render_report(report), indent=1, ensure_ascii=False).encode() + b"\n")
    if sample_file is not None:
        _write_sample(exam, sample_of(unjudged(exam, runs), size), sample_file)


def _runs(exam: Exam, cache: Path | None) -> Iterator[Run]:
    """By words alone, then with meaning where that is installed."""
    rules = list(exam.rules.values())
    yield from _level_runs(exam, "words", no_meaning)
    embedder = load_embedder()
    if embedder is None:
        click.echo("by words alone: pip install 'wirewatch[meaning]' adds what articles mean", err=True)
        return
    vectors = KeptVectors(embedder, cache)
    yield from _level_runs(exam, "meaning", nearness_by(vectors, rules))
    vectors.save()


def _level_runs(exam: Exam, level: Level, meaning: ArticleMeaning) -> Iterator[Run]:
    for precision in get_args(Precision):
        told = _told(exam, [_at(rule, precision) for rule in exam.rules.values()], meaning, f"{level}, {precision}")
        yield Run(level, precision, frozenset(told))


def _at(rule: WatchedRule, precision: Precision) -> WatchedRule:
    return replace(rule, spec=rule.spec.model_copy(update={"precision": precision}))


def _told(exam: Exam, rules: Sequence[WatchedRule], meaning: ArticleMeaning, doing: str) -> Iterator[Pair]:
    run = ready_run(rules, meaning, threshold=None, score="comes_up")
    stream = in_date_order(exam.articles.values())
    with click.progressbar(match_each(run, stream), label=doing, length=len(stream), file=sys.stderr) as matched:
        for article, _, found in matched:
            yield from ((each.rule.id, article.id) for each in found)


def _write_sample(exam: Exam, alerts: Collection[Pair], path: Path) -> None:
    with written_whole(str(path)) as file:
        for rule, article in alerts:
            line = {"rule": rule, "article": article, "name": exam.rules[rule].spec.name, "title": exam.articles[article].title}
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main()
