"""Fit the two probabilities of a match to articles judged by reading, and write service/matching/data/calibration.json.

    python -m tools.fit_calibration EXAM [EXAM ...] [--articles CORPUS.jsonl] [--vectors CACHE.npz] [--output calibration.json]

An exam is what `tools.exam` reads; --articles names a corpus for those that have none. Every figure printed is from rules that were
left out of the fit, a tenth of the rules at a time; of several exams, also for each by itself. Each rule weighs the same; weights are
never negative, since more evidence must not count against a match. A missed article weighs --miss times a false alarm, so that 0.5 is
the line for balanced rules.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from service.cli.rule_file import WatchedRule
from service.cli.rule_pass import match_each
from service.cli.rule_run import ready_run
from service.cli.rules_meaning import nearness_by
from service.embedding import load_embedder
from service.matching.calibration import Nearness, features_of
from service.matching.groups import Known
from service.matching.meaning import article_text, load_background, load_references
from service.matching.nearness import RuleVectors, queries_of
from service.matching.reading import Reading
from service.matching.verdict import compile_rule
from service.matching.watching import Findings, find
from tools.exam import Exam, Judgement, Overruled, overruled, read_exam
from tools.kept_vectors import KeptVectors
from tools.replay import in_date_order

Floats = NDArray[np.float64]

SHARED = ("together", "clear", "actor", "mentioned", "actor_alone", "topic_alone", "in_title", "named")
FEATURES: Mapping[str, Sequence[str]] = {
    "words": (*SHARED, "told_clear"),  # with what is told anywhere, words alone would take every sidebar for a match
    "meaning": (*SHARED, "told", "near", "near_name", "near_only", "company"),
}
RIDGE = 3.0  # how much a weight costs, in judged pairs
FOLDS = 10
BROAD, STRICT = 0.25, 0.4


@dataclass(frozen=True, slots=True)
class Pair:
    """A judged pair of rule and article, and what the matching sees of it."""

    rule: str
    label: int
    language: str
    findings: Findings
    nearness: Nearness

    def features(self, level: str) -> dict[str, float]:
        """What the models of this level weigh."""
        return features_of(self.findings, self.nearness if level == "meaning" else None)


def read_pairs(exam: Exam, vectors: KeptVectors) -> list[Pair]:
    """The exam's pairs, without those that a language or an exclusion decides."""
    wanted = {each.article: exam.articles[each.article] for each in exam.judgements}
    readings = {name: (Reading(article.fields), Known()) for name, article in wanted.items()}
    texts = {name: article_text(article.title, article.summary, article.body) for name, article in wanted.items()}
    _embed(texts.values(), vectors)
    pairs: list[Pair] = []
    companies = _companies(exam, vectors)
    for rule in exam.rules.values():
        judged = [each for each in exam.judgements if each.rule == rule.id]
        pairs += _judged(rule, judged, exam, readings, texts, vectors, companies)
    return pairs


def _companies(exam: Exam, vectors: KeptVectors) -> Mapping[str, Mapping[str, float]]:
    """What company each article comes in, by rule, where the corpus is a stream and the rules match by the weights in use."""
    rules = list(exam.rules.values())
    run = ready_run(rules, nearness_by(vectors, rules), None, "comes_up")
    stream = in_date_order(exam.articles.values())
    with click.progressbar(match_each(run, stream), label="the company of each article", length=len(stream), file=sys.stderr) as matched:
        return {each.article.id: each.known.company if each.known else {} for each in matched}


def _judged(
    rule: WatchedRule,
    judged: Sequence[Judgement],
    exam: Exam,
    readings: Mapping[str, tuple[Reading, Known]],
    texts: Mapping[str, str],
    vectors: KeptVectors,
    companies: Mapping[str, Mapping[str, float]],
) -> Iterable[Pair]:
    queries, compiled, near_by = (
        queries_of(rule.spec),
        compile_rule(rule.spec),
        RuleVectors(load_background(vectors.model), load_references(vectors.model)),
    )
    assert queries is not None
    _embed(queries.texts, vectors)
    near_by.put(rule.id, queries, {text: vectors.embed([text])[0] for text in queries.texts})
    for each in judged:
        article = exam.articles[each.article]
        if overruled(rule.spec, article) in (Overruled.LANGUAGE, Overruled.EXCLUDED):
            continue
        reading, known = readings[each.article]
        nearness = near_by.of_articles(vectors.embed([texts[each.article]]))[0].near(rule.id)
        assert nearness is not None
        nearness = nearness._replace(company=companies[each.article].get(rule.id, 0.0))
        yield Pair(rule.id, each.label, article.lang or "", find(compiled.watch, reading, article.day, known), nearness)


