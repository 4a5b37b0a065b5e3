"""One supervisor for each data directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Hold the data directory. The kernel lets go when this process ends, however it ends. Raises ClickException if another holds it."""
    with (data_dir / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise click.ClickException(
                f"Wirewatch runs on {data_dir} already (pid {file.read().strip()}). "
                "Stop that one, or set WIREWATCH_DATA_DIR to another directory."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
