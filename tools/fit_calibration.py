"""Fit the two probabilities of a match to articles judged by reading, and write service/matching/data/calibration.json.

    python -m tools.fit_calibration EXAM [EXAM ...] [--articles CORPUS.jsonl] [--vectors CACHE.npz] [--output calibration.json]

An exam is a folder with `rules.json` (id, name, actors, topics, exclude, languages), `labels.jsonl` (rule, article, label: 2 it is
about it, 1 it comes up, 0 not) and `corpus.jsonl`, unless --articles names one for all. Every figure printed is from rules that were
left out of the fit, a tenth of the rules at a time. Each rule weighs the same; weights are never negative, since more evidence must not
count against a match. A missed article weighs --miss times a false alarm, so that 0.5 is the line for balanced rules.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from service.domain.rules import RuleSpec
from service.embedding import load_embedder
from service.matching.calibration import Nearness, features_of
from service.matching.groups import Known
from service.matching.meaning import Vectors, article_text, load_background
from service.matching.nearness import RuleVectors, queries_of
from service.matching.reading import Reading
from service.matching.rules import speaks
from service.matching.verdict import compile_rule
from service.matching.watching import Findings, find

Floats = NDArray[np.float64]

SHARED = ("together", "clear", "actor", "mentioned", "actor_alone", "in_title", "named")
FEATURES: Mapping[str, Sequence[str]] = {
    "words": (*SHARED, "covered_clear"),  # with the plain share, words alone would take every sidebar for a match
    "meaning": (*SHARED, "covered", "near", "near_name", "near_only"),
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


def read_pairs(exam: Path, articles: Path | None, vectors: dict[str, Vectors]) -> list[Pair]:
    """The exam's pairs, without those that a language or an exclusion decides."""
    corpus = {each["id"]: each for each in _lines(articles or exam / "corpus.jsonl")}
    labels = [each for each in _lines(exam / "labels.jsonl") if each["article"] in corpus]
    specs = {each["id"]: _spec(each) for each in json.loads((exam / "rules.json").read_text("utf-8"))}
    wanted = {each["article"] for each in labels}
    readings = {each: (Reading(_fields(corpus[each])), Known()) for each in wanted}
    texts = {each: article_text(corpus[each]["title"], corpus[each]["summary"] or "", corpus[each]["body"] or "") for each in wanted}
    _embed(texts.values(), vectors)
    pairs: list[Pair] = []
    for rule_id, spec in specs.items():
        judged = [each for each in labels if each["rule"] == rule_id]
        pairs += _judged(spec, rule_id, judged, corpus, readings, texts, vectors)
    return pairs


def _judged(
    spec: RuleSpec,
    rule_id: str,
    judged: Sequence[dict[str, Any]],
    corpus: Mapping[str, dict[str, Any]],
    readings: Mapping[str, tuple[Reading, Known]],
    texts: Mapping[str, str],
    vectors: dict[str, Vectors],
) -> Iterable[Pair]:
    queries, rule, near_by = queries_of(spec), compile_rule(spec), RuleVectors(load_background(_model()))
    assert queries is not None
    _embed(queries.texts, vectors)
    near_by.put(rule_id, queries, vectors)
    excluded = [term.casefold() for term in spec.exclude]
    for each in judged:
        article = corpus[each["article"]]
        head = f"{article['title']} {article['summary'] or ''}".casefold()
        if not speaks(spec, article["lang"]) or any(term in head for term in excluded):
            continue
        reading, known = readings[each["article"]]
        day = date.fromisoformat(article["date"][:10]) if article.get("date") else None
        nearness = near_by.of_articles(vectors[texts[each["article"]]][np.newaxis])[0].near(rule_id)
        assert nearness is not None
        yield Pair(rule_id, each["label"], article["lang"] or "", find(rule.watch, reading, day, known), nearness)


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


def _report(level: str, pairs: Sequence[Pair], comes_up: Floats, is_about: Floats) -> None:
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


def _embed(texts: Iterable[str], vectors: dict[str, Vectors]) -> None:
    missing = [text for text in dict.fromkeys(texts) if text not in vectors]
    embedder = load_embedder()
    assert embedder is not None
    click.echo(f"{len(missing)} texts to embed", err=True)
    with click.progressbar(range(0, len(missing), 50), file=sys.stderr) as firsts:
        for first in firsts:
            some = missing[first : first + 50]
            vectors.update(zip(some, embedder.embed(some), strict=True))


def _model() -> str:
    embedder = load_embedder()
    if embedder is None:
        raise click.ClickException("needs the embeddings: pip install 'wirewatch[meaning]'")
    return embedder.model


def _spec(written: dict[str, Any]) -> RuleSpec:
    known = {name: written.get(name) or () for name in ("actors", "topics", "exclude", "languages")}
    return RuleSpec.model_validate({"name": written["name"], **known})


def _fields(article: dict[str, Any]) -> dict[str, str]:
    return {"title": article["title"], "lede": article["summary"] or "", "body": article["body"] or ""}


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _model_of(names: Sequence[str], found: Floats, intercept: float) -> dict[str, float]:
    return {"intercept": round(intercept, 4)} | {
        name: round(float(weight), 4) for name, weight in zip(names, found, strict=True) if weight > 0
    }


@click.command()
@click.argument("exams", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="a corpus for exams that have none")
@click.option("--vectors", "cache", type=click.Path(path_type=Path), help="where embedded texts are kept between runs")
@click.option("--miss", default=1.1, show_default=True, help="what a missed article weighs beside a false alarm")
@click.option("--rules", "by_rule", is_flag=True, help="print every rule, too")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="write the models there")
def main(exams: Sequence[Path], articles: Path | None, cache: Path | None, miss: float, by_rule: bool, output: Path | None) -> None:
    """Fit the models to one or several exams and print how good they are on rules left out."""
    vectors = _read_cache(cache)
    pairs = [pair for exam in exams for pair in read_pairs(exam, None if (exam / "corpus.jsonl").exists() else articles, vectors)]
    if cache:
        np.savez(cache, texts=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
    click.echo(f"{len(pairs)} pairs of {len({pair.rule for pair in pairs})} rules")
    written = {}
    for level, names in FEATURES.items():
        table = np.array([[pair.features(level)[name] for name in names] for pair in pairs])
        comes_up, is_about = held_out(pairs, table, 1, miss), held_out(pairs, table, 2, miss)
        _report(level, pairs, comes_up, is_about)
        if by_rule:
            _by_rule(pairs, comes_up)
        models = {
            name: _model_of(names, *fit(table, _wanted(pairs, least), even(pairs, least, miss)))
            for name, least in (("comes_up", 1), ("is_about", 2))
        }
        written[level] = {**models, "least": {"broad": BROAD, "balanced": 0.5, "strict": STRICT}}
    if output:
        output.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


def _read_cache(cache: Path | None) -> dict[str, Vectors]:
    if cache is None or not cache.exists():
        return {}
    with np.load(cache) as kept:
        return dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))


if __name__ == "__main__":
    main()
