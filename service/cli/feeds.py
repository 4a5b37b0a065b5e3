"""`wirewatch feeds`: follow feeds and see their health."""

from __future__ import annotations

from collections.abc import Sequence

import click
from pydantic import ValidationError
from rich.table import Table

from service.cli.feed_lists import export_list, import_list, starter, tell
from service.cli.feed_options import alert_option, tag_option, workspace_option
from service.cli.keys import cli_caller, get_workspace
from service.cli.opening import opened_house, read_settings
from service.cli.screen import make_screen
from service.domain.access import FeedAccess, access_of
from service.feeds.opml import ListedFeed
from service.following import Wish, follow_all
from service.storage.paging import MAX_PAGE
from service.storage.sealing import NoSealingKey, Unsealable

NO_KEY = "there is no key to encrypt it with: set WIREWATCH_SEALING_KEYS, or start `wirewatch up` once, which makes one"


@click.group()
def feeds() -> None:
    """Follow feeds and see their health."""


@feeds.command()
@click.argument("urls", nargs=-1, required=True)
@workspace_option
@tag_option
@alert_option
@click.option("--as-it-stands", is_flag=True, help="Do not look at the addresses first: each is that of a feed.")
@click.option("--full-text", is_flag=True, help="Read the pages of its articles, too.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header that the feed asks for; stored encrypted.")
@click.option("--user", help="A user name for HTTP Basic; the password is asked for, and stored encrypted.")
def add(
    urls: Sequence[str],
    workspace: str,
    tags: Sequence[str],
    alert_existing: bool,
    as_it_stands: bool,
    full_text: bool,
    headers: Sequence[str],
    user: str | None,
) -> None:
    """Follow feeds by their URLs, or by those of pages that have one.

    What a feed holds at its first poll is stored, and not alerted unless you ask for it.
    """
    access = _read_access(headers, user)
    with opened_house(read_settings()) as edges:
        space = get_workspace(edges, workspace)
        listed = [ListedFeed(url, tuple(tags)) for url in urls]
        try:
            outcomes = list(
                follow_all(edges, listed, Wish(alert_existing, not as_it_stands, access, full_text), lambda: cli_caller(edges, space))
            )
        except NoSealingKey:
            raise click.ClickException(NO_KEY) from None
    tell([each for each in outcomes if each.feed], click.echo)
    refused = [each for each in outcomes if each.feed is None]
    tell(refused, lambda line: click.echo(line, err=True))
    if refused:
        raise click.ClickException(f"{len(refused)} of {len(urls)} refused, the others are followed")
    if access and any(each.became == "already" for each in outcomes):
        raise click.ClickException("a feed that you followed before keeps the access it had; unfollow it first, and follow it anew")


@feeds.command()
def reseal() -> None:
    """Encrypt what feeds are read with anew, under the newest of the sealing keys; then the older ones may go."""
    done, lost = 0, []
    with opened_house(read_settings()) as edges:
        for feed_id, owner, sealed in edges.store.feeds.list_access():
            if edges.sealer.is_current(sealed):
                continue
            try:
                secret = edges.sealer.unseal(sealed, about=access_of(owner))
                done += edges.store.feeds.reseal_access(feed_id, sealed, edges.sealer.seal(secret, about=access_of(owner)))
            except Unsealable as error:
                lost.append(f"{feed_id}: {error}")
            except NoSealingKey:
                raise click.ClickException(NO_KEY) from None
    click.echo(f"{done} encrypted anew")
    if lost:
        raise click.ClickException("these cannot be opened, give them anew: " + "; ".join(lost))


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


def _read_access(headers: Sequence[str], user: str | None) -> FeedAccess | None:
    """What --header and --user say; the password is read from the terminal or standard input, for others see the arguments of a command."""
    if not headers and user is None:
        return None
    pairs = [each.partition(":") for each in headers]
    given = {"headers": {name.strip(): value.strip() for name, _, value in pairs}, "username": user}
    if user is not None:
        given["password"] = click.prompt("Password", hide_input=True, err=True)
    try:
        return FeedAccess.model_validate(given)
    except ValidationError as error:
        raise click.ClickException("; ".join(each["msg"] for each in error.errors(include_input=False, include_url=False))) from None


for command in (import_list, export_list, starter):
    feeds.add_command(command)
