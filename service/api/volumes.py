"""How a rule that alerts on volume stands: /v1/rules/{id}/volume."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import Problem, found
from service.api.forms import ById, View, answer
from service.api.routing import nouns, route
from service.domain.policies import Sensitivity, Window
from service.domain.spikes import Basis
from service.edges import Edges
from service.storage.volumes import Look


class VolumeView(View):
    """How many independent outlets report what a rule watches, and how many are usual at this time."""

    window: Window
    sensitivity: Sensitivity
    count: int = Field(description="independent outlets in the hour, or the 24 hours, until now")
    usual: float | None = Field(description="the mean of the same time of past weeks or days; null: too little is known yet")
    least: int | None = Field(description="from how many outlets on it is a spike now; null: as `usual`")
    basis: Basis | None = Field(description="what it is compared with; null: as `usual`")
    periods: int | None = Field(description="how many weeks or days those are; null: as `usual`")
    ready_at: datetime | None = Field(description="from when on it is known what is usual; null: it is")
    spike: str | None = Field(description="the alert of the spike that goes on; null: there is none")


def volumes_api(edges: Edges) -> APIBlueprint:
    """The route of a rule's volume."""
    api = nouns("rules", "What you watch", part="volumes")

    @route(api, "get", "/v1/rules/<id>/volume", needs="read", answers={200: VolumeView}, problems=[409])
    def show_volume(path: ById) -> Response:
        """Show how much is reported of what a rule that alerts on spikes watches, and what is usual at this time of the week."""
        rule = found(edges.store.rules.find_rule(workspace(), path.id), "rule")
        stands = edges.store.volumes.look(rule, edges.now())
        if stands is None:
            raise Problem(409, 'The rule alerts on articles; for spikes set its alerting to {"when": {"spike": "hour"}}.')
        return answer(_view(stands))

    return api


def _view(stands: Look) -> VolumeView:
    usual = stands.usual
    return VolumeView(
        window=stands.plan.spike,
        sensitivity=stands.plan.sensitivity,
        count=stands.count,
        usual=None if usual is None else round(usual.mean, 2),
        least=stands.least,
        basis=usual and usual.basis,
        periods=usual and usual.periods,
        ready_at=stands.ready_at,
        spike=stands.spike,
    )
