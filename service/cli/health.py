"""`wirewatch check`: for operators, and for container health checks, of which each counts what it imports."""

from __future__ import annotations

import click

from service.cli.opening import opened_database, read_settings
from service.edges import clock
from service.storage.backlogs import backlogs
from service.storage.feed_hosts import courtesy_of

LATE = 120  # seconds; work that has waited for longer means that the workers do not keep up


@click.command()
def check() -> None:
    """Exit 0 if the database answers, is migrated, and no work has waited for over two minutes; else 1, with the reason."""
    settings = read_settings()
    with opened_database(settings) as database:
        waiting = backlogs(database, clock(database)(), courtesy_of(settings))
    for each in waiting:
        click.echo(f"{each.stage:<9} {each.due} due, the oldest for {each.oldest:.0f} s")
    late = [each.stage for each in waiting if each.oldest > LATE]
    if late:
        stages = ", ".join(late)
        raise click.ClickException(
            f"work has waited for over 2 minutes ({stages}): are workers and beat running, do they reach the broker?"
        )
    click.echo("healthy")
