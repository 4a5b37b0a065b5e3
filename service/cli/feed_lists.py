"""`wirewatch feeds import | export | starter`: many feeds at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import click
from rich.table import Table

from service.cli.feed_options import alert_option, tag_option, workspace_option
from service.cli.keys import cli_caller, get_workspace
from service.cli.opening import opened_house, read_settings
from service.cli.screen import make_screen, printable
from service.edges import Edges
from service.feeds.opml import MAX_BYTES, ListedFeed, NotOpml, parse_opml, render_opml
from service.feeds.starter import choose_starters
from service.following import Outcome, Wish, follow_all
from service.storage.paging import MAX_PAGE
from service.storage.workspaces import Workspace


@click.command("import")
@click.argument("file", type=click.File("rb"))
@workspace_option
@tag_option
@alert_option
@click.option("--discover", is_flag=True, help="Look at each address first, for it may be a page. Slower.")
def import_list(file: BinaryIO, workspace: str, tags: Sequence[str], alert_existing: bool, discover: bool) -> None:
    """Follow the feeds of an OPML file, or of a file with one address a line ("-" is standard input). Folders become tags."""
    listed = _read_list(file.read(MAX_BYTES + 1))
    tagged = [ListedFeed(each.url, tuple(dict.fromkeys([*each.tags, *tags])), each.title) for each in listed]
    with opened_house(read_settings()) as edges:
        follow_with_progress(edges, get_workspace(edges, workspace), tagged, Wish(alert_existing, discover))


@click.command("export")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write. Default: standard output.")
@workspace_option
def export_list(workspace: str, output: Path | None) -> None:
    """Write the feeds of a workspace as an OPML 2.0 file, in a folder for each tag. Headers and passwords are not in it."""
    with opened_house(read_settings()) as edges:
        space = get_workspace(edges, workspace)
        body = render_opml(_listed(edges, space), title=f"{space.name}: feeds in Wirewatch", now=edges.now())
        if output is not None:
            output.write_bytes(body)
            return
    sys.stdout.buffer.write(body)


@click.command()
@click.option("--tag", help="Only those with this tag: europe, climate ...")
@click.option("--language", help="Only those in this language: en, fr ...")
@click.option("--follow", is_flag=True, help="Follow them.")
@workspace_option
@alert_option
def starter(tag: str | None, language: str | None, follow: bool, workspace: str, alert_existing: bool) -> None:
    """List well-known public feeds to choose from, and follow them with --follow."""
    chosen = choose_starters(tag=tag, language=language)
    if not chosen:
        raise click.ClickException("the starter set has no such feed; `wirewatch feeds starter` lists it all")
    if follow:
        with opened_house(read_settings()) as edges:
            listed = [ListedFeed(each.url, each.tags, each.name) for each in chosen]
            follow_with_progress(edges, get_workspace(edges, workspace), listed, Wish(alert_existing, look=False))
        return
    table = Table("name", "language", "tags", "url", box=None, pad_edge=False)
    for each in chosen:
        table.add_row(each.name, each.language, " ".join(each.tags), each.url)
    make_screen(verbose=False).show(table)


def follow_with_progress(edges: Edges, space: Workspace, listed: Sequence[ListedFeed], wish: Wish) -> None:
    """Follow them behind a progress bar, then say what became of them. Raises ClickException if some are not followed."""
    failed: list[Outcome] = []
    added = 0
    outcomes = follow_all(edges, listed, wish, lambda: cli_caller(edges, space))
    with click.progressbar(outcomes, length=len(listed), label="Following", file=sys.stderr) as shown:
        for outcome in shown:
            added += outcome.became == "followed"
            if outcome.feed is None:
                failed.append(outcome)
    tell(failed, lambda line: click.echo(line, err=True))
    click.echo(f"{added} followed, {len(listed) - added - len(failed)} already, {len(failed)} not")
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(listed)} are not followed, the others are")


def tell(outcomes: Sequence[Outcome], say: Callable[[str], None]) -> None:
    """A line for each, with the feeds to choose from below it."""
    for each in outcomes:
        if each.feed is not None:
            say(f"{each.became:<8}  {each.feed.id}  {printable(each.feed.url)}" + (f"  ({printable(each.reason)})" if each.reason else ""))
            continue
        say(f"{each.became:<8}  {printable(each.url)}: {printable(each.reason or '')}")
        for candidate in each.candidates:
            say(f"    {printable(candidate.url)}  {printable(candidate.title or '')}")


def _listed(edges: Edges, space: Workspace) -> list[ListedFeed]:
    listed, cursor = [], None
    while True:
        page = edges.store.feeds.list_feeds(space.id, cursor=cursor, limit=MAX_PAGE)
        listed += [ListedFeed(each.url, each.tags, each.title or "", each.site_url) for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return listed


def _read_list(data: bytes) -> tuple[ListedFeed, ...]:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            listed = parse_opml(data)
        except NotOpml as error:
            raise click.ClickException(str(error)) from error
    else:
        lines = (line.strip() for line in data.decode("utf-8", "replace").splitlines())
        listed = tuple(ListedFeed(line) for line in dict.fromkeys(lines) if line and not line.startswith("#"))
    if not listed:
        raise click.ClickException("there is no feed in this list")
    return listed
