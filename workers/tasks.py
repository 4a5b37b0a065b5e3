"""Every task, the whole machine on one page. A message says "look now" and carries nothing: what is due stands in the database."""

from __future__ import annotations

from functools import partial

from celery import shared_task

from service.pipeline.deliver import deliver_with
from service.pipeline.digest import open_empty, release_due
from service.pipeline.pages import read_due
from service.pipeline.poll import poll_due
from service.pipeline.steps import take_each
from service.pipeline.sweep import SWEEPING
from service.pipeline.sweep import prune as forget_what_is_old
from service.pipeline.websub import subscribe_due
from workers.bell import ring
from workers.house import house
from workers.rounds import RINGING


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
    """Make one message of what was collected and is due; ring for delivery. Have those that are sent empty, too."""
    release = partial(release_due, on_messages=lambda: ring("deliver"))
    take_each(house().edges, {"open_empty_digests": open_empty, "release_digests": release})


@shared_task
def deliver() -> None:
    """Make an attempt at every delivery that is due."""
    home = house()
    home.run(deliver_with(home.edges, home.senders))


@shared_task
def sweep() -> None:
    """Find what is due and ring for it; set aside what only ends workers; tell of feeds that have waited to be told of."""
    take_each(house().edges, {**RINGING, **SWEEPING})


@shared_task
def prune() -> None:
    """Forget what nobody refers to any more."""
    forget_what_is_old(house().edges)
