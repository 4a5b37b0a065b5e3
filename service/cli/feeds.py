"""`wirewatch feeds`: follow feeds and see their health."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.table import Table

from service.cli.keys import cli_caller, get_workspace
from service.cli.opening import opened_house, read_settings
from service.cli.screen import make_screen
from service.edges import Edges
from service.outbound import UrlRefused, check_url
from service.storage.paging import MAX_PAGE
from service.storage.workspaces import Workspace

workspace_option = click.option("--workspace", default="default", show_default=True, help="In which workspace.")


@click.group()
def feeds() -> None:
    """Follow feeds and see their health."""


@feeds.command()
@click.argument("urls", nargs=-1, required=True)
@workspace_option
@click.option("--tag", "tags", multiple=True, help='A tag that rules can name as "tag:...". May be given several times.')
@click.option("--alert-existing", is_flag=True, help="Alert what the feeds hold already, too.")
def add(urls: Sequence[str], workspace: str, tags: Sequence[str], alert_existing: bool) -> None:
    """Follow feeds by their URLs. What they hold at the first poll is stored, and not alerted unless you ask for it."""
    with opened_house(read_settings()) as edges:
        space = get_workspace(edges, workspace)
        refused = [url for url in urls if not _follow(edges, space, url, tags, alert_existing)]
    if refused:
        raise click.ClickException(f"{len(refused)} of {len(urls)} refused, the others are followed")


@feeds.command("list")
@workspace_option
def list_feeds(workspace: str) -> None:
    """List the feeds of a workspace, newest first."""
    table = Table("id", "state", "polled", "url", "what is wrong", box=None, pad_edge=False)
    with opened_house(read_settings()) as edges:
        space, cursor = get_workspace(edges, workspace), None
        while True:
            page = edges.store.feeds.list_feeds(space.id, cursor=cursor, limit=MAX_PAGE)
            for feed in page.items:
                polled = f"{feed.polled_at:%Y-%m-%d %H:%M}" if feed.polled_at else "never"
                table.add_row(feed.id, "paused" if feed.paused else feed.state, polled, feed.url, feed.reason or "")
            cursor = page.next_cursor
            if cursor is None:
                break
    if not table.row_count:
        raise click.ClickException(f'"{workspace}" follows no feed yet; add one with `wirewatch feeds add URL`')
    make_screen(verbose=False).show(table)


def _follow(edges: Edges, space: Workspace, url: str, tags: Sequence[str], alert_existing: bool) -> bool:
    try:
        check_url(url, edges.settings.allowed_networks)
    except UrlRefused as refused:
        click.echo(f"refused   {url}: {refused.reason}", err=True)
        return False
    followed, added = edges.store.feeds.follow(
        url, new_id=edges.new_id("fd"), tags=tuple(tags), alert_existing=alert_existing, caller=cli_caller(edges, space)
    )
    click.echo(f"{'followed' if added else 'already'}  {followed.id}  {url}")
    return True
