"""`wirewatch rules`: see what is watched, and try rules."""

from __future__ import annotations

import click
from rich.table import Table

from service.cli.feed_options import workspace_option
from service.cli.keys import get_workspace
from service.cli.opening import opened_house, read_settings
from service.cli.rules_test import try_rules
from service.cli.screen import make_screen
from service.storage.paging import MAX_PAGE


@click.group()
def rules() -> None:
    """See what is watched, and try rules."""


@rules.command("list")
@workspace_option
def list_rules(workspace: str) -> None:
    """List the rules of a workspace, newest first."""
    table = Table("id", "name", "actors", "topics", "state", box=None, pad_edge=False)
    with opened_house(read_settings()) as edges:
        space, cursor = get_workspace(edges, workspace), None
        while True:
            page = edges.store.rules.list_rules(space.id, cursor=cursor, limit=MAX_PAGE)
            for rule in page.items:
                actors, topics = ", ".join(actor.name for actor in rule.spec.watched), ", ".join(rule.spec.topics)
                table.add_row(rule.id, rule.spec.name, actors, topics, "on" if rule.spec.enabled else "off")
            cursor = page.next_cursor
            if cursor is None:
                break
    if not table.row_count:
        raise click.ClickException(f'"{workspace}" has no rule yet; make one over the API: POST /v1/rules')
    make_screen(verbose=False).show(table)


rules.add_command(try_rules)
