"""The `wirewatch` command."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from service.cli.channels import channels
from service.cli.demo.run import demo
from service.cli.feeds import feeds
from service.cli.health import check, migrate
from service.cli.keys import keys
from service.cli.rules import rules
from service.cli.stories import stories
from service.cli.up import up


def installed_version() -> str:
    """The version that is installed, or a word for a checkout that is not."""
    try:
        return version("wirewatch")
    except PackageNotFoundError:
        return "(a checkout that is not installed)"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(installed_version(), prog_name="wirewatch")
def main() -> None:
    """Wirewatch watches the news wires and tells those who asked.

    Start with `wirewatch demo` (a small newsroom of its own, alerts within seconds), then `wirewatch up`.
    Settings are read from the environment, as WIREWATCH_DATA_DIR, WIREWATCH_API_PORT and so on.
    """


for command in (demo, up, migrate, check, keys, feeds, channels, rules, stories):
    main.add_command(command)
