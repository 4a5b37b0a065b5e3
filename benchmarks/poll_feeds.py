"""Polling 1,000 feeds on loopback: ours beside bare GETs, the package `reader`, newsboat and rss2email, in one run.

    python -m benchmarks.poll_feeds                     # all of it; about half an hour
    python -m benchmarks.poll_feeds --feeds 200

Three rounds: every feed has brought three new items; none has changed (304); a mix in which a fifth has changed and of a hundred feeds
two answer after two seconds, three with an error, and one is huge. The first two are taken in several turns, in each of which one poller
comes right after the other, and what is shown is each one's median. Then: how long 200 good feeds wait, alone and beside 20 feeds that send
a byte a second, each of all these on a host of its own. CPU is that of the poller and its children (ours: worker, parser's children,
SQLite), not that of the server.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import click
import structlog

from benchmarks.feed_peers import LONGEST, BareGets, Poller, find_peers
from benchmarks.feed_server import FeedServer, serve_feeds
from service.config import Settings
from service.edges import Edges, open_edges
from service.feeds.sandbox import Sandbox
from service.language import load_classifier
from service.pipeline.poll import poll_due
from service.storage.audit import Caller
from service.storage.migrate import migrate
from workers.warming import warm_up

ROUNDS = ("3 new each", "unchanged", "mix")
DEADLINE = 10
GOOD = 200  # feeds beside those that trickle
SETTINGS = {"fetch_deadline": DEADLINE, "allowed_networks": "127.0.0.0/8", "meaning": "off", "poll_per_host": 50, "poll_host_gap": 0}


Results = Mapping[str, Mapping[str, "Cost"]]  # by the poller's name and round


class Ours(Poller):
    """The poll stage as a worker runs it, over SQLite."""

    name = "wirewatch"

    def __init__(self, folder: Path) -> None:
        self.at = datetime.now(UTC)
        known = {name: value for name, value in SETTINGS.items() if name in Settings.model_fields}
        opened = open_edges(Settings.model_validate({"data_dir": folder / "ours", **known}))
        migrate(opened.store.database)
        self.edges: Edges = replace(opened, now=lambda: self.at)
        self.edges.store.workspaces.get_or_add_workspace("bench", new_id="ws_1", now=self.at)
        self.loop = asyncio.new_event_loop()
        self.sandbox = Sandbox(2)
        warm_up([load_classifier])

    def follow(self, urls: Sequence[str]) -> None:
        """Take the addresses on."""
        for url in urls:
            caller = Caller("ws_1", "bench", self.at, self.edges.new_id("au"))
            self.edges.store.feeds.follow(url, new_id=self.edges.new_id("fd"), tags=[], alert_existing=False, caller=caller)

    def prepare(self, urls: Sequence[str]) -> None:
        self.follow(urls)
        self.run()

    def run(self) -> None:
        self.at += timedelta(hours=1)
        while self.loop.run_until_complete(poll_due(self.edges, self.sandbox, lambda: None)):
            pass

    def close(self) -> None:
        self.loop.run_until_complete(self.sandbox.__aexit__(None, None, None))
        self.loop.close()
        self.edges.close()


@dataclass(frozen=True, slots=True)
class Cost:
    """What one round took."""

    cpu: float
    wall: float


def measure(run: Callable[[], None]) -> Cost:
    """Run it; the CPU of this process and all its children, the living and the dead."""
    cpu, begin = _cpu(), time.perf_counter()
    run()
    return Cost(_cpu() - cpu, time.perf_counter() - begin)


def _cpu() -> float:
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used) + sum(map(_cpu_of, _parsers()))


def _parsers() -> list[int]:
    """The living children that parse; the server is a child, too, and no part of the cost."""
    children = [int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
    return [pid for pid in children if b"service.feeds.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def addresses(server: FeedServer, count: int, *, mixed: bool) -> list[str]:
    """The feeds of a round: all good, or a mix."""
    kinds = {97: "huge", 98: "slow", 99: "slow", 94: "fail", 95: "fail", 96: "fail"} if mixed else {}
    return [server.url(number, kinds.get(number % 100, "feed")) for number in range(count)]


def run_in_turns(pollers: Sequence[Poller], urls: Sequence[str], turn: Callable[[], None], rounds: Sequence[str], turns: int) -> Results:
    """What these rounds took each poller, by name and round: one poller after the other in every turn, and then the medians of the turns.

    A poller that takes longer than anybody waits is left out from then on.
    """
    going = [poller for poller in pollers if _attempt(poller, partial(poller.prepare, urls))]
    taken = {poller.name: {which: list[Cost]() for which in rounds} for poller in going}
    for number in range(1, turns + 1):
        turn()
        for poller, which in product(tuple(going), rounds):
            cost = _attempt(poller, poller.run) if poller in going else None
            if cost:
                taken[poller.name][which].append(cost)
                click.echo(f"turn {number} of {turns}: {poller.name}, {which}: {cost.cpu:.2f} s of CPU", err=True)
            elif poller in going:
                going.remove(poller)
    for poller in pollers:
        poller.close()
    return {name: {which: _median(costs) for which, costs in each.items() if costs} for name, each in taken.items()}


def _attempt(poller: Poller, run: Callable[[], None]) -> Cost | None:
    """What it took; nothing, but a word about it, where that is too long."""
    try:
        return measure(run)
    except subprocess.TimeoutExpired:
        click.echo(f"{poller.name:18} is not done within {LONGEST} s")
        return None


def _median(costs: Sequence[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.cpu)[len(costs) // 2]


def show(results: Results, count: int) -> None:
    """A line for each poller and round."""
    floor, ours = results[BareGets.name], results[Ours.name]
    for name, costs in results.items():
        _show(name, costs, count, floor, ours)


def _show(name: str, costs: Mapping[str, Cost], count: int, floor: Mapping[str, Cost], other: Mapping[str, Cost]) -> None:
    for which, cost in costs.items():
        line = f"{name:18} {which:12} {1000 * cost.cpu / count:8.2f} ms of CPU a feed  {count / cost.wall:7.0f} feeds/s"
        if which in floor and costs is not floor:
            line += f"  {cost.cpu / floor[which].cpu:6.1f} x the bare GET"
        if which in other and costs is not other:
            line += f"  {cost.cpu / other[which].cpu:6.1f} x ours"
        click.echo(line)


def waits(server: FeedServer, folder: Path, first: int, tricklers: int) -> list[float]:
    """Seconds after which each of the good feeds, with three new items each, was polled, beside this many hosts that trickle."""
    ours = Ours(folder)
    ours.follow([server.own_url(number, first + number, "trickle") for number in range(tricklers)])  # due before the good ones
    ours.follow([server.own_url(20 + number, first + 1000 + number) for number in range(GOOD)])
    slow = {feed.id for feed in ours.edges.store.feeds.list_feeds("ws_1", limit=500).items if "/trickle/" in feed.url}
    done: list[float] = []

    def note(_logger: Any, _name: str, event: Any) -> Any:
        if event.get("event") == "polled" and event.get("feed") not in slow:
            done.append(time.perf_counter())
        raise structlog.DropEvent

    ours.run()
    server.turn()
    structlog.configure(processors=[note], cache_logger_on_first_use=False)
    begin = time.perf_counter()
    ours.run()
    ours.close()
    structlog.configure(processors=[_drop])
    return sorted(each - begin for each in done)


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent


def show_waits(server: FeedServer, folder: Path) -> None:
    """How long good feeds wait beside hostile ones."""
    for number, tricklers in enumerate((0, 20)):
        times = waits(server, folder / f"waits-{number}", 100_000 + 10_000 * number, tricklers)
        p50, p95 = times[len(times) // 2], times[int(0.95 * len(times))]
        click.echo(f"{GOOD} good feeds beside {tricklers:2} hosts that trickle: p50 {p50:.2f} s, p95 {p95:.2f} s, last {times[-1]:.2f} s")


@click.command()
@click.option("--feeds", default=1000, show_default=True, help="feeds in each round")
@click.option("--turns", default=3, show_default=True, help="how often the even rounds are run")
@click.option("--only-ours", is_flag=True, help="leave the peers out, but for the bare GETs")
@click.option("--only-waits", is_flag=True, help="only how long good feeds wait beside hostile ones")
def main(*, feeds: int, turns: int, only_ours: bool, only_waits: bool) -> None:
    """Measure and print."""
    structlog.configure(processors=[_drop])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(_world())
        if only_waits:
            show_waits(server, folder)
            return
        floor, *peers = find_peers(folder, click.echo)
        pollers = [floor, Ours(folder / "even"), *([] if only_ours else peers)]
        show(run_in_turns(pollers, addresses(server, feeds, mixed=False), server.turn, ROUNDS[:2], turns), feeds)
        mix_folder = folder / "mix"
        mix_folder.mkdir()
        floor, *peers = find_peers(mix_folder, lambda _: None)
        pollers = [floor, Ours(mix_folder / "ours"), *([] if only_ours else peers)]
        show(run_in_turns(pollers, addresses(server, feeds, mixed=True), partial(server.turn, 20), ROUNDS[2:], 1), feeds)
        show_waits(server, folder)


def _world() -> AbstractContextManager[FeedServer]:
    return serve_feeds()


if __name__ == "__main__":
    main()
