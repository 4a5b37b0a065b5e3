"""`wirewatch stories`: which articles of a file report the same event, without a server."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import click

from service.cli.output_file import written_whole
from service.cli.screen import Screen, counted, make_screen, printable
from service.cli.story_pass import StoryPass, read_prints
from service.embedding import load_embedder
from service.matching.likeness import Comparison

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SHOWN = 12  # terms that two articles share


@click.command("stories")
@click.argument("articles_file", metavar="ARTICLES", type=_FILE)
@click.option("--output", metavar="GROUPS", help='Where to write the stories, an article a line; "-" is standard output.')
@click.option("--explain", nargs=2, metavar="A B", help="Say why these two articles are one story, or are not.")
@click.option("--words-only", is_flag=True, help="Leave aside what articles mean; compare their words alone.")
@click.option("--days", type=click.IntRange(1, 30), default=4, show_default=True, help="How long an article is remembered.")
def stories(articles_file: Path, output: str | None, explain: tuple[str, str] | None, words_only: bool, days: int) -> None:
    """Put the articles of a file that report one event into one story.

    ARTICLES has one JSON object a line: id, title, summary, body, lang, date, source, url. They are taken in the order of their dates,
    each against those of the days before it, as the service takes them. GROUPS has {"article": ..., "cluster": ...} for each.

    The exit code is 1 if a line could not be read.
    """
    began, embedder = time.monotonic(), None if words_only else load_embedder()
    run = read_prints(articles_file, embedder, timedelta(days=days))
    missing = set(explain or ()) - {each.article for each in run.prints}
    if missing:
        raise click.ClickException(f'there is no article "{min(missing)}" in {articles_file}')
    run.place_all()
    seconds = time.monotonic() - began
    if output is not None:
        with written_whole(output) as file:
            for each in run.prints:
                line = json.dumps({"article": each.article, "cluster": run.story(each.article)}, ensure_ascii=False)
                file.write(line.encode("utf-8", "surrogatepass") + b"\n")
    screen = make_screen(verbose=False, stderr=output == "-")
    if explain:
        _explain(screen, run, *explain)
    else:
        whole, placing = (total / max(1, len(run.prints)) * 1000 for total in (seconds, run.seconds))
        cost = f", {whole:.2f} ms an article ({placing:.2f} of CPU to place it)" if run.prints else ""
        screen.say(f"{counted(len(run.prints), 'article')}, {counted(run.stories, 'story', 'stories')}{cost}")
    level = "words alone" if embedder is None else "words and meaning"
    more = "; `pip install 'wirewatch[meaning]'` adds what articles mean" if embedder is None and not words_only else ""
    screen.say(f"Compared by {level}{more}.", "dim")
    if run.broken:
        raise click.ClickException(f"{counted(run.broken, 'line')} of {articles_file} could not be read")


def _explain(screen: Screen, run: StoryPass, one: str, other: str) -> None:
    together = run.story(one) == run.story(other)
    screen.fact("verdict", "one story" if together else "two stories", "green" if together else "yellow")
    for article in (one, other):
        screen.fact("article", printable(f"{article}  {run.story(article)}"))
    compared = run.compare(one, other)
    screen.fact("odds", _odds(compared, together))
    shared = ", ".join(compared.shared[:_SHOWN]) or "nothing"
    screen.fact("shared", printable(shared + (f" and {len(compared.shared) - _SHOWN} more" if len(compared.shared) > _SHOWN else "")))
    for number, (name, part) in enumerate(sorted(compared.parts.items(), key=lambda each: -abs(each[1]))):
        screen.fact("" if number else "weighed", f"{part:+6.2f}  {name.replace('_', ' ')}")


def _odds(compared: Comparison, together: bool) -> str:
    told = f"{compared.odds:+.2f}, in logarithms: above 0 the two alone are likelier one event than not"
    if together and compared.odds <= 0:
        return f"{told}; others between them join them"
    if not together and compared.odds > 0:
        return f"{told}; a single pair needs more, or what else is in their stories keeps them apart"
    return told
