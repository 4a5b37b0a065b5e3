"""The one composition root: settings in, everything that touches the world out. The clock and chance live here."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from service.config import SEALING_KEY_BYTES, Settings, parse_sealing_keys
from service.storage.database import Database

if TYPE_CHECKING:  # who only looks at the database imports none of it
    from service.embedding import Embedder
    from service.outbound import Outbound
    from service.storage.sealing import Sealer
    from service.storage.store import Store

USER_AGENT = "Wirewatch/0.1"


@dataclass(frozen=True, slots=True)
class Edges:
    """The world as the stages and the API see it. Safe to share between threads, not across a fork."""

    settings: Settings
    store: Store
    outbound: Outbound
    secret_key: bytes
    sealer: Sealer
    now: Callable[[], datetime]
    chance: Callable[[], float]  # uniform in [0, 1)
    new_id: Callable[[str], str]  # a random id with this prefix
    random_bytes: Callable[[int], bytes]  # this many, fit for secrets
    embedder: Callable[[], Embedder | None]  # loaded at the first call; None: words alone

    def close(self) -> None:
        """Give back what is held."""
        self.store.database.close()


def open_edges(settings: Settings) -> Edges:
    """Connect everything as the settings say; the database must be migrated before it is used."""
    from service.embedding import load_embedder
    from service.outbound import Outbound
    from service.storage.sealing import Sealer
    from service.storage.store import open_store

    database = open_database(settings)
    sealer = Sealer(sealing_keys(settings), secrets.token_bytes)
    return Edges(
        settings=settings,
        store=open_store(database, sealer),
        outbound=Outbound(allowed_networks=settings.allowed_networks, user_agent=USER_AGENT),
        secret_key=secret_key(settings),
        sealer=sealer,
        now=clock(database),
        chance=random.random,
        new_id=new_id,
        random_bytes=secrets.token_bytes,
        embedder=load_embedder if settings.meaning == "auto" else lambda: None,
    )


def open_database(settings: Settings) -> Database:
    """The database alone; it must be migrated before it is used."""
    return Database(settings.database, lease=timedelta(seconds=settings.lease))


def clock(database: Database) -> Callable[[], datetime]:
    """The clock that due times are read from: the database's own, so that workers whose clocks differ agree."""
    if not database.is_postgres:
        return lambda: datetime.now(UTC)

    def database_now() -> datetime:
        with database.read() as connection:
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    return database_now


def new_id(prefix: str) -> str:
    """A public id with 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"


def secret_key(settings: Settings) -> bytes:
    """The key that signs links: from the settings, or from the data directory, made there at first start."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data_dir / "secret-key"
    _make_secret(path)
    return path.read_text().strip().encode()


def sealing_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that seal secrets in the database: from the settings, or from the data directory. None: nothing can be sealed.

    Raises ValueError where the file holds something else.
    """
    if settings.sealing_keys is not None:
        return parse_sealing_keys(settings.sealing_keys.get_secret_value())
    path = _sealing_file(settings)
    return parse_sealing_keys(path.read_text()) if path.exists() else ()


def make_sealing_key(settings: Settings) -> None:
    """Make the file with a first key, unless there is one or the settings bring keys.

    Only who runs everything on one machine may: of several machines each would make another.
    """
    if settings.sealing_keys is None:
        _make_secret(_sealing_file(settings))


def _sealing_file(settings: Settings) -> Path:
    return settings.data_dir / "sealing-keys"


def _make_secret(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as new:
            path.chmod(0o600)
            new.write(secrets.token_hex(SEALING_KEY_BYTES))
    except FileExistsError:
        pass
