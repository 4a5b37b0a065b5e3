"""`wirewatch keys`: make, list and revoke API keys."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from rich.table import Table

from service.cli.opening import opened_house, read_settings
from service.cli.screen import make_screen
from service.domain.keys import new_key
from service.edges import Edges
from service.storage.audit import Caller
from service.storage.workspaces import ApiKey, Scope, Workspace

LONGEST_NAME = 200


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option("--workspace", required=True, help="Whose key it is; made if there is none of this name.")
@click.option("--name", required=True, help="What the key is for, to know it in the list.")
@click.option("--scope", type=click.Choice(["read", "write", "admin"]), required=True, help="write includes read, admin includes both.")
@click.option("--expires-days", type=click.IntRange(1, 36500), help="Days until it opens nothing any more. Default: never.")
def create(workspace: str, name: str, scope: Scope, expires_days: int | None) -> None:
    """Make a key. It is shown this once: only its hash is stored."""
    with opened_house(read_settings()) as edges:
        expires_at = edges.now() + timedelta(days=expires_days) if expires_days else None
        key = make_key(
            edges, workspace=_checked(workspace, "--workspace"), name=_checked(name, "--name"), scope=scope, expires_at=expires_at
        )
    # To standard output goes the key alone, so that a script can take it.
    click.echo(f'A key for the workspace "{workspace}" with the scope {scope}. It is shown this once, so keep it now:', err=True)
    click.echo(key)


@keys.command("list")
@click.option("--workspace", help="Only this workspace's.")
def list_keys(workspace: str | None) -> None:
    """List the keys, without their secrets."""
    with opened_house(read_settings()) as edges:
        now, store = edges.now(), edges.store.workspaces
        spaces = [get_workspace(edges, workspace)] if workspace else store.list_workspaces()
        rows = [(space, key) for space in spaces for key in store.list_keys(space.id)]
    if not rows:
        raise click.ClickException("there is no key yet; make one with `wirewatch keys create`")
    table = Table("workspace", "id", "name", "scope", "ends in", "created", "state", box=None, pad_edge=False)
    for space, key in rows:
        table.add_row(space.name, key.id, key.name, key.scope, key.last4, f"{key.created_at:%Y-%m-%d}", _state(key, now))
    make_screen(verbose=False).show(table)


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke a key by its id: it opens nothing from now on."""
    with opened_house(read_settings()) as edges:
        store = edges.store.workspaces
        revoked = any(store.revoke_key(key_id, caller=cli_caller(edges, space)) for space in store.list_workspaces())
    if revoked:
        click.echo(f"The key {key_id} is revoked.")
        return
    raise click.ClickException(f"there is no key {key_id}; `wirewatch keys list` shows them")


def make_key(edges: Edges, *, workspace: str, name: str, scope: Scope, expires_at: datetime | None) -> str:
    """Store a new key for the workspace of this name, made if absent; returns the key as its user holds it."""
    store, now = edges.store.workspaces, edges.now()
    space = store.get_or_add_workspace(workspace, new_id=edges.new_id("ws"), now=now)
    made = new_key(edges.random_bytes)
    key = ApiKey(made.id, space.id, name, made.last4, scope, now, expires_at, None, None)
    store.add_key(key, made.secret, caller=cli_caller(edges, space))
    return made.secret


def get_workspace(edges: Edges, name: str) -> Workspace:
    """The workspace of this name. Raises ClickException."""
    found = edges.store.workspaces.find_workspace(name)
    if found is None:
        known = ", ".join(each.name for each in edges.store.workspaces.list_workspaces()) or "none yet"
        raise click.ClickException(
            f'there is no workspace "{name}" (there are: {known}); `wirewatch keys create` makes one with its first key'
        )
    return found


def cli_caller(edges: Edges, space: Workspace) -> Caller:
    """Who acts, for the audit trail."""
    return Caller(space.id, "cli", edges.now(), edges.new_id("au"))


def _checked(text: str, option: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > LONGEST_NAME:
        raise click.BadParameter(f"give 1 to {LONGEST_NAME} printable characters", param_hint=option)
    return text.strip()


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if not key.opens(now):
        return f"expired {key.expires_at:%Y-%m-%d}"
    return f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "valid"
