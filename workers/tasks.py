"""Every task, the whole machine on one page. A message says "look now", at most where: what is due stands in the database."""

from __future__ import annotations

from celery import shared_task

from service.pipeline.deliver import deliver_with
from service.pipeline.digest import open_empty, release_due
from service.pipeline.pages import read_due
from service.pipeline.poll import poll_due
from service.pipeline.sweep import FORGETTING, set_poison_aside
from service.pipeline.sweep import tell_of_feeds as tell_of_changes
from service.pipeline.websub import subscribe_due
from workers.bell import ring
from workers.house import house
from workers.rounds import ring_for


@shared_task
def poll() -> None:
    """Poll the feeds that are due; ring for matching as soon as one brings something."""
    home = house()
    home.run(poll_due(home.edges, home.sandbox, on_news=lambda: ring("match")))


@shared_task
def pages() -> None:
    """Read the pages of articles whose full text is wanted; ring for matching when one brings something."""
    home = house()
    home.run(read_due(home.edges, home.pages_sandbox, on_text=lambda: ring("match")))


@shared_task
def subscribe() -> None:
    """Ask hubs for the subscriptions that are new or end soon."""
    home = house()
    home.run(subscribe_due(home.edges))


@shared_task
def match() -> None:
    """Match the articles that wait; ring for delivery as soon as there is something to tell."""
    house().matcher.match_due(on_alerts=lambda: ring("deliver"))


@shared_task
def digest() -> None:
    """Make one message of what was collected and is due; ring for delivery."""
    release_due(house().edges, on_messages=lambda: ring("deliver"))


@shared_task
def deliver() -> None:
    """Make an attempt at every delivery that is due."""
    home = house()
    home.run(deliver_with(home.edges, home.senders))


@shared_task
def sweep(stage: str) -> None:
    """Ring for a stage if something is due there."""
    ring_for(house().edges, stage)


@shared_task
def set_aside(queue: str) -> None:
    """Take out of a queue what only ends workers."""
    set_poison_aside(house().edges, queue)


@shared_task
def tell_of_feeds() -> None:
    """Tell of feeds that have waited to be told of."""
    tell_of_changes(house().edges)


@shared_task
def open_digests() -> None:
    """Have the digests that are sent even if nothing comes, before they are due."""
    open_empty(house().edges)


@shared_task
def forget(what: str) -> None:
    """Forget what is old of one kind and nobody refers to any more."""
    FORGETTING[what](house().edges)
