"""`wirewatch migrate`: for operators, and at every start of the containers."""

from __future__ import annotations

import click

from service.cli.channels import seal_channels
from service.cli.opening import opened_house, place, read_settings
from service.storage.migrate import migrate as run_migrations


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to run from several machines at once."""
    settings = read_settings()
    with opened_house(settings, migrated=False) as edges:
        click.echo(f"Database: {place(settings)}")
        steps = run_migrations(edges.store.database)
        sealed = seal_channels(edges)
    for step in steps:
        click.echo(f"  ran {step}")
    if sealed.done:
        click.echo(f"  encrypted the secrets of {sealed.done} channels")
    click.echo("The schema is up to date." if steps else "Nothing to do: the schema is up to date.")
    if sealed.lost:
        # Not a failure: Compose would start nothing, and all that needs none of these goes on.
        click.echo("Channels that cannot be read, and get nothing until they can: " + "; ".join(sealed.lost), err=True)
        click.echo("Set WIREWATCH_SEALING_KEYS as it was when they were made, or give their settings anew.", err=True)
