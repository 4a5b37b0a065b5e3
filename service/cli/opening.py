"""Opening the house for a command: settings and database, with errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import click
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from service.config import Settings, unknown_settings
from service.edges import Edges, open_database, open_edges
from service.storage.database import Database
from service.storage.migrate import missing_migrations

T = TypeVar("T")

DATA_HINT = "Set WIREWATCH_DATA_DIR to a directory that you may write to."


def read_settings() -> Settings:
    """The settings in force; what looks like one and is none is told. Raises ClickException with a line for each that is wrong."""
    for name, meant in unknown_settings().items():
        click.echo(f"{name} is no setting and changes nothing{f'; do you mean {meant}?' if meant else '.'}", err=True)
    try:
        return Settings()
    except ValidationError as error:
        raise click.ClickException("\n".join(_explain(each) for each in error.errors(include_url=False))) from None


@contextmanager
def opened_house(settings: Settings, *, migrated: bool = True) -> Iterator[Edges]:
    """The edges, closed afterwards; unless `migrated` is off, the schema must be current. Raises ClickException with what is wrong."""
    with plain_errors(settings):
        if migrated:
            _check_place(settings)
        with closing(_open(open_edges, settings)) as edges:
            if migrated:
                _check_schema(edges.store.database, settings)
            yield edges


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """Only the database, closed afterwards; the schema must be current. Raises ClickException with what is wrong."""
    with plain_errors(settings):
        _check_place(settings)
        with closing(_open(open_database, settings)) as database:
            _check_schema(database, settings)
            yield database


def _check_schema(database: Database, settings: Settings) -> None:
    if missing_migrations(database):
        raise click.ClickException(f"the database has no current schema: run `wirewatch migrate` first ({place(settings)})")


def _check_place(settings: Settings) -> None:
    """Refuse a file that is not there, before it is made: most likely the command runs in another folder than the service."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise click.ClickException(
            f"there is no database at {url.database}. Run this where `wirewatch up` runs, or with its WIREWATCH_DATA_DIR; "
            "for a new database, run `wirewatch migrate` first"
        )


def _open(open_it: Callable[[Settings], T], settings: Settings) -> T:
    try:
        return open_it(settings)
    except ValueError as error:  # a kind of database that we do not know
        raise click.ClickException(str(error)) from error


@contextmanager
def plain_errors(settings: Settings) -> Iterator[None]:
    """Errors of the database and of the data directory in one sentence each, without passwords."""
    try:
        yield
    except ArgumentError as error:
        raise click.ClickException(
            "WIREWATCH_DATABASE_URL is not a database URL; write it as postgresql://user:password@host/name"
        ) from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
        raise click.ClickException(f"the database cannot be used: {reason} ({place(settings)})") from error
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename or settings.data_dir}: {error.strerror}. {DATA_HINT}") from error


def place(settings: Settings) -> str:
    """Where the database is, without its password."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {url.database}"
    return url.render_as_string(hide_password=True)


def _explain(error: ErrorDetails) -> str:
    name = str(error["loc"][0]) if error["loc"] else "settings"
    secret = "SecretStr" in str(Settings.model_fields[name].annotation) if name in Settings.model_fields else True
    given = "" if secret or isinstance(error["input"], SecretStr) else f" (it is {error['input']!r})"
    return f"WIREWATCH_{name.upper()}: {error['msg']}{given}"
