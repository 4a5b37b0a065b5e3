"""The whole house on one machine: migrate, start everything in order, stop it in reverse."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from service.cli.broker import broker_program, broker_url, socket_place
from service.cli.channels import seal_channels
from service.cli.listening import listen, url_of
from service.cli.lock import locked
from service.cli.opening import opened_house, place, plain_errors
from service.cli.programs import Place, service_programs
from service.cli.screen import Screen
from service.cli.supervisor import kept_running
from service.config import Settings
from service.edges import Edges, make_sealing_key
from service.storage.migrate import migrate, missing_migrations

CODE = Path(__file__).parents[2]  # the directory that `service` and `workers` are in


@dataclass(frozen=True, slots=True)
class House:
    """A running house."""

    edges: Edges
    url: str
    data_dir: Path


@asynccontextmanager
async def running_house(settings: Settings, screen: Screen) -> AsyncIterator[House]:
    """Everything runs inside the block, and nothing after it. Raises ClickException or StartFailed with what is wrong."""
    data_dir = settings.data_dir.absolute()
    async with AsyncExitStack() as stack:
        screen.fact("data", data_dir)
        with plain_errors(settings):
            for folder in (data_dir, data_dir / "logs", data_dir / "run"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(locked(data_dir))
            make_sealing_key(settings)
        listener = stack.enter_context(listen(settings.api_host, settings.api_port))
        edges = stack.enter_context(opened_house(settings, migrated=False))
        _migrate(edges, screen)

        environment = child_environment(settings, os.environ)
        if settings.broker_url is None:
            socket = stack.enter_context(socket_place(data_dir))
            environment["WIREWATCH_BROKER_URL"] = broker_url(socket)
            screen.fact("broker", "starting an embedded Valkey ...")
            await stack.enter_async_context(kept_running([broker_program(data_dir, socket, environment)], screen.tell))
        else:
            screen.fact("broker", "as WIREWATCH_BROKER_URL says")
        screen.fact("service", "starting api, worker and beat ...")
        where = Place(data_dir, environment, listener.fileno(), url_of(listener))
        await stack.enter_async_context(kept_running(service_programs(where, settings), screen.tell))
        yield House(edges, where.url, data_dir)


def child_environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which other programs read just these settings, and import the code that runs here."""
    others = {name: value for name, value in environment.items() if not name.upper().startswith("WIREWATCH_")}
    given = {name: getattr(settings, name) for name in settings.model_fields_set} | {"data_dir": settings.data_dir.absolute()}
    ours = {f"WIREWATCH_{name.upper()}": _written(value) for name, value in given.items() if value is not None}
    path = os.pathsep.join(filter(None, [str(CODE), environment.get("PYTHONPATH")]))
    return {**others, **ours, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _written(value: Any) -> str:
    """A setting as the environment carries it."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(_written(each) for each in value)
        case str() | int() | float() | Path() | IPv4Network() | IPv6Network():
            return str(value)
        case _:
            raise TypeError(f"a setting of type {type(value).__name__} has no written form")


def _migrate(edges: Edges, screen: Screen) -> None:
    screen.fact("database", place(edges.settings))
    with plain_errors(edges.settings):
        database = edges.store.database
        steps = missing_migrations(database)
        if not steps:
            screen.fact("schema", "up to date")
            return
        screen.fact("schema", f"running {len(steps)} migration{'s' if len(steps) > 1 else ''} ...")
        for step in migrate(database):
            screen.fact("", step)
        seal_channels(edges)
