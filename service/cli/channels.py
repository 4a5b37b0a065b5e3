"""`wirewatch channels`: their secrets in the database."""

from __future__ import annotations

import click

from service.cli.opening import opened_house, read_settings
from service.edges import Edges

NO_KEY = "there is no key to encrypt them with: set WIREWATCH_SEALING_KEYS, or start `wirewatch up` once, which makes one"


@click.group()
def channels() -> None:
    """Where alerts go."""


@channels.command()
def reseal() -> None:
    """Encrypt channels' settings and secrets anew, under the newest of the sealing keys; then the older ones may go."""
    with opened_house(read_settings()) as edges:
        if not edges.sealer.keys:
            raise click.ClickException(NO_KEY)
        resealed = edges.store.channels.reseal()
    click.echo(f"{resealed.done} encrypted anew")
    if resealed.lost:
        raise click.ClickException("these cannot be opened, give their settings anew: " + "; ".join(resealed.lost))


def seal_channels(edges: Edges) -> int:
    """After a migration: encrypt what channels kept in the clear before; return of how many. Without a key nothing is done."""
    return edges.store.channels.reseal().done if edges.sealer.keys else 0
