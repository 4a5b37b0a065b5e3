"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click


@contextmanager
def written_whole(path: str) -> Iterator[BinaryIO]:
    """A file to write to, put in the place of `path` at the end; after an error the old one stays. "-" is standard output.

    Raises ClickException where it cannot be written.
    """
    target = Path(path).resolve()
    if path == "-":
        yield sys.stdout.buffer
    elif target.exists() and not target.is_file():  # a pipe or a device is written to, never replaced
        with _plain_errors(path), target.open("wb") as file:
            yield file
    else:
        with _plain_errors(path), _replacing(target) as file:
            yield file


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _plain_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from error
