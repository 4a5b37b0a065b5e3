"""For operators and their machines: /healthz, /readyz, /metrics.

They answer without a key and tell coarse numbers only, no names; the API listens on loopback or an internal network.
"""

from __future__ import annotations

from typing import Literal

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field

from service.api.forms import View, answer
from service.api.routing import nouns, route
from service.edges import Edges
from service.storage.backlogs import Backlog, backlogs
from service.storage.database import UNAVAILABLE
from service.storage.feed_hosts import courtesy_of
from service.storage.migrate import missing_migrations

KEEPS_UP = 120  # seconds that due work may wait before we say that the workers do not keep up


class AliveView(View):
    """This process answers."""

    status: Literal["alive"] = "alive"


class StageView(View):
    """What waits for a stage."""

    due: int = Field(description="rows that wait, unclaimed")
    oldest: float = Field(description="for how many seconds the oldest has waited")


class ReadyView(View):
    """Whether alerts come through."""

    ready: bool
    problems: list[str] = Field(description="what is wrong and what to do; empty when ready")
    stages: dict[str, StageView]


def health_api(edges: Edges, registry: CollectorRegistry) -> APIBlueprint:
    """The routes of health."""
    api = nouns("health", "For operators and their machines")

    @route(api, "get", "/healthz", needs="nothing", answers={200: AliveView})
    def check_alive() -> Response:
        """Tell that this process answers, whatever else is broken."""
        return answer(AliveView())

    @route(api, "get", "/readyz", needs="nothing", answers={200: ReadyView, 503: ReadyView})
    def check_ready() -> Response:
        """Tell whether alerts come through: the database answers, is migrated, and no due work waits for long."""
        view = look(edges)
        return answer(view, 200 if view.ready else 503)

    @route(api, "get", "/metrics", needs="nothing", answers={200: "text/plain"})
    def show_metrics() -> Response:
        """Show metrics in the Prometheus text format. Requests are counted per process."""
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return api


def look(edges: Edges) -> ReadyView:
    """How things stand now; never raises because the database is away."""
    try:
        missing = missing_migrations(edges.store.database)
        if missing:
            problem = f"{len(missing)} migrations are missing: run `wirewatch migrate`"
            return ReadyView(ready=False, problems=[problem], stages={})
        waiting = backlogs(edges.store.database, edges.now(), courtesy_of(edges.settings))
    except UNAVAILABLE:
        return ReadyView(ready=False, problems=["the database does not answer"], stages={})
    late = [_late(each) for each in waiting if each.oldest > KEEPS_UP]
    stages = {each.stage: StageView(due=each.due, oldest=each.oldest) for each in waiting}
    return ReadyView(ready=not late, problems=late, stages=stages)


def _late(backlog: Backlog) -> str:
    wait = f"the oldest of {backlog.due} waits for {backlog.oldest:.0f} s"
    return f"workers are not keeping up with stage {backlog.stage}: {wait}; see whether they run, or start more"
