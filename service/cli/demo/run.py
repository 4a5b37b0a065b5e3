"""`wirewatch demo`: start everything, publish a story, show the alerts."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_network
from pathlib import Path

import click
from aiohttp import web

from service.cli.demo.arrivals import WAYS
from service.cli.demo.client import DemoFailed, open_api
from service.cli.demo.desk import Desk
from service.cli.demo.mailbox import open_mailbox
from service.cli.demo.newsroom import Newsroom
from service.cli.demo.receiver import Receiver
from service.cli.demo.scene import Scene, open_scene, publish
from service.cli.demo.story import read_story
from service.cli.house import House, running_house
from service.cli.keys import make_key
from service.cli.screen import Screen, counted, make_screen
from service.cli.signals import until_signal
from service.cli.supervisor import StartFailed
from service.config import Settings

LIMIT = 60.0  # seconds for --once, once everything runs; starting has limits of its own
BETWEEN = 0.7  # seconds between two articles, so that one can read along
LATER = 20.0  # seconds between two later articles
POLL_INTERVAL = 5  # seconds; the demo also asks for a poll after each article
INTERRUPTED = 130


@click.command()
@click.option("--once", is_flag=True, help="End when all expected alerts have arrived: exit 0; else 1, with the reason.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep data and logs in this new or empty directory.")
@click.option("-v", "--verbose", is_flag=True, help="Show everything that the programs say.")
def demo(once: bool, keep: Path | None, verbose: bool) -> None:
    """Run Wirewatch around a small newsroom of its own and show the first alerts. Needs no network and touches nothing else."""
    screen = make_screen(verbose=verbose)
    with _data_dir(keep) as data_dir:
        try:
            code = asyncio.run(until_signal(_play(data_dir, screen, once=once)))
        except (DemoFailed, StartFailed) as failed:
            logs = _save_logs(data_dir, kept=keep is not None)
            raise click.ClickException(f"{failed}\nThe programs' logs: {logs}") from None
    if code is None and once:
        raise SystemExit(INTERRUPTED)
    screen.say(
        "The demo has ended." if code is None else "All expected alerts arrived, by webhook and by e-mail, and no other.", "bold green"
    )


async def _play(data_dir: Path, screen: Screen, *, once: bool) -> int:
    screen.say("Wirewatch demo: five outlets, a webhook receiver and a mailbox on this machine, and the real service between them.", "bold")
    desk = Desk(read_story(), screen)
    async with open_mailbox(desk.arrive) as smtp_port, running_house(demo_settings(data_dir, smtp_port), screen) as house:
        try:
            async with asyncio.timeout(LIMIT if once else None), _opened_scene(house, desk) as scene:
                await _first_articles(scene)
                await _developments(scene)
                await (_check_all(scene) if once else _go_on(scene))
        except TimeoutError:
            raise DemoFailed(_explain_missing(desk)) from None
    return 0


@asynccontextmanager
async def _opened_scene(house: House, desk: Desk) -> AsyncIterator[Scene]:
    now = house.edges.now
    key = make_key(house.edges, workspace="demo", name="demo", scope="admin", expires_at=None)
    newsroom, receiver = Newsroom(desk.story.outlets), Receiver(desk.arrive, now)
    newsroom.open(desk.story.opening, now())
    async with _serve(newsroom.app()) as news_url, _serve(receiver.app()) as hook_url, open_api(house.url, key) as api:
        scene = Scene(desk, newsroom, api, now, {}, house.url, key)
        await open_scene(scene, news_url, hook_url, receiver)
        yield scene


def demo_settings(data_dir: Path, smtp_port: int) -> Settings:
    """The demo's own settings: nothing of the environment's, which may be a real service's."""
    defaults = {name: field.get_default() for name, field in Settings.model_fields.items()}
    ours = {
        "data_dir": data_dir,
        "api_port": 0,
        "allowed_networks": (ip_network("127.0.0.0/8"),),
        "poll_interval": POLL_INTERVAL,
        "poll_host_gap": 0,  # all outlets are on this machine
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "smtp_security": "none",
        "meaning": "off",  # the same alerts with that extra and without, and at once
    }
    return Settings(**{**defaults, **ours})


async def _first_articles(scene: Scene) -> None:
    scene.desk.screen.say()
    scene.desk.screen.say("The outlets publish; words that matched are highlighted.", "bold")
    for piece in scene.desk.story.articles:
        await publish(scene, piece)
        await asyncio.sleep(BETWEEN)


async def _developments(scene: Scene) -> None:
    """Other outlets report a story once it was told."""
    desk = scene.desk
    await desk.until_complete()
    desk.screen.say()
    desk.screen.say("One story, one alert: other outlets follow with the grain ships.", "bold")
    desk.screen.say("A report without news joins the alert in silence; one that brings something new updates it, and says what.")
    for piece in desk.story.developments:
        await publish(scene, piece)
        await asyncio.sleep(BETWEEN)


async def _check_all(scene: Scene) -> None:
    """Wait for everything expected; then the alerts in the database must be just these. Raises DemoFailed."""
    desk = scene.desk
    await desk.until_complete()
    alerts = (await scene.api.get("/v1/alerts?limit=200"))["items"]
    updates = sum(each.update for each in desk.expected) // len(WAYS)
    wanted = len(desk.expected) // len(WAYS) - updates
    if len(alerts) != wanted:
        raise DemoFailed(f"{wanted} alerts were expected, the API lists {len(alerts)}")
    if desk.wrong:
        raise DemoFailed("\n".join(desk.wrong))
    desk.screen.say()
    desk.screen.say(f"{counted(len(alerts), 'alert')} and {counted(updates, 'update')}, each by {' and '.join(WAYS)}.", "bold")


async def _go_on(scene: Scene) -> None:
    await scene.desk.until_complete()
    screen = scene.desk.screen
    screen.say()
    screen.say("These were the first alerts. It goes on with an article now and then; Ctrl-C ends it.", "bold green")
    screen.fact("API docs", f"{scene.url}/docs")
    screen.fact("key", scene.key)
    screen.fact("try", f'curl -H "Authorization: Bearer {scene.key}" {scene.url}/v1/alerts')
    for piece in scene.desk.story.later:
        await asyncio.sleep(LATER)
        await publish(scene, piece)
    await scene.desk.until_complete()
    screen.say()
    screen.say("That was all the news; Wirewatch goes on running until Ctrl-C.", "bold")
    await asyncio.Event().wait()


def _explain_missing(desk: Desk) -> str:
    if not desk.published:
        return f"the newsroom's feeds were not read within {LIMIT:.0f} s"
    missing = "".join(f"\n  {each.how}: {each.rule}, {each.path}" for each in sorted(desk.missing))
    return "\n".join([f"not everything arrived within {LIMIT:.0f} s; missing:{missing}", *desk.wrong])


@asynccontextmanager
async def _serve(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def _data_dir(keep: Path | None) -> Iterator[Path]:
    """The directory for everything, removed afterwards unless it is to be kept."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        empty = not any(keep.iterdir())
    except OSError as error:
        raise click.ClickException(f"--keep: {keep} cannot be used: {error.strerror}") from error
    if not empty:
        raise click.ClickException(f"--keep: {keep} is not empty; give a new directory")
    yield keep


def _save_logs(data_dir: Path, *, kept: bool) -> Path:
    """Where the logs are after the demo's directory is gone."""
    if kept:
        return data_dir / "logs"
    saved = Path(tempfile.mkdtemp(prefix="wirewatch-demo-logs-"))
    shutil.copytree(data_dir / "logs", saved, dirs_exist_ok=True)
    return saved
