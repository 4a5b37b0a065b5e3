"""Write the background that we ship for the embedder's vectors: `python -m tools.build_background CORPUS.jsonl`.

The corpus has an article a line, with `title`, `summary` and `body`. Two minutes for 2,000 articles. `everyday_headlines.txt` is
added, for a corpus of world news says little of the news of a town: to a bridge that is closed, all that is closed would be near.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click

from service.embedding import load_embedder
from service.matching.meaning import NOTHING, article_text

TARGET = Path(__file__).parent.parent / "service/matching/data/meaning"
EVERYDAY = Path(__file__).with_name("everyday_headlines.txt")
_AT_ONCE = 100


@click.command()
@click.argument("corpus", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(corpus: Path) -> None:
    """Overwrite the background of the installed model."""
    embedder = load_embedder()
    if embedder is None:
        raise click.ClickException("the `meaning` extra is not installed")
    background = NOTHING
    articles = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    news = [article_text(each["title"], each["summary"], each["body"]) for each in articles]
    everyday = [line for line in EVERYDAY.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for texts in _batches([*news, *everyday]):
        background = background.with_articles(embedder.embed(texts), memory=len(news) + len(everyday))
    target = TARGET / f"background-{embedder.model}.bin"
    target.write_bytes(background.dump())
    click.echo(f"{background.count:.0f} articles in {target}")


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield batch


if __name__ == "__main__":
    main()
