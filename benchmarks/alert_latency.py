"""From a committed article to a received webhook: 50 articles a second against 1,000 rules, through a real worker, beat and Valkey.

    python -m benchmarks.alert_latency                                 # on SQLite, by words alone; two minutes
    python -m benchmarks.alert_latency --database postgres --runs 3
    python -m benchmarks.alert_latency --meaning                       # with embeddings, where that extra is installed

The articles are committed as polls commit them, some together, ten times a second; a poll's ring follows. The worker, beat and broker are
those of `wirewatch up`. The receiver is a process of its own; it notes when each webhook has come whole. By words alone the index, asked
here, tells which rules each article must alert; with meaning the database does. Whatever is missing, too much or doubled ends the run.
The rules' articles are told one by one ("stories": "every_article"), so that each match is a webhook. CPU is that of the worker, per
article; on two cores the writer, the receiver and PostgreSQL share them with it.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import click
from celery import Celery
from sqlalchemy import func, select, update

from benchmarks.alert_receiver import Received, read_received, receiving
from benchmarks.databases import a_database
from benchmarks.rule_sets import make_rules, make_texts, make_world
from service.config import Settings
from service.domain.articles import Article
from service.domain.channels import Channel, Secret
from service.domain.feeds import Entry, FeedToPoll
from service.domain.identity import recognise
from service.domain.policies import Alerting
from service.domain.rules import Rule
from service.edges import Edges, open_edges
from service.matching.index import RuleIndex
from service.storage.audit import Caller
from service.storage.migrate import migrate
from service.storage.poll_rows import new_values
from service.storage.tables import article, delivery, feed
from tests.machine import SEALING_KEY, Machine
from tests.servers import valkey

SECRET = "whsec_" + "A" * 43 + "="
SEED = 20260101
LENGTH = 2_300  # characters of an article
FEEDS = 20
ROUNDS_A_SECOND = 10
WARMING = 4  # seconds of articles before those that count: the worker loads its tables, and rules are made ready when first met
QUIET = 300.0  # seconds that the last webhook may take

Fields = Mapping[str, str]
Pair = tuple[str, str]  # rule, article


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured: seconds from commit to receipt, sorted; `told` articles of `articles`; the worker's CPU per article in ms."""

    seconds: Sequence[float]
    articles: int
    told: int
    cpu: float


class Office:
    """A workspace that follows some feeds, with the rules and their channels, over a database of its own."""

    def __init__(self, edges: Edges, ports: Sequence[int], rules: Sequence[Rule]) -> None:
        self.edges = edges
        migrate(edges.store.database)
        edges.store.workspaces.get_or_add_workspace("bench", new_id="ws_1", now=edges.now())
        channels = [self._add_channel(f"http://127.0.0.1:{port}/") for port in ports]
        self.feeds = [self._follow(number) for number in range(FEEDS)]
        for number, rule in enumerate(rules):
            self._watch(rule, channels[number % len(channels)])
        with edges.store.database.write() as connection:
            connection.execute(update(feed).values(next_at=None))  # nobody is there to be polled
        self._written = 0

    def commit(self, texts: Sequence[Fields]) -> tuple[list[Article], float]:
        """Commit articles with these texts in one transaction; they, and when that was done."""
        now, rows = self.edges.now(), []
        for fields in texts:
            self._written += 1
            link = f"https://gazette.example/{self._written}"
            entry = Entry(link, link, fields["title"], summary=fields["lede"], body=fields["body"], language="en")
            (new,) = recognise([entry], {})
            of = FeedToPoll(self.feeds[self._written % FEEDS], "", "", baselined_at=now)
            rows.append(new_values(of, new, f"Outlet {self._written % FEEDS}", now))  # type: ignore[arg-type]  # nothing is known
        with self.edges.store.database.write() as connection:
            connection.execute(self.edges.store.database.insert(article), rows)
        return [Article(**{name: row[name] for name in Article.__slots__}) for row in rows], time.time()

    def count_unmatched(self) -> int:
        """How many articles wait to be matched."""
        with self.edges.store.database.read() as connection:
            return connection.execute(select(func.count()).where(article.c.next_at.is_not(None))).scalar_one()

    def count_deliveries(self) -> int:
        """How many there are."""
        with self.edges.store.database.read() as connection:
            return connection.execute(select(func.count()).select_from(delivery)).scalar_one()

    def _watch(self, rule: Rule, channel: str) -> None:
        spec = rule.spec.model_copy(update={"channels": (channel,), "alerting": Alerting(stories="every_article")})
        self.edges.store.rules.add_rule(spec, new_id=rule.id, caller=self._caller())

    def _follow(self, number: int) -> str:
        url, new_id = f"http://127.0.0.1:9/{number}", self.edges.new_id("fd")
        return self.edges.store.feeds.follow(url, new_id=new_id, tags=[], alert_existing=True, caller=self._caller())[0].id

    def _add_channel(self, url: str) -> str:
        new = Channel(self.edges.new_id("ch"), "ws_1", "webhook", "Desk", {"url": url}, (Secret(SECRET),), self.edges.now())
        self.edges.store.channels.add_channel(new, caller=self._caller())
        return new.id

    def _caller(self) -> Caller:
        return Caller("ws_1", "bench", self.edges.now(), self.edges.new_id("au"))


