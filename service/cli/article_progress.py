"""Reading a file of articles under a user's eyes: a bar on a terminal, and a line for each broken line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from service.cli.article_file import BrokenLine, WrittenArticle, read_articles
from service.cli.screen import Screen, make_screen, printable

SHOWN = 20  # broken lines


@dataclass(slots=True)
class ArticleReading:
    """The articles of a file; `broken`: the lines so far that are none."""

    path: Path
    articles: Iterator[WrittenArticle]
    broken: int = 0


@contextmanager
def read_under_way(path: Path, told: Callable[[], str]) -> Iterator[ArticleReading]:
    """The articles of the file, with a bar on a terminal that says what `told` tells; broken lines are told on standard error."""
    screen = make_screen(verbose=False, stderr=True)
    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    hidden = not screen.console.is_terminal
    with (
        path.open("rb") as file,
        Progress(*columns, console=screen.console, transient=True, redirect_stdout=False, disable=hidden) as progress,
    ):
        task = progress.add_task("", total=os.fstat(file.fileno()).st_size)

        def articles() -> Iterator[WrittenArticle]:
            for each in read_articles(file):
                if isinstance(each, WrittenArticle):
                    yield each
                else:
                    reading.broken += 1
                    _tell_broken(screen, path, each, reading.broken)
                progress.update(task, completed=file.tell(), description=told())

        reading = ArticleReading(path, articles())
        yield reading


def _tell_broken(screen: Screen, path: Path, line: BrokenLine, broken: int) -> None:
    if broken <= SHOWN:
        screen.say(printable(f"{path}, line {line.number} is skipped: {line.reason}"), "yellow")
    elif broken == SHOWN + 1:
        screen.say("More lines are skipped; they are only counted from here on.", "yellow")
