"""Fit the odds that two articles report one event to articles grouped by reading, and write service/matching/data/stories/.

    python -m tools.fit_stories EXAM [--vectors CACHE.npz] [--output DIRECTORY]

An exam is what `tools.story_exam` reads. Each figure is of the whole grouping, as `wirewatch stories` does it over the corpus, of groups
that were left out of the fit, a twentieth at a time. What speaks for one event has no negative weight, what speaks against it no positive
one. A group's pairs count less the more it has.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import sqrt
from pathlib import Path

import click
import numpy as np

from service.cli.story_pass import StoryPass, read_prints
from service.domain.stories import Rules
from service.embedding import load_embedder
from service.matching.likeness import Level, Model
from service.matching.prints import Print
from service.matching.remembered import Remembered
from service.matching.stories import StoryBook
from tools.fit_calibration import Floats, fit
from tools.kept_vectors import KeptVectors
from tools.story_exam import Counts, StoryExam, read_story_exam, score

WINDOW = timedelta(days=4)
FOLDS = 20  # with fewer, the models fitted are bolder than the one that is shipped
USUAL = 8  # articles of the corpus that have a common term
AGAINST = frozenset({"swapped", "swapped_names", "other_actors", "other_numbers", "gap", "same_source", "row_gap"})
_SHARED = ("title", "across", "text", "title_things", "things", "same_numbers", "shared_numbers", *sorted(AGAINST))
FEATURES: Mapping[Level, Sequence[str]] = {
    "words": (*_SHARED, "two_languages"),
    "meaning": (*_SHARED, "cosine", "two_languages_cosine"),
}
COUNTERS = -8.0  # the weight of "day 448" beside "day 449", which exams have too seldom to be fitted
RULES: Mapping[Level, Rules] = {
    "words": Rules(join=0.3, alone=3.0, merge=-0.8, near=-1.0),
    "meaning": Rules(join=0.3, alone=3.0, merge=-1.3, near=-1.3),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two judged articles, and what they have in common as of the later one."""

    groups: frozenset[str]
    same: bool
    features: Mapping[str, float]


def pairs_of(prints: Sequence[Print], exam: StoryExam) -> Iterator[Pair]:
    """The judged pairs of a window, in a stream of all articles, oldest first."""
    remembered, began = Remembered(WINDOW, len(prints) + 1), 0
    for number, each in enumerate(prints):
        began += sum(1 for _ in remembered.forget(each))
        trace = remembered.begin(each)
        others = [other for other in range(began, number) if exam.judged(each.article, prints[other].article) is not None]
        cosines = remembered.cosines(each.vector, others)
        features = remembered.features(trace, others, [cosines[other] for other in others])
        for place, other in enumerate(others):
            groups = frozenset((exam.group[each.article], exam.group[prints[other].article]))
            yield Pair(groups, len(groups) == 1, {name: float(values[place]) for name, values in features.items()})
        remembered.take_in(trace, each.vector)


def model_of(pairs: Sequence[Pair], level: Level) -> Model:
    """The model of the pairs."""
    names = FEATURES[level]
    signs = np.array([-1.0 if name in AGAINST else 1.0 for name in names])
    table: Floats = np.array([[pair.features[name] for name in names] for pair in pairs]) * signs
    many = Counter(pair.groups for pair in pairs if pair.same)
    weights: Floats = np.array([1 / sqrt(many[pair.groups]) if pair.same else 1.0 for pair in pairs])
    found, intercept = fit(table, np.array([float(pair.same) for pair in pairs]), weights)
    kept = {name: round(float(weight), 4) for name, weight in zip(names, found * signs, strict=True) if weight}
    kept["other_counters"] = COUNTERS
    return Model(round(intercept, 4), kept, RULES[level])


def grouped(prints: Sequence[Print], models: Mapping[Level, Model]) -> Mapping[str, str]:
    """The story of each article."""
    run = StoryPass(StoryBook(WINDOW, models), list(prints))
    run.place_all()
    return {each.article: run.story(each.article) for each in prints}


def held_out(exam: StoryExam, prints: Sequence[Print], pairs: Sequence[Pair], level: Level) -> Counts:
    """What the grouping is worth by models that have seen neither article of a pair."""
    groups = sorted(set(exam.group.values()))
    total = Counts()
    for fold in range(FOLDS):
        left_out = set(groups[fold::FOLDS])
        model = model_of([pair for pair in pairs if pair.groups.isdisjoint(left_out)], level)
        total += score(exam, prints, grouped(prints, {level: model, "words": model}), left_out)
    return total


def usual_terms(prints: Sequence[Print]) -> str:
    """How many articles there are, and how many of them have each of the commonest terms."""
    counts = Counter(term for each in prints for term in each.terms)
    common = sorted((term for term, count in counts.items() if count >= USUAL), key=lambda term: (-counts[term], term))
    return "\n".join([str(len(prints)), *(f"{counts[term]} {term}" for term in common)]) + "\n"


@click.command()
@click.argument("folder", metavar="EXAM", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--vectors", "cache", type=click.Path(path_type=Path), help="where embedded texts are kept between runs")
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), help="write the models and the usual terms there")
def main(folder: Path, cache: Path | None, output: Path | None) -> None:
    """Fit the models to an exam and print how good they are on groups left out, and on those they were fitted to."""
    embedder = load_embedder()
    if embedder is None:
        raise click.ClickException("needs the embeddings: pip install 'wirewatch[meaning]'")
    exam, vectors = read_story_exam(folder), KeptVectors(embedder, cache)
    prints = read_prints(folder / "corpus.jsonl", vectors, WINDOW).prints
    vectors.save()
    pairs, written = list(pairs_of(prints, exam)), {}
    click.echo(f"{len(prints)} articles, {len(pairs)} judged pairs, {sum(pair.same for pair in pairs)} of one event")
    levels: tuple[Level, ...] = ("words", "meaning")
    for level in levels:
        known = prints if level == "meaning" else [replace(each, vector=b"") for each in prints]
        model = model_of(pairs, level)
        click.echo(f"{level:8} left out  {held_out(exam, known, pairs, level)}")
        click.echo(f"{level:8} fitted to {score(exam, known, grouped(known, {level: model, 'words': model}), set(exam.group.values()))}")
        rules = {name: getattr(model.rules, name) for name in ("join", "alone", "merge", "near")}
        written[level] = {"intercept": model.intercept, "weights": dict(model.weights), "rules": rules}
    if output:
        (output / "model.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
        (output / "usual.txt").write_text(usual_terms(prints), "utf-8")


if __name__ == "__main__":
    main()
