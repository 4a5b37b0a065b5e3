"""Write what nearness is measured against, for the embedder's vectors: `python -m tools.build_background CORPUS.jsonl`.

The corpus has an article a line, with `title`, `summary` and `body`; of it is the background that a new installation starts with.
`everyday_headlines.txt` makes the second one, which stays: a corpus of world news says little of the news of a town. Two minutes for
2,000 articles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from service.embedding import Embedder, load_embedder
from service.matching.meaning import NOTHING, article_text

TARGET = Path(__file__).parent.parent / "service/matching/data/meaning"
EVERYDAY = Path(__file__).with_name("everyday_headlines.txt")
_AT_ONCE = 100


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(corpus: Path) -> None:
    """Overwrite the backgrounds of the installed model."""
    embedder = load_embedder()
    if embedder is None:
        raise click.ClickException("the `meaning` extra is not installed")
    articles = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    write_background(embedder, "background", [article_text(each["title"], each["summary"], each["body"]) for each in articles])
    write_background(embedder, "everyday", [line for line in EVERYDAY.read_text(encoding="utf-8").splitlines() if not line.startswith("#")])


def write_background(embedder: Embedder, name: str, texts: Sequence[str]) -> None:
    """Overwrite the file of this name with what is usual among the texts."""
    background = NOTHING
    for some in _batches(texts):
        background = background.with_articles(embedder.embed(some), memory=len(texts))
    target = TARGET / f"{name}-{embedder.model}.bin"
    target.write_bytes(background.dump())
    click.echo(f"{background.count:.0f} articles in {target}")


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch


if __name__ == "__main__":
    main()
