"""Count in how many articles of mixed news each concept is, and ship it: `python -m tools.count_concepts CORPUS.jsonl`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import click

from service.cli.article_file import WrittenArticle
from service.matching.concepts import load_concepts
from service.matching.groups import Known, see
from service.matching.reading import Reading
from service.matching.topics import group_of_concept
from tools.exam import read_corpus

TARGET = Path(str(files("service.matching"))) / "data" / "concept_counts.txt"


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(corpus: Path) -> None:
    """Overwrite the counts; the first line has the number of articles."""
    articles = read_corpus(corpus).values()
    with click.progressbar(articles, file=sys.stderr) as progress:
        counts = count(progress, load_concepts().concepts)
    lines = [f"all\t{len(articles)}", *(f"{name}\t{counts[name]}" for name in sorted(load_concepts().concepts))]
    TARGET.write_text("\n".join(lines) + "\n", "utf-8")
    click.echo(f"{len(lines) - 1} concepts in {len(articles)} articles: {TARGET}")


def count(articles: Iterable[WrittenArticle], concepts: Iterable[str]) -> Counter[str]:
    """In how many of the articles each concept is."""
    groups = {name: group_of_concept(name) for name in concepts}
    counts = Counter[str]()
    for article in articles:
        reading, known = Reading(article.fields), Known()
        counts.update(name for name, group in groups.items() if see(group, reading, article.day, known))
    return counts


if __name__ == "__main__":
    main()