class Newsroom:
    """Writes articles at a steady pace, rings as polls do, and knows what must be told of them."""

    def __init__(self, office: Office, broker: str, rules: Sequence[Rule]) -> None:
        self._office = office
        self._bell = Celery(broker=broker)
        self._index = RuleIndex()
        self._index.apply(rules, len(rules))

    def write(self, texts: Sequence[Fields], a_second: int) -> tuple[dict[str, float], set[Pair]]:
        """Write articles with these texts; when each was committed, and which rules each must alert by its words."""
        at_once = max(1, a_second // ROUNDS_A_SECOND)
        committed: dict[str, float] = {}
        expected: set[Pair] = set()
        begin = time.monotonic()
        for first in range(0, len(texts), at_once):
            time.sleep(max(0.0, begin + first / a_second - time.monotonic()))
            articles, at = self._office.commit(texts[first : first + at_once])
            self._bell.send_task("workers.tasks.match", queue="match", expires=60)
            for each in articles:
                committed[each.id] = at
                expected |= {(found.rule.id, each.id) for found in self._index.match(each.fields, lambda _rule: True, each.day)}
        return committed, expected


def measure(newsroom: Newsroom, office: Office, notes: Path, worker: int, texts: Sequence[Fields], a_second: int, *, words: bool) -> Run:
    """Write the texts as articles and wait until all is told; raises ClickException where something is missing, too much or doubled."""
    before, cpu = len(read_received(notes)), cpu_of(worker)
    committed, expected = newsroom.write(texts, a_second)
    wait(lambda: office.count_unmatched() == 0, "all articles matched")
    wait(lambda: len(read_received(notes)) >= office.count_deliveries(), "all deliveries received")
    received = read_received(notes)[before:]
    check(received, expected if words else None)
    seconds = sorted(each.at - committed[each.article] for each in received)
    return Run(seconds, len(texts), len({each.article for each in received}), 1000 * (cpu_of(worker) - cpu) / len(texts))


def check(received: Sequence[Received], expected: set[Pair] | None) -> None:
    """Each once, under an id of its own; and by words alone just those that the index finds."""
    pairs = [(each.rule, each.article) for each in received]
    if len(set(pairs)) < len(pairs) or len({each.id for each in received}) < len(pairs):
        raise click.ClickException(f"{len(pairs)} received, but only {len(set(pairs))} are distinct")
    if expected is not None and set(pairs) != expected:
        raise click.ClickException(f"{len(expected - set(pairs))} missing, {len(set(pairs) - expected)} too much")


def wait(condition: Callable[[], bool], what: str) -> None:
    """Until it holds; raises ClickException where it never does."""
    until = time.monotonic() + QUIET
    while not condition():
        if time.monotonic() > until:
            raise click.ClickException(f"never: {what}")
        time.sleep(0.2)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def settings_of(folder: Path, database_url: str) -> Settings:
    """Those of the benchmark's own process."""
    return Settings.model_validate({
        "data_dir": folder, "database_url": database_url, "sealing_keys": SEALING_KEY, "allowed_networks": (ip_network("127.0.0.0/8"),),
    })  # fmt: skip


@contextmanager
def a_worker(folder: Path, database_url: str, broker: str, *, meaning: bool) -> Iterator[subprocess.Popen[bytes]]:
    """A worker and a beat with the usual settings."""
    machine = Machine(folder, database_url, broker)
    for name in ("POLL_INTERVAL", "POLL_HOST_GAP", "LEASE"):
        del machine.environment[f"WIREWATCH_{name}"]
    machine.environment |= {"WIREWATCH_MEANING": "auto" if meaning else "off", "WIREWATCH_FULLTEXT": "off"}
    try:
        worker = machine.start_worker()
        machine.start_beat()
        yield worker
    finally:
        machine.stop()


def show(run: Run) -> None:
    """A line for a run."""
    p50, p95 = statistics.median(run.seconds), run.seconds[int(len(run.seconds) * 0.95)]
    click.echo(
        f"{run.articles:,} articles, {run.told} of them told in {len(run.seconds)} webhooks, each once: "
        f"p50 {p50:.3f} s, p95 {p95:.3f} s, longest {run.seconds[-1]:.3f} s; {run.cpu:.1f} ms of CPU an article"
    )


@click.command()
@click.option("--database", "kind", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
@click.option("--meaning", is_flag=True, help="by meaning, too")
@click.option("--rules", "many", default=1_000, show_default=True)
@click.option("--rate", default=50, show_default=True, help="articles a second")
@click.option("--seconds", default=30, show_default=True, help="of writing, in each run")
@click.option("--runs", default=3, show_default=True)
def main(*, kind: str, meaning: bool, many: int, rate: int, seconds: int, runs: int) -> None:
    """Print each run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that who is told to end takes worker, beat and servers along
    world = make_world(SEED)
    rules = make_rules(world, many, popular=True)
    with tempfile.TemporaryDirectory(prefix="ww-", dir="/tmp") as home:
        folder = Path(home)
        folder.chmod(0o755)
        with a_database(kind, folder) as url, valkey() as (socket, _), receiving(folder / "notes") as ports:
            broker = f"redis+socket://{socket}?virtual_host=0"
            office = Office(open_edges(settings_of(folder, url)), ports, rules)
            newsroom = Newsroom(office, broker, rules)
            with a_worker(folder, url, broker, meaning=meaning) as worker:
                measure(newsroom, office, folder / "notes", worker.pid, make_texts(world, WARMING * rate, LENGTH), rate, words=not meaning)
                for _ in range(runs):
                    texts = make_texts(world, rate * seconds, LENGTH)
                    show(measure(newsroom, office, folder / "notes", worker.pid, texts, rate, words=not meaning))
            office.edges.close()


if __name__ == "__main__":
    main()
