"""`wirewatch migrate` and `wirewatch check`: for operators and for container health checks."""

from __future__ import annotations

import click

from service.cli.channels import seal_channels
from service.cli.opening import opened_house, place, read_settings
from service.storage.counts import backlogs
from service.storage.feed_hosts import courtesy_of
from service.storage.migrate import migrate as run_migrations

LATE = 120  # seconds; work that has waited for longer means that the workers do not keep up


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


@click.command()
def check() -> None:
    """Exit 0 if the database answers, is migrated, and no work has waited for over two minutes; else 1, with the reason."""
    with opened_house(read_settings()) as edges:
        waiting = backlogs(edges.store.database, edges.now(), courtesy_of(edges.settings))
    for each in waiting:
        click.echo(f"{each.stage:<9} {each.due} due, the oldest for {each.oldest:.0f} s")
    late = [each.stage for each in waiting if each.oldest > LATE]
    if late:
        stages = ", ".join(late)
        raise click.ClickException(
            f"work has waited for over 2 minutes ({stages}): are workers and beat running, do they reach the broker?"
        )
    click.echo("healthy")
