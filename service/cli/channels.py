"""`wirewatch channels`: where alerts go, and their secrets in the database."""

from __future__ import annotations

import click
from rich.table import Table

from service.cli.feed_options import workspace_option
from service.cli.keys import get_workspace
from service.cli.opening import opened_house, read_settings
from service.cli.screen import make_screen
from service.delivery import KINDS
from service.delivery.secrecy import mask_settings
from service.domain.channels import Channel
from service.edges import Edges
from service.storage.channels import Resealed
from service.storage.paging import MAX_PAGE

NO_KEY = "there is no key to encrypt them with: set WIREWATCH_SEALING_KEYS, or start `wirewatch up` once, which makes one"


@click.group()
def channels() -> None:
    """Where alerts go."""


@channels.command("list")
@workspace_option
def list_channels(workspace: str) -> None:
    """List the channels of a workspace, newest first, without their secrets."""
    table = Table("id", "kind", "name", "state", "settings", "what is wrong", box=None, pad_edge=False)
    with opened_house(read_settings()) as edges:
        space, cursor = get_workspace(edges, workspace), None
        while True:
            page = edges.store.channels.list_channels(space.id, cursor=cursor, limit=MAX_PAGE)
            for each in page.items:
                wrong = each.unreadable or each.disabled_reason or ""
                table.add_row(each.id, each.kind, each.name, _state(each), _settings(each), wrong)
            cursor = page.next_cursor
            if cursor is None:
                break
    if not table.row_count:
        raise click.ClickException(f'"{workspace}" has no channel yet; make one with POST /v1/channels')
    make_screen(verbose=False).show(table)


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


def seal_channels(edges: Edges) -> Resealed:
    """After a migration: encrypt what channels kept in the clear before, or under an older key. Without a key nothing is done."""
    return edges.store.channels.reseal() if edges.sealer.keys else Resealed(0, ())


def _state(channel: Channel) -> str:
    if channel.unreadable:
        return "unreadable"
    if channel.unconfirmed:
        return "unconfirmed"
    return "disabled" if channel.disabled_at else "in use"


def _settings(channel: Channel) -> str:
    shown = mask_settings(KINDS[channel.kind].form, channel.settings)
    return ", ".join(f"{name}={value}" for name, value in shown.items() if value)
