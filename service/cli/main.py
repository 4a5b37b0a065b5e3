"""The `wirewatch` command."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import click

from service.collector import collect_seldom

COMMANDS = {
    "channels": "channels",
    "check": "health",
    "demo": "demo.run",
    "feeds": "feeds",
    "keys": "keys",
    "migrate": "migrate",
    "rules": "rules",
    "stories": "stories",
    "up": "up",
}  # each with the module that it is in


class Commands(click.Group):
    """The commands, each imported when it is asked for: they bring libraries that take as long to import as most of them take to run."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Their names."""
        return [*COMMANDS]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"service.cli.{COMMANDS[cmd_name]}"), cmd_name)
        return command


def installed_version() -> str:
    """The version that is installed, or a word for a checkout that is not."""
    try:
        return version("wirewatch")
    except PackageNotFoundError:
        return "(a checkout that is not installed)"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(installed_version(), prog_name="wirewatch")
def main() -> None:
    """Wirewatch watches the news wires and tells those who asked.

    Start with `wirewatch demo` (a small newsroom of its own, alerts within seconds), then `wirewatch up`.
    Settings are read from the environment, as WIREWATCH_DATA_DIR, WIREWATCH_API_PORT and so on.
    """
    collect_seldom()
