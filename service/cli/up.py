"""`wirewatch up`: the whole service on one machine, until Ctrl-C."""

from __future__ import annotations

import asyncio

import click

from service.cli.house import House, running_house
from service.cli.keys import make_key
from service.cli.opening import plain_errors, read_settings
from service.cli.screen import Screen, make_screen
from service.cli.signals import until_signal
from service.cli.supervisor import StartFailed
from service.config import Settings
from service.edges import Edges

FIRST_WORKSPACE = "default"


@click.command()
@click.option("-v", "--verbose", is_flag=True, help="Show everything that the programs say, not only in their logs.")
def up(verbose: bool) -> None:
    """Run everything on this machine: API, worker, beat, and a broker unless WIREWATCH_BROKER_URL is set.

    What dies is started again. Ctrl-C stops it all.
    """
    screen = make_screen(verbose=verbose)
    try:
        asyncio.run(until_signal(_run(read_settings(), screen)))
    except StartFailed as failed:
        raise click.ClickException(str(failed)) from None
    screen.say("Stopped.")


async def _run(settings: Settings, screen: Screen) -> int:
    screen.say("Wirewatch is starting.", "bold")
    async with running_house(settings, screen) as house:
        _show(house, screen)
        try:
            await asyncio.Event().wait()
        finally:
            screen.say()
            screen.say("Stopping. What was under way is done again after the next start.", "bold")
    return 0


def _show(house: House, screen: Screen) -> None:
    screen.say()
    screen.say("Wirewatch runs.", "bold green")
    screen.fact("API", house.url)
    screen.fact("docs", f"{house.url}/docs")
    screen.fact("logs", house.data_dir / "logs")
    with plain_errors(house.edges.settings):
        first = make_first_key(house.edges)
    if first:
        _show_first_key(first, house.url, screen)
    screen.say()
    screen.say("Ctrl-C stops it.")


def make_first_key(edges: Edges) -> str | None:
    """An admin key for a workspace of its own, if there is no key at all yet."""
    workspaces = edges.store.workspaces
    if any(workspaces.list_keys(each.id) for each in workspaces.list_workspaces()):
        return None
    return make_key(edges, workspace=FIRST_WORKSPACE, name="first key", scope="admin", expires_at=None)


def _show_first_key(key: str, url: str, screen: Screen) -> None:
    screen.say()
    screen.say(f'Your first key: it may do everything in the workspace "{FIRST_WORKSPACE}". It is shown this once, so keep it now:', "bold")
    screen.say()
    screen.say(f"    {key}", "bold cyan")
    screen.say()
    screen.say(f'Try it:   curl -H "Authorization: Bearer {key}" {url}/v1/feeds')
    screen.say(f"Another:  wirewatch keys create --workspace {FIRST_WORKSPACE} --name NAME --scope write")