def fit(features: Floats, wanted: Floats, weights: Floats) -> tuple[Floats, float]:
    """The weights, none negative, and the intercept of a logistic model, by projected gradient steps."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = (features - middle) / spread
    found, intercept = np.zeros(features.shape[1]), 0.0
    step = 4.0 / (weights.sum() * (1 + features.shape[1]))
    for _ in range(4000):
        off = weights * (1 / (1 + np.exp(-scaled @ found - intercept)) - wanted)
        found = np.maximum(found - step * (scaled.T @ off + RIDGE * found), 0.0)
        intercept -= step * off.sum()
    return found / spread, float(intercept - (found / spread * middle).sum())


def even(pairs: Sequence[Pair], least: int, miss: float) -> Floats:
    """A weight for each pair: all rules alike, and what is wanted `miss` times."""
    count = {rule: sum(pair.rule == rule for pair in pairs) for rule in {pair.rule for pair in pairs}}
    share: Floats = np.array([len(pairs) / len(count) / count[pair.rule] for pair in pairs])
    return share * np.array([miss if pair.label >= least else 1.0 for pair in pairs])


def held_out(pairs: Sequence[Pair], table: Floats, least: int, miss: float) -> Floats:
    """The probability of each pair by a model that has not seen its rule."""
    rules = sorted({pair.rule for pair in pairs})
    fold = {rule: number % FOLDS for number, rule in enumerate(rules)}
    folds, wanted, weights = np.array([fold[pair.rule] for pair in pairs]), _wanted(pairs, least), even(pairs, least, miss)
    found = np.zeros(len(pairs))
    for each in range(FOLDS):
        seen = folds != each
        if seen.all():
            continue
        model, intercept = fit(table[seen], wanted[seen], weights[seen])
        found[~seen] = 1 / (1 + np.exp(-table[~seen] @ model - intercept))
    return found


def f1(scores: Floats, wanted: Floats, least: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of the scores from `least` up."""
    told = scores >= least
    right = float((told & (wanted > 0)).sum())
    precision, recall = right / max(1, told.sum()), right / max(1, (wanted > 0).sum())
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _wanted(pairs: Sequence[Pair], least: int) -> Floats:
    return np.array([float(pair.label >= least) for pair in pairs])


def _report(level: str, exams: Sequence[tuple[str, Sequence[Pair]]], comes_up: Floats, is_about: Floats) -> None:
    _report_one(level, [pair for _name, pairs in exams for pair in pairs], comes_up, is_about)
    first = 0
    for name, pairs in exams if len(exams) > 1 else ():
        click.echo(f"  {name}, {len({pair.rule for pair in pairs})} rules")
        _report_one(level, pairs, comes_up[first : first + len(pairs)], is_about[first : first + len(pairs)])
        first += len(pairs)


def _report_one(level: str, pairs: Sequence[Pair], comes_up: Floats, is_about: Floats) -> None:
    for name, scores, least in (("broad", comes_up, BROAD), ("balanced", comes_up, 0.5), ("strict", is_about, STRICT)):
        one, two = f1(scores, _wanted(pairs, 1), least), f1(scores, _wanted(pairs, 2), least)
        told = [f"P {precision:.3f} R {recall:.3f} F {both:.3f}" for precision, recall, both in (one, two)]
        click.echo(f"{level:8} {name:9} label >= 1: {told[0]}   label 2: {told[1]}")


def _by_rule(pairs: Sequence[Pair], scores: Floats) -> None:
    for rule in sorted({pair.rule for pair in pairs}):
        mine = np.array([pair.rule == rule for pair in pairs])
        some = [pair for pair in pairs if pair.rule == rule]
        one, two = f1(scores[mine], _wanted(some, 1), 0.5), f1(scores[mine], _wanted(some, 2), 0.5)
        click.echo(f"  {rule:6} label >= 1: P {one[0]:.2f} R {one[1]:.2f} F {one[2]:.2f}   label 2: F {two[2]:.2f}")


def _embed(texts: Iterable[str], vectors: KeptVectors) -> None:
    missing = vectors.missing(texts)
    click.echo(f"{len(missing)} texts to embed", err=True)
    with click.progressbar(range(0, len(missing), 50), file=sys.stderr) as firsts:
        for first in firsts:
            vectors.embed(missing[first : first + 50])


def _model_of(names: Sequence[str], found: Floats, intercept: float) -> dict[str, float]:
    return {"intercept": round(intercept, 4)} | {
        name: round(float(weight), 4) for name, weight in zip(names, found, strict=True) if weight > 0
    }


@click.command()
@click.argument("exams", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="a corpus for exams that have none")
@click.option("--vectors", "cache", type=click.Path(path_type=Path), help="where embedded texts are kept between runs")
@click.option("--miss", default=1.5, show_default=True, help="what a missed article weighs beside a false alarm")
@click.option("--rules", "by_rule", is_flag=True, help="print every rule, too")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="write the models there")
def main(exams: Sequence[Path], articles: Path | None, cache: Path | None, miss: float, by_rule: bool, output: Path | None) -> None:
    """Fit the models to one or several exams and print how good they are on rules left out."""
    embedder = load_embedder()
    if embedder is None:
        raise click.ClickException("needs the embeddings: pip install 'wirewatch[meaning]'")
    vectors = KeptVectors(embedder, cache)
    of_exams = [(exam.name, read_pairs(read_exam(exam, articles), vectors)) for exam in exams]
    pairs = [pair for _name, some in of_exams for pair in some]
    vectors.save()
    click.echo(f"{len(pairs)} pairs of {len({pair.rule for pair in pairs})} rules")
    written = {}
    for level, names in FEATURES.items():
        table = np.array([[pair.features(level)[name] for name in names] for pair in pairs])
        comes_up, is_about = held_out(pairs, table, 1, miss), held_out(pairs, table, 2, miss)
        _report(level, of_exams, comes_up, is_about)
        if by_rule:
            _by_rule(pairs, comes_up)
        models = {
            name: _model_of(names, *fit(table, _wanted(pairs, least), even(pairs, least, miss)))
            for name, least in (("comes_up", 1), ("is_about", 2))
        }
        written[level] = {**models, "least": {"broad": BROAD, "balanced": 0.5, "strict": STRICT}}
    if output:
        output.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
